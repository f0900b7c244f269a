import { CloseCode } from '../../lib/protocol/protocol.js';
import type { FrameClient } from '../support/frame-client.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { until } from '../support/until.js';
import type { Soak } from './run.js';

const GOOD_CLIENTS = 50;
/** Memory of the process above its level with good clients alone; every hostile one is bounded, so all are. */
const MAX_GROWTH_MIB = 256;

interface Hostile {
  readonly kind: string;
  readonly closeCode: number;
  /** Whether a last frame must have said why; one that doesn't read can't be told so. */
  readonly isTold: boolean;
  /** Misbehaves until it is cut. */
  run(client: FrameClient, name: string): Promise<void>;
}

const isCut = (client: FrameClient) => client.close !== undefined;

/** Lets the event loop turn, so that others get their share and what was sent goes out. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function login(client: FrameClient, name: string): Promise<void> {
  client.hello({ token: `token-of-${name}` });
  await until(() => client.all('replayed').length > 0 || isCut(client));
}

function lastSeq(client: FrameClient): number {
  return client.all('delivery').at(-1)?.seq ?? 0;
}

/** Sends requests with `payload`, so many for each answer, and never acknowledges anything. */
async function ask(client: FrameClient, payload: Uint8Array, pace: () => boolean): Promise<void> {
  for (let seq = 1; !isCut(client);) {
    if (pace()) client.send({ seq: seq++, request: { action: 'echo', payload } });
    await turn();
  }
}

const hostiles: readonly Hostile[] = [
  {
    kind: 'never acknowledges',
    closeCode: CloseCode.CLOSE_SLOW,
    isTold: true,
    async run(client, name) {
      await login(client, name);
      await ask(client, new Uint8Array(64), () => client.responses.length < 200);
    },
  },
  {
    kind: 'never reads',
    closeCode: CloseCode.CLOSE_SLOW,
    isTold: false,
    async run(client, name) {
      await login(client, name);
      client.connection.pause();
      let sent = 0;
      await ask(client, new Uint8Array(16 * 1024), () => sent++ < 60);
    },
  },
  {
    kind: 'floods with requests',
    closeCode: CloseCode.CLOSE_REFUSAL_BURST,
    isTold: true,
    async run(client, name) {
      await login(client, name);
      for (let seq = 1; !isCut(client); seq++) {
        client.send({ seq, ack: lastSeq(client), request: { action: 'echo', payload: new Uint8Array(64) } });
        if (seq % 20 === 0) await turn();
      }
    },
  },
  {
    kind: 'floods with heartbeats',
    closeCode: CloseCode.CLOSE_REFUSAL_BURST,
    isTold: true,
    async run(client, name) {
      await login(client, name);
      while (!isCut(client)) {
        for (let i = 0; i < 50; i++) client.send({ heartbeat: {} });
        await turn();
      }
    },
  },
  {
    kind: 'drips its Hello',
    closeCode: CloseCode.CLOSE_LOGIN_TIMEOUT,
    isTold: true,
    async run(client) {
      const bytes = Uint8Array.of(0x80, 0x04, ...Array.from({ length: 512 }, () => 0));
      for (const byte of bytes) {
        if (isCut(client)) return;
        client.connection.write(Uint8Array.of(byte));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  },
  {
    kind: 'sends rubbish',
    closeCode: CloseCode.CLOSE_PROTOCOL,
    isTold: true,
    async run(client, name) {
      await login(client, name);
      client.connection.write(Uint8Array.of(3, 255, 255, 255));
      await until(() => isCut(client));
    },
  },
  {
    kind: 'announces a huge frame',
    closeCode: CloseCode.CLOSE_FRAME_TOO_LARGE,
    isTold: true,
    async run(client, name) {
      await login(client, name);
      client.connection.write(Uint8Array.of(0xff, 0xff, 0xff, 0x7f));
      await until(() => isCut(client));
    },
  },
];

/** Clients that break every rule beside good ones: each is told and cut, memory stays bounded, the good ones go on. */
export const hostile: Soak = {
  what: 'clients that never acknowledge, never read, flood, drip, send rubbish, beside 50 good ones',
  count: 5,
  async run(count, print) {
    const stand = await GatewayStand.start({
      config: {
        session: {
          slowUnits: 100,
          slowGraceMs: 1_500,
          loginTimeoutMs: 2_000,
          requestsPerSecond: 200,
          requestBurst: 400,
        },
      },
    });
    const good = await Promise.all(Array.from({ length: GOOD_CLIENTS }, (_, i) => startGood(stand, `good-${i}`)));
    try {
      await until(() => good.every(({ answered }) => answered > 20));
      const before = process.memoryUsage().rss;
      let wrong = 0;
      for (let round = 1; round <= count; round++) {
        const progress = good.map(({ answered }) => answered);
        const stories = await Promise.all(
          hostiles.map((one) => attack(stand, one, `${one.kind}-${round}`.replaceAll(' ', '-'))),
        );
        const least = Math.min(...good.map(({ answered }, i) => answered - progress[i]!));
        const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
        print(
          `round ${round}: every good client went on, by ${least} answers at least; memory ${grown.toFixed(0)} MiB above`,
        );
        for (const story of stories) if (story !== undefined) print(`  ${story}`);
        wrong += stories.filter((story) => story !== undefined).length;
        if (least < 1 || grown > MAX_GROWTH_MIB) wrong++;
      }
      for (const client of good) if (client.fault !== undefined) print(`  a good client: ${client.fault}`);
      const hurt = good.filter(({ fault }) => fault !== undefined).length;
      print(
        `${count} rounds of ${hostiles.length} hostile clients: ${wrong} not as they should, ${hurt} good clients hurt`,
      );
      return wrong === 0 && hurt === 0;
    } finally {
      for (const client of good) client.stop();
      await stand.stop();
    }
  },
};

/** @returns what was not as it should */
async function attack(stand: GatewayStand, one: Hostile, name: string): Promise<string | undefined> {
  const { kind, closeCode, isTold } = one;
  const client = await stand.connect();
  await one.run(client, name);
  await until(() => isCut(client));
  const told = client.all('error').length + client.all('kick').length > 0;
  if (client.close!.code !== closeCode) return `one that ${kind} was cut with ${client.close!.code}, not ${closeCode}`;
  return isTold && !told ? `one that ${kind} was not told why` : undefined;
}

interface GoodClient {
  answered: number;
  fault: string | undefined;
  stop(): void;
}

/** Asks, waits for the answer, acknowledges it, and asks again. */
async function startGood(stand: GatewayStand, name: string): Promise<GoodClient> {
  const client = await stand.connect();
  await login(client, name);
  const good: GoodClient = {
    answered: 0,
    fault: undefined,
    stop: () => {
      stopped = true;
    },
  };
  let stopped = false;
  const loop = async () => {
    for (let seq = 1; !stopped; seq++) {
      client.send({ seq, ack: seq - 1, request: { action: 'echo', payload: new Uint8Array(64) } });
      await until(() => client.frames.some(isAnswerTo(seq)) || isCut(client));
      if (isCut(client)) good.fault = `cut with ${client.close!.code}`;
      if (client.responses.some(([, code]) => code !== 200)) good.fault = 'refused';
      if (good.fault !== undefined) return;
      client.frames.length = 0;
      good.answered++;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  void loop();
  return good;
}

function isAnswerTo(seq: number) {
  return (frame: FrameClient['frames'][number]) => frame.seq === seq;
}
