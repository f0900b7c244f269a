import assert from 'node:assert/strict';
import { GatesvrClient } from '../../lib/client/client.js';
import type { ClientOptions, SavedState } from '../../lib/client/client-options.js';
import type { NotifyMessage } from '../../lib/client/delivery.js';
import { RequestError } from '../../lib/client/reply.js';
import type { Reply } from '../../lib/client/reply.js';
import { GatesvrError } from '../../lib/errors.js';
import type { ErrorName } from '../../lib/errors.js';
import { encodeServerFrame, Outcome, Reason, Resume } from '../../lib/protocol/message-codec.js';
import type { ItemInit } from '../../lib/protocol/message-codec.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { MemoryNetwork } from '../../lib/transport/memory.js';
import { FakeClock } from '../support/fake-clock.js';
import { ScriptedGateway } from '../support/scripted-gateway.js';
import type { ScriptedSession } from '../support/scripted-gateway.js';

const URL = 'memory://gateway';

const A_LATER_VERDICT = { resume: 77 };

describe('the client', () => {
  let clock: FakeClock;
  let network: MemoryNetwork;
  let gateway: ScriptedGateway;
  let clients: GatesvrClient[];
  let faults: unknown[];
  let random: number;

  beforeEach(async () => {
    clock = new FakeClock();
    network = new MemoryNetwork(clock);
    gateway = new ScriptedGateway(network.listener('gateway'));
    clients = [];
    faults = [];
    random = 0.5;
    await gateway.start();
  });

  afterEach(async () => {
    for (const client of clients) void client.close();
    await clock.run(3000);
    await Promise.all(clients.map((client) => client.closed));
  });

  function make(options: Partial<ClientOptions> = {}): GatesvrClient {
    const client = new GatesvrClient(
      { url: URL, ...options },
      { dialers: [network.dialer()], clock, random: () => random },
    );
    client.onError((fault) => faults.push(fault));
    clients.push(client);
    return client;
  }

  /** Waits for the next connection's Hello. */
  async function nextHello(): Promise<ScriptedSession> {
    const before = gateway.sessions.length;
    await clock.until(() => gateway.sessions.length > before && gateway.last.frames.length > 0);
    return gateway.last;
  }

  /** Connects and makes the client active in epoch-1. */
  async function activate(client: GatesvrClient): Promise<ScriptedSession> {
    client.connect();
    const session = await nextHello();
    session.welcome();
    session.replayed();
    await clock.run(0);
    assert.equal(client.connectionState, 'active');
    return session;
  }

  async function active(
    options: Partial<ClientOptions> = {},
  ): Promise<{ client: GatesvrClient; session: ScriptedSession }> {
    const client = make(options);
    return { client, session: await activate(client) };
  }

  function cut(): void {
    network.wires.at(-1)!.cut();
  }

  describe('connecting', () => {
    it('says Hello with what it was given, and nothing else before Welcome', async () => {
      const client = make({ token: 'secret', playerId: 'p1', headers: { lang: 'de' }, clientVersion: 'v7' });
      client.connect();
      void client.request('early').catch(ignore);
      const session = await nextHello();
      await clock.run(1000);
      assert.equal(session.frames.length, 1);
      const { protocol, token, playerId, resumeToken, lastServerSeq, headers, clientVersion, features } = session.hello;
      assert.deepEqual(
        { protocol, token, playerId, resumeToken, lastServerSeq, headers: { ...headers }, clientVersion, features },
        {
          protocol: 1,
          token: 'secret',
          playerId: 'p1',
          resumeToken: '',
          lastServerSeq: 0,
          headers: { lang: 'de' },
          clientVersion: 'v7',
          features: ['ping', 'datagram'],
        },
      );
      assert.equal(session.frames[0]!.ack, 0);
    });

    it('goes through its states in order and says who it is', async () => {
      const client = make();
      const states: string[] = [];
      client.onStateChange((state) => states.push(state));
      await activate(client);
      assert.deepEqual(states, ['connecting', 'authenticating', 'replaying', 'active']);
      assert.deepEqual(
        { ...client.session, data: undefined },
        { sessionId: 'session', playerId: 'player', zone: 'zone', epoch: 'epoch-1', data: undefined },
      );
    });

    it('confirms a Welcome at once with a frame', async () => {
      const client = make();
      client.connect();
      const session = await nextHello();
      session.welcome();
      await clock.run(0);
      assert.equal(session.frames.length, 2);
      assert.equal(session.frames[1]!.body, undefined);
    });

    it('asks for a token before every attempt', async () => {
      let asked = 0;
      const client = make({ getToken: () => Promise.resolve(`token-${++asked}`) });
      assert.equal((await activate(client), gateway.last.hello.token), 'token-1');
      cut();
      assert.equal((await nextHello()).hello.token, 'token-2');
    });

    it('resumes without a token that cannot be had, and reports it', async () => {
      let failing = false;
      const client = make({ getToken: () => (failing ? Promise.reject(new Error('no login')) : 'token') });
      await activate(client);
      failing = true;
      cut();
      const { token, resumeToken } = (await nextHello()).hello;
      assert.deepEqual([token, resumeToken], ['', 'resume-1']);
      assert.equal((faults[0] as Error).message, 'no login');
    });

    it('tries again when the first token cannot be had', async () => {
      let asked = 0;
      const client = make({ getToken: () => (++asked < 3 ? Promise.reject(new Error('no login')) : 'token') });
      await activate(client);
      assert.equal(asked, 3);
      assert.equal(gateway.sessions.length, 1);
    });

    it('does not wait for ever for a token', async () => {
      let signal: AbortSignal | undefined;
      const client = make({
        getToken: (given) => {
          signal = given;
          return new Promise(() => undefined);
        },
      });
      client.connect();
      await clock.run(10_000);
      assert.equal(client.connectionState, 'waiting');
      assert.equal(signal?.aborted, true);
    });

    it('gives up a connection that does not come about, and tries again', async () => {
      network.reachable = false;
      const client = make();
      client.connect();
      await clock.run(10_000);
      assert.equal(client.connectionState, 'waiting');
      network.reachable = true;
      await nextHello();
    });

    it('gives up a gateway that does not answer Hello', async () => {
      const client = make();
      client.connect();
      const session = await nextHello();
      await clock.run(10_000);
      assert.equal(session.closes.length, 1);
      await nextHello();
    });

    it('makes the next attempt at once when asked to', async () => {
      const { client } = await active();
      client.dropLink(60_000);
      await clock.run(1000);
      assert.equal(gateway.sessions.length, 1);
      client.connect();
      await clock.run(0);
      assert.equal(gateway.sessions.length, 2);
    });

    it('resolves ready when active, and rejects it when the gateway does not want the client', async () => {
      const client = make();
      const early = client.ready();
      await activate(client);
      await early;
      await client.ready();
      const refused = make();
      refused.connect();
      const session = await nextHello();
      session.send({ error: { code: 401, message: 'bad token' } });
      session.connection.close(CloseCode.CLOSE_UNAUTHENTICATED, 'UNAUTHENTICATED');
      const rejected = assert.rejects(refused.ready(), /bad token/);
      await clock.run(3000);
      await rejected;
    });
  });

  describe('delivering', () => {
    it('gives notifies to the handlers of their topic and to those of all, in order', async () => {
      const { client, session } = await active();
      const news: string[] = [];
      const all: string[] = [];
      client.onNotify('news', (notify) => news.push(notify.text()));
      client.onNotify('*', (notify) => all.push(`${notify.seq}:${notify.topic}`));
      session.notify(1, 'a');
      session.unit(2, [{ notify: { topic: 'chat', payload: encode('{"n":1}') } }]);
      session.notify(3, 'b', 'c');
      await clock.run(0);
      assert.deepEqual(news, ['a', 'b', 'c']);
      assert.deepEqual(all, ['1:news', '2:chat', '3:news', '3:news']);
    });

    it('shows handlers registered before connect the whole replay [B23]', async () => {
      const client = make();
      const seen: [string, boolean][] = [];
      client.onNotify('news', (notify) => seen.push([notify.text(), notify.replayed]));
      client.connect();
      const session = await nextHello();
      session.welcome();
      session.notify(1, 'from the replay');
      session.replayed(1);
      session.notify(2, 'live');
      await clock.run(0);
      assert.deepEqual(seen, [
        ['from the replay', true],
        ['live', false],
      ]);
      assert.equal(client.counters.replayed, 1);
    });

    it('shows the place of a notify around a Response', async () => {
      const { client, session } = await active();
      const notifies: NotifyMessage[] = [];
      client.onNotify('*', (notify) => notifies.push(notify));
      const reply = client.request('act');
      await clock.run(0);
      session.unit(1, [notifyItem('b1'), notifyItem('b2'), responseItem(1), notifyItem('a1')]);
      session.notify(2, 'alone');
      await clock.run(0);
      assert.deepEqual(
        notifies.map((notify) => [notify.text(), notify.place]),
        [
          ['b1', { side: 'before', clientSeq: 1 }],
          ['b2', { side: 'before', clientSeq: 1 }],
          ['a1', { side: 'after', clientSeq: 1 }],
          ['alone', undefined],
        ],
      );
      assert.equal((await reply).clientSeq, 1);
    });

    it('shows an observer every unit with its items, and how many numbers before it are void', async () => {
      const { client, session } = await active();
      const units: [number, (string | undefined)[], boolean, number][] = [];
      client.onUnit((seq, items, replayed, voids) => {
        units.push([seq, items.map((item) => item.kind), replayed, voids]);
      });
      session.unit(1, [notifyItem('x'), responseItem(9)]);
      session.unit(2, []);
      session.unit(0, [notifyItem('volatile')]);
      session.unit(6, [notifyItem('y')], 3);
      await clock.run(0);
      assert.deepEqual(units, [
        [1, ['notify', 'response'], false, 0],
        [2, [], false, 0],
        [0, ['notify'], false, 0],
        [6, ['notify'], false, 3],
      ]);
    });

    it('goes on after a handler that throws, reports it and counts the unit as delivered', async () => {
      const { client, session } = await active();
      const seen: string[] = [];
      client.onNotify('news', () => {
        throw new Error('my bug');
      });
      client.onNotify('news', (notify) => seen.push(notify.text()));
      session.notify(1, 'a');
      session.notify(2, 'b');
      await clock.run(100);
      assert.deepEqual(seen, ['a', 'b']);
      assert.equal((faults[0] as Error).message, 'my bug');
      assert.equal(client.counters.handlerErrors, 2);
      assert.deepEqual(session.acks, [2]);
    });

    it('stops telling a handler that was taken back', async () => {
      const { client, session } = await active();
      const seen: string[] = [];
      const stop = client.onNotify('news', (notify) => seen.push(notify.text()));
      session.notify(1, 'a');
      await clock.run(0);
      stop();
      session.notify(2, 'b');
      await clock.run(0);
      assert.deepEqual(seen, ['a']);
    });

    it('drops what comes twice and counts it [B3]', async () => {
      const { client, session } = await active();
      const seen: string[] = [];
      client.onNotify('news', (notify) => seen.push(notify.text()));
      session.notify(1, 'a');
      session.notify(1, 'a');
      session.notify(2, 'b');
      session.notify(1, 'a');
      await clock.run(0);
      assert.deepEqual(seen, ['a', 'b']);
      assert.equal(client.counters.duplicates, 2);
      assert.equal(client.counters.received, 2);
    });

    it('settles void numbers and counts them', async () => {
      const { client, session } = await active();
      session.unit(4, [notifyItem('newest')], 1);
      await clock.run(100);
      assert.deepEqual(client.progress, { position: 4, acknowledged: 4 });
      assert.equal(client.counters.voids, 3);
    });

    it('advances over a unit of a kind it does not know', async () => {
      const { client, session } = await active();
      // Field 99 of ServerFrame, length-delimited and empty, behind seq 1.
      session.connection.write(Uint8Array.from([5, 0x08, 1, 0x9a, 0x06, 0]));
      session.notify(2, 'known');
      await clock.run(100);
      assert.equal(client.progress.position, 2);
      assert.deepEqual(session.acks, [2]);
    });

    it('gives volatile notifies without a number, also as datagrams, and none before Welcome [B10]', async () => {
      const client = make();
      const seen: [string, number, boolean][] = [];
      client.onNotify('news', (notify) => seen.push([notify.text(), notify.seq, notify.volatile]));
      client.connect();
      const session = await nextHello();
      session.unit(0, [notifyItem('too early')]);
      session.sendVolatile(notifyItem('overtook Welcome'));
      session.welcome();
      session.replayed();
      await clock.run(0);
      session.unit(0, [notifyItem('on the stream')]);
      session.sendVolatile(notifyItem('as a datagram'));
      await clock.run(100);
      assert.deepEqual(seen.sort(), [
        ['as a datagram', 0, true],
        ['on the stream', 0, true],
      ]);
      const { volatiles, earlyVolatiles } = client.counters;
      assert.deepEqual({ volatiles, earlyVolatiles }, { volatiles: 2, earlyVolatiles: 2 });
    });

    it('neither moves its position for a volatile delivery nor acknowledges it', async () => {
      const { client, session } = await active();
      session.notify(1, 'one');
      await clock.run(100);
      session.sendVolatile(notifyItem('as a datagram'));
      session.unit(0, [notifyItem('on the stream')]);
      await clock.run(100);
      assert.equal(client.counters.volatiles, 2);
      assert.equal(client.progress.position, 1);
      assert.deepEqual(session.acks, [1]);
    });

    it('counts datagrams that hold no volatile delivery, and goes on', async () => {
      const { client, session } = await active();
      const answer = client.request('echo');
      await clock.run(0);
      const frames = [
        encodeServerFrame({ seq: 1, delivery: { items: [notifyItem('numbered')] } }),
        encodeServerFrame({ kick: { reason: Reason.KICKED } }),
        encodeServerFrame({ welcome: {} }),
        encodeServerFrame({}),
      ].map((frame) => frame.subarray(1));
      for (const datagram of [...frames, Uint8Array.from([255, 255]), new Uint8Array(1_100)]) {
        session.connection.sendDatagram(datagram);
      }
      // A delivery, so not counted; but no datagram can answer.
      session.sendVolatile({ response: { clientSeq: 1, code: 200 } });
      session.notify(1, 'one');
      session.respond(2, 1, 'the answer');
      await clock.run(0);
      assert.equal((await answer).text(), 'the answer');
      assert.equal(client.counters.badDatagrams, 6);
      assert.equal(client.progress.position, 2);
      assert.equal(client.connectionState, 'active');
    });

    it('hears nothing of an earlier link once it is on the next', async () => {
      const { client, session } = await active();
      const seen: string[] = [];
      client.onNotify('news', (notify) => seen.push(notify.text()));
      network.wires[0]!.down.delayMs = 500;
      session.sendVolatile(notifyItem('of the old link'));
      client.dropLink();
      const next = await nextHello();
      next.welcome({ epoch: 'epoch-2' });
      next.replayed();
      await clock.run(1_000);
      next.sendVolatile(notifyItem('of the new link'));
      await clock.run(0);
      assert.deepEqual(seen, ['of the new link']);
    });

    it('treats a gap as a broken protocol: closes, reports, comes back and asks from its position', async () => {
      const { client, session } = await active();
      session.notify(1, 'a');
      session.notify(3, 'c');
      const back = await nextHello();
      assert.equal(back.hello.lastServerSeq, 1);
      assert.equal(session.closes[0]!.code, CloseCode.CLOSE_PROTOCOL);
      assert.equal((faults[0] as GatesvrError).error, 'PROTOCOL_ERROR');
      assert.equal(client.counters.losses, 1);
    });

    it('comes back after rubbish', async () => {
      const { session } = await active();
      session.connection.write(Uint8Array.from([3, 255, 255, 255]));
      await nextHello();
      assert.equal((faults[0] as GatesvrError).error, 'BAD_FRAME');
    });

    it('accepts frames up to the limit that Welcome states, and no larger ones', async () => {
      const client = make();
      client.connect();
      const session = await nextHello();
      session.welcome({ maxFrameBytes: 200_000 });
      session.replayed();
      session.notify(1, 'x'.repeat(150_000));
      await clock.run(100);
      assert.equal(client.progress.position, 1);
      session.notify(2, 'x'.repeat(200_001));
      await nextHello();
      assert.equal((faults[0] as GatesvrError).error, 'FRAME_TOO_LARGE');
    });
  });

  describe('acknowledging', () => {
    it('acknowledges within 20 ms', async () => {
      const { session } = await active();
      session.notify(1, 'a');
      await clock.run(19);
      assert.deepEqual(session.acks, []);
      await clock.run(1);
      assert.deepEqual(session.acks, [1]);
    });

    it('acknowledges at once after 32 units', async () => {
      const { session } = await active();
      for (let seq = 1; seq <= 33; seq++) session.notify(seq, 'a');
      await clock.run(0);
      assert.deepEqual(session.acks, [32]);
      await clock.run(20);
      assert.deepEqual(session.acks, [32, 33]);
    });

    it('acknowledges at once after 64 KiB', async () => {
      const { session } = await active();
      session.notify(1, 'x'.repeat(70_000));
      await clock.run(0);
      assert.deepEqual(session.acks, [1]);
    });

    it('lets the acknowledgement ride on a request, once', async () => {
      const { client, session } = await active();
      session.notify(1, 'a');
      await clock.run(1);
      for (let i = 0; i < 2; i++) void client.request('act').catch(ignore);
      await clock.run(1);
      const frames = session.frames.length;
      assert.deepEqual(
        session.requests.map(({ ack }) => ack),
        [1, 0],
      );
      await clock.run(100);
      assert.equal(session.frames.length, frames);
    });

    it('acknowledges a unit only after its handlers have returned', async () => {
      const { client, session } = await active({ ackUnits: 1 });
      client.onNotify('news', () => void client.request('from inside').catch(ignore));
      session.notify(1, 'a');
      await clock.run(0);
      assert.equal(session.requests[0]!.ack, 0);
      assert.deepEqual(session.acks, [1]);
    });

    it('with ack saved acknowledges only what state() covered, and resumes from there', async () => {
      const { client, session } = await active({ ack: 'saved' });
      const seen: string[] = [];
      client.onNotify('news', (notify) => seen.push(notify.text()));
      session.notify(1, 'a');
      session.notify(2, 'b');
      await clock.run(100);
      assert.deepEqual(session.acks, []);
      assert.deepEqual(client.state(), { epoch: 'epoch-1', resumeToken: 'resume-1', position: 2 });
      await clock.run(20);
      assert.deepEqual(session.acks, [2]);
      session.notify(3, 'c');
      await clock.run(0);
      cut();
      const back = await nextHello();
      assert.equal(back.hello.lastServerSeq, 2);
      back.welcomeBack();
      back.notify(3, 'c');
      back.replayed(3);
      await clock.run(100);
      assert.deepEqual(seen, ['a', 'b', 'c']);
      assert.equal(client.counters.duplicates, 1);
    });

    it('with ack saved never acknowledges beyond what this session has carried', async () => {
      const { client, session } = await active({ ack: 'saved' });
      session.notify(1, 'a');
      session.notify(2, 'b');
      await clock.run(0);
      cut();
      const back = await nextHello();
      assert.equal(back.hello.lastServerSeq, 0);
      back.welcomeBack();
      await clock.run(0);
      assert.equal(client.state()?.position, 2);
      await clock.run(100);
      assert.deepEqual(back.acks, []);
      back.notify(1, 'a');
      back.notify(2, 'b');
      await clock.run(100);
      assert.deepEqual(back.acks, [2]);
    });

    it('tells the application of a new resume token before a frame confirms it', async () => {
      const client = make({ ack: 'saved' });
      const saved: (SavedState | undefined)[] = [];
      let framesThen = 0;
      client.onResume(() => {
        saved.push(client.state());
        framesThen = gateway.last.frames.length;
      });
      await activate(client);
      assert.deepEqual(saved, [{ epoch: 'epoch-1', resumeToken: 'resume-1', position: 0 }]);
      assert.equal(framesThen, 1);
    });
  });

  describe('resuming', () => {
    it('asks for what follows its position and sees each unit once [B23]', async () => {
      const { client, session } = await active();
      const seen: string[] = [];
      client.onNotify('news', (notify) => seen.push(notify.text()));
      const verdicts: unknown[] = [];
      client.onResume((...args) => verdicts.push(args));
      session.notify(1, 'a');
      session.notify(2, 'b');
      await clock.run(0);
      cut();
      const back = await nextHello();
      assert.equal(back.hello.lastServerSeq, 2);
      assert.equal(back.hello.resumeToken, 'resume-1');
      back.welcomeBack({ resumeToken: 'resume-2' });
      back.notify(3, 'c');
      back.replayed(3);
      await clock.run(100);
      assert.deepEqual(seen, ['a', 'b', 'c']);
      assert.deepEqual(verdicts, [['FULL', '', undefined]]);
      assert.deepEqual(client.state(), { epoch: 'epoch-1', resumeToken: 'resume-2', position: 3 });
    });

    it('skips a lost range at its place and tells of it', async () => {
      const { client, session } = await active();
      const seen: string[] = [];
      const lost: unknown[] = [];
      client.onNotify('news', (notify) => seen.push(notify.text()));
      client.onResume((...args) => lost.push(args));
      session.notify(1, 'a');
      await clock.run(0);
      cut();
      const back = await nextHello();
      back.welcomeBack({ resume: Resume.PARTIAL, resumeReason: 'overflow', lostFrom: 3, lostTo: 5, nextServerSeq: 2 });
      back.notify(2, 'b');
      back.notify(6, 'f');
      back.replayed(6);
      await clock.run(100);
      assert.deepEqual(seen, ['a', 'b', 'f']);
      assert.deepEqual(lost, [['PARTIAL', 'overflow', { from: 3, to: 5 }]]);
      assert.deepEqual(client.progress, { position: 6, acknowledged: 6 });
      assert.equal(client.counters.lost, 3);
    });

    it('jumps over a lost range that begins at once and acknowledges it', async () => {
      const { client } = await active();
      cut();
      const back = await nextHello();
      back.welcomeBack({ resume: Resume.PARTIAL, lostFrom: 1, lostTo: 4, nextServerSeq: 5 });
      back.replayed(4);
      await clock.run(100);
      assert.deepEqual(client.progress, { position: 4, acknowledged: 4 });
    });

    it('starts over after FRESH', async () => {
      const { client, session } = await active();
      session.notify(1, 'a');
      await clock.run(0);
      cut();
      const seen: string[] = [];
      client.onNotify('news', (notify) => seen.push(notify.text()));
      const back = await nextHello();
      back.welcome({ epoch: 'epoch-2', resumeReason: 'expired', resumeToken: 'resume-2' });
      back.notify(1, 'first of the new epoch');
      back.replayed(1);
      await clock.run(100);
      assert.deepEqual(seen, ['first of the new epoch']);
      assert.deepEqual(client.state(), { epoch: 'epoch-2', resumeToken: 'resume-2', position: 1 });
    });

    it('reads an unknown verdict, or FULL in another epoch, as FRESH', async () => {
      const { client, session } = await active();
      session.notify(1, 'a');
      await clock.run(0);
      const verdicts: string[] = [];
      client.onResume((verdict) => verdicts.push(verdict));
      cut();
      (await nextHello()).welcome({ ...(A_LATER_VERDICT as object) });
      await clock.run(0);
      cut();
      (await nextHello()).welcomeBack({ epoch: 'epoch-9', nextServerSeq: 1 });
      await clock.run(0);
      assert.deepEqual(verdicts, ['FRESH', 'FRESH']);
      assert.equal(client.progress.position, 0);
    });

    it('goes on from a stored state', async () => {
      const state = { epoch: 'epoch-1', resumeToken: 'stored', position: 7 };
      const client = make({ state: JSON.parse(JSON.stringify(state)) as SavedState });
      client.connect();
      const session = await nextHello();
      assert.deepEqual([session.hello.resumeToken, session.hello.lastServerSeq], ['stored', 7]);
      session.welcomeBack({ lastClientSeq: 12 });
      session.notify(8, 'h');
      session.replayed(8);
      void client.request('act').catch(ignore);
      await clock.run(100);
      assert.equal(client.counters.resumes.FULL, 1);
      assert.equal(client.progress.position, 8);
      assert.equal(session.requests[0]!.seq, 13);
    });

    it('refuses a state that is none', () => {
      assert.throws(
        () => make({ state: { epoch: 'e', resumeToken: 't', position: -1 } }),
        (error: unknown) => error instanceof GatesvrError && error.error === 'BAD_CONFIG',
      );
    });

    it('ignores what still comes on a connection it has left', async () => {
      const { client, session } = await active();
      const seen: string[] = [];
      client.onNotify('news', (notify) => {
        seen.push(notify.text());
        if (notify.text() === 'a') client.dropLink();
      });
      session.notify(1, 'a');
      session.notify(2, 'b');
      await clock.run(0);
      assert.deepEqual(seen, ['a']);
      const back = await nextHello();
      assert.equal(back.hello.lastServerSeq, 1);
    });
  });

  describe('requests', () => {
    it('carry bytes, text and JSON, and give them back', async () => {
      const { client, session } = await active();
      const replies = [
        client.request('bytes', Uint8Array.from([1, 2])),
        client.request('text', 'grüß'),
        client.request('json', { a: [1] }),
        client.request('nothing'),
        client.request('buffer', Uint8Array.from([3]).buffer),
      ];
      await clock.run(0);
      session.requests.forEach(({ seq, request }, index) => {
        session.unit(index + 1, [{ response: { clientSeq: seq, code: 200, payload: request.payload } }]);
      });
      await clock.run(0);
      const [bytes, text, json, nothing, buffer] = await Promise.all(replies);
      assert.deepEqual([...bytes!.payload], [1, 2]);
      assert.equal(text!.text(), 'grüß');
      assert.deepEqual(json!.json(), { a: [1] });
      assert.equal(nothing!.payload.length, 0);
      assert.deepEqual([...buffer!.payload], [3]);
    });

    it('get their numbers in the order they were asked, and headers and time along', async () => {
      const { client, session } = await active();
      for (const action of ['one', 'two', 'three']) {
        void client.request(action, '', { headers: { h: action }, timeout: 5000 }).catch(ignore);
      }
      await clock.run(0);
      assert.deepEqual(
        session.requests.map(({ seq, request }) => [seq, request.action, request.headers.h, request.timeoutMs]),
        [
          [1, 'one', 'one', 5000],
          [2, 'two', 'two', 5000],
          [3, 'three', 'three', 5000],
        ],
      );
    });

    it('reject when the code is not 2xx, with code, outcome and reply', async () => {
      const { client, session } = await active();
      const failed = [client.request('busy'), client.request('own'), client.request('lost')].map((one) => error(one));
      await clock.run(0);
      session.unit(1, [{ response: { clientSeq: 1, code: 503, message: 'busy', outcome: Outcome.NOT_EXECUTED } }]);
      session.unit(2, [{ response: { clientSeq: 2, code: 422, payload: encode('{"field":"x"}') } }]);
      session.unit(3, [{ response: { clientSeq: 3, code: 502, message: 'died', outcome: Outcome.UNKNOWN } }]);
      await clock.run(0);
      const [busy, own, lost] = await Promise.all(failed);
      assert.deepEqual([busy!.code, busy!.outcome, busy!.clientSeq], [503, 'NOT_EXECUTED', 1]);
      assert.equal(busy!.message, 'busy: busy');
      assert.deepEqual([own!.code, own!.outcome, own!.reply?.json()], [422, 'ANSWERED', { field: 'x' }]);
      assert.equal(lost!.outcome, 'UNKNOWN');
    });

    it('made without a session wait for one', async () => {
      const client = make();
      const reply = client.request('early');
      const session = await activate(client);
      assert.equal(session.requests[0]!.seq, 1);
      session.respond(1, 1);
      await clock.run(0);
      assert.equal((await reply).text(), 'done');
    });

    it('are refused when too many wait, with a clear error', async () => {
      const client = make({ maxPendingRequests: 2 });
      void client.request('one').catch(ignore);
      void client.request('two').catch(ignore);
      const refused = await error(client.request('three'));
      assert.deepEqual([refused.error, refused.code, refused.outcome], ['TOO_MANY_WAITING', 429, 'NOT_EXECUTED']);
    });

    it('are refused when too many bytes wait', async () => {
      const client = make({ maxPendingBytes: 1000 });
      void client.request('one', 'x'.repeat(900)).catch(ignore);
      assert.equal((await error(client.request('two', 'x'.repeat(101)))).error, 'TOO_MANY_WAITING');
    });

    it('end with 413 when the frame is over the limit, and take no number', async () => {
      const client = make();
      client.connect();
      const session = await nextHello();
      session.welcome({ maxFrameBytes: 70_000 });
      session.replayed();
      await clock.run(0);
      const refused = await error(client.request('large', 'x'.repeat(70_000)));
      assert.deepEqual([refused.error, refused.code, refused.outcome], ['PAYLOAD_TOO_LARGE', 413, 'NOT_EXECUTED']);
      void client.request('small').catch(ignore);
      await clock.run(0);
      assert.equal(session.requests[0]!.seq, 1);
    });

    it('reject for a payload that JSON cannot say', async () => {
      const circle: { self?: unknown } = {};
      circle.self = circle;
      await assert.rejects(make().request('act', circle), TypeError);
    });

    it('stop being written while the connection takes no more, and go on after', async () => {
      const { client, session } = await active();
      const wire = network.wires.at(-1)!;
      wire.up.stall();
      for (let i = 0; i < 20; i++) void client.request('act', 'x'.repeat(20_000)).catch(ignore);
      await clock.run(0);
      assert.ok(client.pendingRequests.waiting > 0);
      assert.ok(client.pendingRequests.underWay < 8);
      wire.up.release();
      await clock.run(100);
      assert.deepEqual(
        session.requests.map(({ seq }) => seq),
        Array.from({ length: 20 }, (_, i) => i + 1),
      );
    });

    it('answered while nobody asked are counted and dropped, their notifies delivered', async () => {
      const { client, session } = await active();
      const seen: string[] = [];
      client.onNotify('news', (notify) => seen.push(notify.text()));
      session.unit(1, [notifyItem('before'), responseItem(42), notifyItem('after')]);
      await clock.run(0);
      assert.deepEqual(seen, ['before', 'after']);
      assert.equal(client.counters.strays, 1);
    });
  });

  describe('requests whose caller gives up', () => {
    it('end at the time-out, and the gateway is told', async () => {
      const { client, session } = await active();
      const failed = error(client.request('slow', '', { timeout: 1000 }));
      await clock.run(1100);
      const timedOut = await failed;
      assert.deepEqual([timedOut.error, timedOut.code, timedOut.outcome], ['CALLER_TIMEOUT', 408, 'UNKNOWN']);
      assert.deepEqual(
        session.of('cancel').map(({ cancel }) => cancel.clientSeq),
        [1],
      );
      session.respond(1, 1, 'too late');
      await clock.run(0);
      assert.equal(client.counters.late, 1);
      assert.deepEqual(client.pendingRequests, { waiting: 0, underWay: 0 });
    });

    it('are never written when they still wait, and surely not executed', async () => {
      const client = make();
      const giveUp = new AbortController();
      const failed = error(client.request('early', '', { signal: giveUp.signal }));
      giveUp.abort(new Error('never mind'));
      const cancelled = await failed;
      assert.deepEqual([cancelled.error, cancelled.outcome], ['CANCELLED', 'NOT_EXECUTED']);
      assert.equal((cancelled.cause as Error).message, 'never mind');
      assert.equal((await activate(client)).requests.length, 0);
    });

    it('are not even counted as waiting when the signal was aborted before', async () => {
      const client = make();
      const failed = await error(client.request('early', '', { signal: AbortSignal.abort() }));
      assert.equal(failed.outcome, 'NOT_EXECUTED');
      assert.equal(client.pendingRequests.waiting, 0);
    });

    it('are cancelled again after a resume that has them in flight', async () => {
      const { client, session } = await active();
      const giveUp = new AbortController();
      const failed = error(client.request('slow', '', { signal: giveUp.signal }));
      await clock.run(0);
      assert.equal(session.requests.length, 1);
      cut();
      await clock.run(0);
      giveUp.abort();
      assert.equal((await failed).outcome, 'UNKNOWN');
      const back = await nextHello();
      back.welcomeBack({ lastClientSeq: 1, inFlight: [1] });
      back.replayed();
      await clock.run(0);
      assert.deepEqual(
        back.of('cancel').map(({ cancel }) => cancel.clientSeq),
        [1],
      );
    });

    it('are not sent again when they were never accepted', async () => {
      const { client } = await active();
      const giveUp = new AbortController();
      const failed = error(client.request('given up', '', { signal: giveUp.signal }));
      void client.request('wanted').catch(ignore);
      await clock.run(0);
      cut();
      giveUp.abort();
      await failed;
      const back = await nextHello();
      back.welcomeBack({ lastClientSeq: 0 });
      await clock.run(0);
      assert.deepEqual(
        back.requests.map(({ seq, request }) => [seq, request.action]),
        [[1, 'wanted']],
      );
    });

    it('leave the clock without timers once they are answered', async () => {
      const { client, session } = await active();
      const timers = clock.pending;
      const replies = Array.from({ length: 10 }, () => client.request('act'));
      await clock.run(0);
      session.requests.forEach(({ seq }) => session.respond(seq, seq));
      await clock.run(100);
      await Promise.all(replies);
      assert.equal(clock.pending, timers);
    });
  });

  describe('requests and lost links', () => {
    it('never accepted are written again with new numbers, before new ones', async () => {
      const { client } = await active();
      for (const action of ['one', 'two', 'three']) void client.request(action).catch(ignore);
      await clock.run(0);
      cut();
      void client.request('four').catch(ignore);
      const back = await nextHello();
      back.welcomeBack({ lastClientSeq: 1, inFlight: [1] });
      await clock.run(0);
      assert.deepEqual(
        back.requests.map(({ seq, request }) => [seq, request.action]),
        [
          [2, 'two'],
          [3, 'three'],
          [4, 'four'],
        ],
      );
    });

    it('answered in the replay end with that answer', async () => {
      const { client } = await active();
      const reply = client.request('act');
      await clock.run(0);
      cut();
      const back = await nextHello();
      back.welcomeBack({ lastClientSeq: 1 });
      back.respond(1, 1, 'from the replay');
      back.replayed(1);
      await clock.run(0);
      assert.equal((await reply).text(), 'from the replay');
    });

    it('in flight wait on after Replayed', async () => {
      const { client } = await active();
      const reply = client.request('act');
      await clock.run(0);
      cut();
      const back = await nextHello();
      back.welcomeBack({ lastClientSeq: 1, inFlight: [1] });
      back.replayed();
      await clock.run(1000);
      back.respond(1, 1, 'later');
      await clock.run(0);
      assert.equal((await reply).text(), 'later');
    });

    it('neither answered nor in flight end with an unknown outcome, after Replayed and not before [B8]', async () => {
      const { client } = await active();
      let ended = false;
      const failed = error(client.request('act')).finally(() => (ended = true));
      await clock.run(0);
      cut();
      const back = await nextHello();
      back.welcomeBack({ lastClientSeq: 1 });
      await clock.run(100);
      assert.equal(ended, false);
      back.replayed();
      await clock.run(0);
      const unknown = await failed;
      assert.deepEqual([unknown.error, unknown.code, unknown.outcome], ['OUTCOME_UNKNOWN', 502, 'UNKNOWN']);
    });

    it('written during the replay are not judged by it', async () => {
      const { client } = await active();
      cut();
      const back = await nextHello();
      back.welcomeBack();
      await clock.run(0);
      assert.equal(client.connectionState, 'replaying');
      const reply = client.request('act');
      await clock.run(0);
      back.replayed();
      back.respond(1, 1);
      await clock.run(0);
      assert.equal((await reply).code, 200);
    });

    it('idempotent of unknown outcome are sent again', async () => {
      const { client } = await active();
      const reply = client.request('act', 'x', { idempotent: true });
      await clock.run(0);
      cut();
      const back = await nextHello();
      back.welcomeBack({ lastClientSeq: 1 });
      back.replayed();
      await clock.run(0);
      assert.deepEqual(
        back.requests.map(({ seq, request }) => [seq, request.action]),
        [[2, 'act']],
      );
      back.respond(1, 2);
      await clock.run(0);
      assert.equal((await reply).clientSeq, 2);
    });

    it('after FRESH end unknown when written, and go out in the new epoch when not', async () => {
      const { client } = await active();
      const failed = error(client.request('written'));
      void client.request('again', '', { idempotent: true }).catch(ignore);
      await clock.run(0);
      cut();
      await clock.run(0);
      void client.request('waiting').catch(ignore);
      const back = await nextHello();
      back.welcome({ epoch: 'epoch-2' });
      back.replayed();
      await clock.run(0);
      assert.equal((await failed).error, 'OUTCOME_UNKNOWN');
      assert.deepEqual(
        back.requests.map(({ seq, request }) => [seq, request.action]),
        [
          [1, 'again'],
          [2, 'waiting'],
        ],
      );
    });

    it('that cannot be answered any more end at their time-out while the client is away', async () => {
      const { client } = await active();
      network.reachable = false;
      const failed = error(client.request('act'));
      await clock.run(0);
      cut();
      await clock.run(31_000);
      assert.equal((await failed).error, 'CALLER_TIMEOUT');
    });
  });

  describe('liveness', () => {
    it('sends Heartbeat when nothing else was sent for the interval, and measures the round trip', async () => {
      const { client, session } = await active();
      session.onFrame = (frame) => {
        if (frame.body === 'heartbeat') session.send({ pong: { clientTimeMs: frame.heartbeat.clientTimeMs } });
      };
      network.wires.at(-1)!.up.delayMs = 30;
      await clock.run(10_100);
      assert.equal(session.of('heartbeat').length, 1);
      assert.equal(client.roundTripMs, 30);
    });

    it('answers Ping at once', async () => {
      const { session } = await active();
      const frames = session.frames.length;
      session.send({ ping: {} });
      await clock.run(0);
      assert.equal(session.frames.length, frames + 1);
    });

    it('leaves a link on which nothing comes', async () => {
      const { client, session } = await active();
      network.wires.at(-1)!.up.stall();
      network.wires.at(-1)!.down.stall();
      await clock.run(29_999);
      assert.equal(gateway.sessions.length, 1);
      await clock.run(1000);
      assert.equal(gateway.sessions.length, 2);
      assert.notEqual(gateway.last, session);
      assert.equal(client.counters.losses, 1);
    });

    it('keeps a link on which anything comes', async () => {
      const { session } = await active();
      for (let seq = 1; seq <= 20; seq++) {
        await clock.run(5000);
        session.notify(seq, 'tick');
      }
      await clock.run(0);
      assert.equal(gateway.sessions.length, 1);
    });
  });

  describe('coming back', () => {
    it('waits with full jitter, longer after each failure', async () => {
      const { client } = await active();
      const delays: number[] = [];
      for (let i = 0; i < 4; i++) {
        const before = clock.now();
        cut();
        await nextHello();
        delays.push(clock.now() - before);
      }
      assert.deepEqual(delays, [125, 250, 500, 1000]);
      assert.equal(client.counters.attempts, 5);
    });

    it('starts small again after a stable session', async () => {
      await active();
      for (let i = 0; i < 5; i++) {
        cut();
        const session = await nextHello();
        session.welcomeBack();
        session.replayed();
        await clock.run(0);
      }
      gateway.last.onFrame = () => gateway.last.send({ pong: {} });
      await clock.run(10_000);
      const before = clock.now();
      cut();
      await nextHello();
      assert.equal(clock.now() - before, 125);
    });

    it('comes back after a close code below 4500', async () => {
      const { session } = await active();
      session.connection.close(CloseCode.CLOSE_DRAINING, 'DRAINING');
      await nextHello();
    });

    it('stays away after a close code from 4500 on, and ends what waits', async () => {
      const { client, session } = await active();
      const kicks: string[] = [];
      client.onKick((reason) => kicks.push(reason));
      const failed = error(client.request('act'));
      await clock.run(0);
      session.connection.close(CloseCode.CLOSE_REPLACED, 'REPLACED');
      await clock.run(100_000);
      assert.equal(gateway.sessions.length, 1);
      assert.equal(client.connectionState, 'closed');
      assert.equal((await client.closed).code, CloseCode.CLOSE_REPLACED);
      assert.equal((await failed).error, 'CLIENT_CLOSED');
      assert.equal((await error(client.request('later'))).error, 'CLIENT_CLOSED');
      assert.deepEqual(kicks, ['REPLACED']);
    });

    it('takes a Kick as authoritative when its close code is lost', async () => {
      const { client, session } = await active();
      const kicks: unknown[] = [];
      client.onKick((...args) => kicks.push(args));
      session.send({ kick: { reason: Reason.KICKED, message: 'cheating' } });
      await clock.run(0);
      cut();
      await clock.run(100_000);
      assert.equal(gateway.sessions.length, 1);
      assert.deepEqual(kicks, [['KICKED', 'cheating']]);
      assert.deepEqual(await client.closed, { code: CloseCode.CLOSE_KICKED, reason: 'cheating' });
    });

    it('ends after a Kick although the gateway never closes', async () => {
      const { client, session } = await active();
      session.send({ kick: { reason: Reason.REPLACED } });
      await clock.run(0);
      network.wires.at(-1)!.down.stall();
      await clock.run(5000);
      assert.equal(client.connectionState, 'closed');
    });

    it('comes back after a Kick that says so', async () => {
      const { client, session } = await active();
      const kicks: string[] = [];
      client.onKick((reason) => kicks.push(reason));
      session.send({ kick: { reason: Reason.SLOW } });
      session.connection.close(CloseCode.CLOSE_SLOW, 'SLOW');
      await nextHello();
      assert.deepEqual(kicks, ['SLOW']);
    });

    it('waits at least 5 s after a burst of refusals', async () => {
      const { session } = await active();
      random = 0;
      const before = clock.now();
      session.connection.close(CloseCode.CLOSE_REFUSAL_BURST, 'REFUSAL_BURST');
      await nextHello();
      assert.ok(clock.now() - before >= 5000);
    });

    it('waits once, not twice, when a burst of refusals is announced with a Reconnect', async () => {
      const { session } = await active();
      random = 0;
      const before = clock.now();
      session.send({ reconnect: { delayMs: 6000 } });
      session.send({ error: { code: 429 } });
      session.connection.close(CloseCode.CLOSE_REFUSAL_BURST, 'REFUSAL_BURST');
      await nextHello();
      assert.ok(clock.now() - before >= 6000);
      assert.ok(clock.now() - before < 8000);
    });

    it('passes Slow on', async () => {
      const { client, session } = await active();
      const slow: unknown[] = [];
      client.onSlow((...args) => slow.push(args));
      session.send({ slow: { queued: 600, queuedBytes: 1000 } });
      await clock.run(0);
      assert.deepEqual(slow, [[600, 1000]]);
    });

    it('dials when a link was dropped in any phase', async () => {
      const client = make();
      const phases: string[] = [];
      client.onStateChange((state) => {
        if (!['connecting', 'authenticating', 'replaying', 'active'].includes(state) || phases.includes(state)) return;
        phases.push(state);
        client.dropLink();
      });
      gateway.onSession = (session) => {
        session.onFrame = (frame) => {
          if (frame.body !== 'hello') return;
          session.welcome();
          session.replayed();
        };
      };
      client.connect();
      await clock.until(() => client.connectionState === 'active' && phases.length === 4);
      assert.deepEqual(phases, ['connecting', 'authenticating', 'replaying', 'active']);
    });
  });

  describe('being sent elsewhere', () => {
    it('holds new requests, finishes those under way, then goes where it was told, not before the delay', async () => {
      const other = new ScriptedGateway(network.listener('other'));
      await other.start();
      const { client, session } = await active();
      const reply = client.request('under way');
      await clock.run(0);
      session.send({ reconnect: { url: 'memory://other', delayMs: 500, reason: 'draining' } });
      await clock.run(0);
      assert.equal(client.connectionState, 'leaving');
      void client.request('held').catch(ignore);
      await clock.run(2000);
      assert.equal(session.requests.length, 1);
      assert.equal(other.sessions.length, 0);
      session.respond(1, 1);
      await clock.run(0);
      assert.equal((await reply).code, 200);
      await clock.until(() => other.sessions.length === 1 && other.last.frames.length > 0);
      assert.deepEqual(
        session.of('bye').map(({ bye }) => bye.reason),
        [Reason.LEAVING],
      );
      assert.equal(other.last.hello.lastServerSeq, 1);
      other.last.welcomeBack({ lastClientSeq: 1 });
      await clock.run(0);
      assert.equal(other.last.requests[0]!.request.action, 'held');
    });

    it('waits for the delay when nothing is under way', async () => {
      const { session } = await active();
      session.send({ reconnect: { delayMs: 700 } });
      await clock.run(699);
      assert.equal(gateway.sessions.length, 1);
      await clock.run(1);
      assert.equal(gateway.sessions.length, 2);
    });

    it('goes in the end, whatever is under way', async () => {
      const { client, session } = await active();
      void client.request('endless', '', { timeout: Infinity }).catch(ignore);
      await clock.run(0);
      session.onFrame = () => session.send({ pong: {} });
      session.send({ reconnect: { delayMs: 100 } });
      await clock.run(30_100);
      assert.equal(gateway.sessions.length, 2);
    });

    it('obeys Reconnect instead of Welcome', async () => {
      const client = make();
      random = 0;
      client.connect();
      const session = await nextHello();
      session.send({ reconnect: { delayMs: 3000, reason: 'storm' } });
      await clock.run(2999);
      assert.equal(gateway.sessions.length, 1);
      await clock.run(1);
      assert.equal(gateway.sessions.length, 2);
    });

    it('goes back to its own address when the other one is dead', async () => {
      const { session } = await active();
      session.send({ reconnect: { url: 'memory://nobody' } });
      await nextHello();
      assert.equal(gateway.sessions.length, 2);
      assert.equal(faults.length, 3);
    });
  });

  describe('closing', () => {
    it('says Bye with the last acknowledgement and ends every promise', async () => {
      const { client, session } = await active();
      session.notify(1, 'a');
      const failed = error(client.request('act'));
      await clock.run(0);
      const closed = client.close();
      const rejected = assert.rejects(client.ready());
      await clock.run(0);
      await closed;
      await rejected;
      const bye = session.of('bye')[0]!;
      assert.deepEqual([bye.ack, bye.bye.reason], [1, Reason.LEAVING]);
      assert.equal(session.closes[0]!.code, CloseCode.CLOSE_LEAVING);
      assert.deepEqual([(await failed).error, (await failed).outcome], ['CLIENT_CLOSED', 'UNKNOWN']);
      await clock.run(100_000);
      assert.equal(gateway.sessions.length, 1);
      assert.equal(clock.pending, 0);
    });

    it('logs out when asked to', async () => {
      const { client, session } = await active();
      const closed = client.close({ logout: true });
      await clock.run(0);
      await closed;
      assert.equal(session.of('bye')[0]!.bye.reason, Reason.LOGOUT);
      assert.equal(session.closes[0]!.code, CloseCode.CLOSE_LOGOUT);
    });

    it('ends within 2 s although the gateway is silent', async () => {
      const { client } = await active();
      network.wires.at(-1)!.up.stall();
      network.wires.at(-1)!.down.stall();
      const closed = client.close();
      await clock.run(2000);
      await closed;
      assert.equal(client.connectionState, 'closed');
    });

    it('works in every state, and twice', async () => {
      for (const state of ['idle', 'connecting', 'authenticating', 'replaying', 'waiting'] as const) {
        const client = make();
        const failed = error(client.request('act'));
        if (state !== 'idle') client.connect();
        if (state === 'authenticating' || state === 'replaying' || state === 'waiting') await nextHello();
        if (state === 'replaying') {
          gateway.last.welcome();
          await clock.run(0);
        }
        if (state === 'waiting') client.dropLink(1000);
        assert.equal(client.connectionState, state);
        const closed = Promise.all([client.close(), client.close({ logout: true })]);
        await clock.run(2000);
        await closed;
        assert.equal((await failed).error, 'CLIENT_CLOSED');
        assert.equal((await client.closed).code, CloseCode.CLOSE_LEAVING);
        assert.equal(client.connectionState, 'closed');
      }
      assert.equal(network.wires.length, 0);
    });

    it('may be called from inside a handler', async () => {
      const { client, session } = await active();
      client.onNotify('news', () => void client.close());
      session.notify(1, 'a');
      session.notify(2, 'b');
      await clock.run(2000);
      assert.equal(client.connectionState, 'closed');
      assert.equal(client.progress.position, 1);
    });
  });
});

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function notifyItem(text: string): ItemInit {
  return { notify: { topic: 'news', payload: encode(text) } };
}

function responseItem(clientSeq: number): ItemInit {
  return { response: { clientSeq, code: 200 } };
}

function ignore(): void {
  // The test is about something else.
}

/** The RequestError that a request ends with. */
async function error(request: Promise<Reply>): Promise<RequestError & { error: ErrorName | undefined }> {
  try {
    await request;
  } catch (failure) {
    assert.ok(failure instanceof RequestError, String(failure));
    return failure;
  }
  return assert.fail('the request succeeded');
}
