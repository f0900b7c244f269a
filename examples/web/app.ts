import { DevServer } from './model/dev-server.js';
import { showShortcoming } from './view/shortcoming.js';
import { Notice } from './view/notice.js';
import { Stage } from './view/stage.js';

/** The page of `npm start`. */
async function start(): Promise<void> {
  if (showShortcoming()) return;
  const notice = new Notice();
  try {
    const server = new DevServer();
    Stage.open(server, await server.info(), notice);
  } catch (error) {
    notice.show({
      tone: 'bad',
      title: 'The page could not start.',
      text: `Is npm start still running? (${String(error)})`,
      action: { label: 'Load again', run: () => location.reload() },
    });
  }
}

void start();
