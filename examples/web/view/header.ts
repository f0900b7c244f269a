import type { ClientState } from '../../../lib/client/browser.js';
import type { Player } from '../model/player.js';
import { transportNames } from '../model/transport.js';
import { byId, setText } from './dom.js';

const words: Readonly<Record<ClientState, string>> = {
  idle: 'Not connected',
  connecting: 'Connecting',
  authenticating: 'Logging in',
  replaying: 'Replaying',
  active: 'Connected',
  leaving: 'Moving',
  waiting: 'No link',
  closing: 'Ending',
  closed: 'Ended',
};

const tones: Readonly<Record<ClientState, 'good' | 'busy' | 'bad'>> = {
  idle: 'busy',
  connecting: 'busy',
  authenticating: 'busy',
  replaying: 'busy',
  active: 'good',
  leaving: 'busy',
  waiting: 'bad',
  closing: 'bad',
  closed: 'bad',
};

/** Long enough to tell sessions apart by eye. */
const SHORT_ID = 8;

/** Who is connected, and how; and the button that ends or begins it. */
export class Header {
  readonly #state = byId('state', HTMLElement);
  readonly #player = byId('player', HTMLElement);
  readonly #session = byId('session', HTMLElement);
  readonly #epoch = byId('epoch', HTMLElement);
  readonly #transport = byId('transport', HTMLElement);
  readonly #connect = byId('connect', HTMLButtonElement);

  constructor(toggle: () => void) {
    this.#connect.addEventListener('click', toggle);
  }

  show({ name, client, transport, ending }: Player): void {
    const { connectionState, session } = client;
    setText(this.#state, words[connectionState]);
    this.#state.dataset.tone = tones[connectionState];
    setText(this.#player, session?.playerId ?? name);
    this.#id(this.#session, session?.sessionId);
    this.#id(this.#epoch, session?.epoch);
    this.#transport.dataset.transport = transport ?? '';
    setText(this.#transport, transport === undefined ? '–' : transportNames[transport]);
    setText(this.#connect, ending === undefined ? 'Disconnect' : 'Connect');
  }

  #id(target: HTMLElement, id: string | undefined): void {
    setText(target, id?.slice(0, SHORT_ID) ?? '–');
    target.title = id ?? '';
  }
}
