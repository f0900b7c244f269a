import assert from 'node:assert/strict';
import { GatesvrError } from '../../lib/errors.js';
import type { ErrorName } from '../../lib/errors.js';
import type { Connection, Dialer, Listener, TransportName } from '../../lib/transport/transport.js';
import { Recorder } from '../support/recorder.js';

/** One transport as the suite sees it. */
export interface TransportUnderTest {
  readonly transport: TransportName;
  /** A listener that isn't started, on an address of its own. */
  readonly listener: Listener;
  readonly dialer: Dialer;
  /** What to dial to reach the listener, once it listens. */
  url(): string;
  /** Another listener on the same address, to see how a clash and its end look. */
  sameAddress(): Listener;
  /** Where nobody listens. */
  readonly deadUrl: string;
  /** Where no answer ever comes. */
  readonly silentUrl: string;
  /** Frees what `setUp` made. */
  tearDown(): Promise<void>;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const never = new AbortController().signal;

/**
 * What every pair of Listener and Dialer does, whatever the network underneath. Nothing in here knows a transport or
 * waits for a time.
 */
export function connectionSuite(name: string, setUp: () => Promise<TransportUnderTest>): void {
  describe(`connections over ${name}`, () => {
    let transport: TransportUnderTest;
    let accepted: Connection[];
    let awaitingAccept: ((connection: Connection) => void)[];

    beforeEach(async () => {
      transport = await setUp();
      accepted = [];
      awaitingAccept = [];
      await transport.listener.start((connection) => {
        const waiting = awaitingAccept.shift();
        if (waiting === undefined) accepted.push(connection);
        else waiting(connection);
      });
    });

    afterEach(async () => {
      await transport.listener.stop();
      await transport.tearDown();
    });

    function nextAccepted(): Promise<Connection> {
      const connection = accepted.shift();
      return connection === undefined
        ? new Promise((resolve) => awaitingAccept.push(resolve))
        : Promise.resolve(connection);
    }

    /** Both ends of a new connection, not yet opened. */
    async function ends(): Promise<{ client: Recorder; server: Recorder }> {
      const dialled = transport.dialer.dial(transport.url(), never);
      const [client, server] = await Promise.all([dialled, nextAccepted()]);
      return { client: new Recorder(client), server: new Recorder(server) };
    }

    async function openEnds(): Promise<{ client: Recorder; server: Recorder }> {
      const pair = await ends();
      pair.client.open();
      pair.server.open();
      return pair;
    }

    /** Each end in turn as the one that acts. */
    function fromBothSides(title: string, test: (actor: Recorder, other: Recorder) => Promise<void>): void {
      it(`${title} (client acts)`, async () => {
        const { client, server } = await openEnds();
        await test(client, server);
      });
      it(`${title} (server acts)`, async () => {
        const { client, server } = await openEnds();
        await test(server, client);
      });
    }

    /** Writes until the connection asks to stop; the other end must not be reading. */
    function writeUntilRefused(end: Recorder): number {
      for (let written = 64 * KIB; written <= 64 * MIB; written += 64 * KIB) {
        if (!end.connection.write(pattern(64 * KIB, written))) return written;
      }
      return assert.fail('64 MiB were taken without a word');
    }

    describe('bytes', () => {
      it('names its transport and its peer at both ends', async () => {
        const { client, server } = await ends();
        for (const end of [client, server]) {
          assert.equal(end.connection.transport, transport.transport);
          assert.notEqual(end.connection.peer.address, '');
          assert.ok(end.connection.peer.port > 0);
        }
        assert.equal(transport.dialer.transport, transport.transport);
      });

      fromBothSides('carries small writes in order', async (actor, other) => {
        let expected = '';
        for (let i = 0; i < 500; i++) {
          expected += `${i},`;
          actor.connection.write(encode(`${i},`));
        }
        await other.until(() => other.bytes === expected.length);
        assert.equal(other.text, expected);
      });

      it('carries much in both directions at once, unharmed', async () => {
        const { client, server } = await openEnds();
        const up = pattern(3 * MIB, 1);
        const down = pattern(3 * MIB, 2);
        pump(client, up);
        pump(server, down);
        await Promise.all([
          server.until(() => server.bytes === up.length),
          client.until(() => client.bytes === down.length),
        ]);
        assert.ok(equal(server.received, up), 'client to server');
        assert.ok(equal(client.received, down), 'server to client');
      });

      it('takes an empty write', async () => {
        const { client, server } = await openEnds();
        client.connection.write(new Uint8Array(0));
        client.connection.write(encode('after'));
        await server.until(() => server.bytes === 5);
        assert.equal(server.text, 'after');
      });

      it('lets a handler write from inside data', async () => {
        const { client, server } = await openEnds();
        server.onData = (chunk) => server.connection.write(chunk.slice());
        client.connection.write(encode('echo'));
        await client.until(() => client.bytes === 4);
        assert.equal(client.text, 'echo');
      });

      it('hands over chunks that the handler may keep and change', async () => {
        const { client, server } = await openEnds();
        server.onData = (chunk) => server.connection.write(chunk.slice());
        client.connection.write(encode('one'));
        await client.until(() => client.bytes === 3);
        for (const recorder of [client, server]) for (const chunk of recorder.chunks) chunk.fill(0);
        client.connection.write(encode('two'));
        await client.until(() => client.bytes === 6);
        assert.equal(client.text, '\0\0\0two');
      });

      it('delivers nothing before open, and what came earlier only after open has returned', async () => {
        const { client, server } = await ends();
        client.open();
        client.connection.write(encode('early'));
        server.open();
        assert.equal(server.calls.length, 0);
        await server.until(() => server.bytes === 5);
        assert.equal(server.text, 'early');
      });

      it('keeps connections apart', async () => {
        const pairs = [];
        for (let i = 0; i < 8; i++) pairs.push(await openEnds());
        pairs.forEach(({ client, server }, i) => {
          client.connection.write(encode(`up ${i}`));
          server.connection.write(encode(`down ${i}`));
        });
        await Promise.all(
          pairs.flatMap(({ client, server }) => [
            server.until(() => server.bytes === 4),
            client.until(() => client.bytes === 6),
          ]),
        );
        pairs.forEach(({ client, server }, i) => {
          assert.equal(server.text, `up ${i}`);
          assert.equal(client.text, `down ${i}`);
        });
      });
    });

    describe('backpressure', () => {
      fromBothSides('says stop when the other side does not read, and drained when it does', async (actor, other) => {
        other.connection.pause();
        const written = writeUntilRefused(actor);
        assert.ok(actor.connection.bufferedBytes > 0);
        assert.equal(actor.drains, 0);
        other.connection.resume();
        await actor.until(() => actor.drains === 1);
        await other.until(() => other.bytes === written);
        assert.equal(actor.connection.bufferedBytes, 0);
      });

      it('refuses nothing of what is written beyond the mark', async () => {
        const { client, server } = await openEnds();
        server.connection.pause();
        const written = writeUntilRefused(client);
        assert.equal(client.connection.write(encode('and more')), false);
        server.connection.resume();
        await server.until(() => server.bytes === written + 8);
        assert.equal(server.text.slice(-8), 'and more');
      });

      fromBothSides('stops data on pause from inside data, until resume', async (actor, other) => {
        let whilePaused = 0;
        let paused = false;
        other.onData = () => {
          if (paused) whilePaused++;
          paused = true;
          other.connection.pause();
        };
        const bytes = 512 * KIB;
        actor.connection.write(pattern(bytes, 3));
        await other.until(() => other.bytes > 0);
        while (other.bytes < bytes) {
          const before = other.bytes;
          paused = false;
          other.connection.resume();
          await other.until(() => other.bytes > before);
        }
        assert.equal(whilePaused, 0);
        assert.ok(equal(other.received, pattern(bytes, 3)));
      });

      fromBothSides('stops one direction alone', async (actor, other) => {
        other.connection.pause();
        const written = writeUntilRefused(actor);
        other.connection.write(encode('the other way'));
        await actor.until(() => actor.text === 'the other way');
        assert.ok(other.bytes < written);
      });
    });

    describe('datagrams', () => {
      fromBothSides('arrive whole, up to the stated size', async (actor, other) => {
        const limit = actor.connection.maxDatagramBytes;
        if (limit === 0) {
          assert.equal(actor.connection.sendDatagram(encode('x')), false);
          return;
        }
        const largest = pattern(limit, 4);
        await untilArrived(actor, other, largest);
        assert.ok(equal(other.datagrams[0]!, largest));
        assert.equal(actor.connection.sendDatagram(pattern(limit + 1, 4)), false);
      });

      /** Datagrams may be lost: sends again with each round trip of the stream until one has arrived. */
      async function untilArrived(actor: Recorder, other: Recorder, datagram: Uint8Array): Promise<void> {
        while (other.datagrams.length === 0) {
          actor.connection.sendDatagram(datagram.slice());
          const bytes = other.bytes;
          actor.connection.write(encode('.'));
          await other.until(() => other.bytes > bytes || other.datagrams.length > 0);
        }
      }
    });

    describe('closing', () => {
      fromBothSides('gives code and reason to both ends', async (actor, other) => {
        actor.connection.close(4321, 'enough – genug');
        assert.deepEqual(await other.whenClosed(), { code: 4321, reason: 'enough – genug', remote: true });
        assert.deepEqual(await actor.whenClosed(), { code: 4321, reason: 'enough – genug', remote: false });
      });

      fromBothSides('lets the last bytes arrive before the close', async (actor, other) => {
        const last = pattern(300 * KIB, 5);
        actor.connection.write(last.slice());
        actor.connection.close(4001, 'bye');
        await other.whenClosed();
        assert.ok(equal(other.received, last));
        assert.equal(other.calls.at(-1), 'closed');
      });

      fromBothSides('lets the last bytes of a quiet link arrive before the close', async (actor, other) => {
        actor.connection.write(encode('hello'));
        await other.until(() => other.bytes === 5);
        actor.connection.write(encode(', last words'));
        actor.connection.close(4002, 'bye');
        await other.whenClosed();
        assert.equal(other.text, 'hello, last words');
      });

      fromBothSides('counts the first close alone', async (actor, other) => {
        actor.connection.close(4100, 'first');
        actor.connection.close(4200, 'second');
        assert.equal((await other.whenClosed()).code, 4100);
        assert.equal((await actor.whenClosed()).code, 4100);
      });

      it('ends once at each side when both close at the same time', async () => {
        const { client, server } = await openEnds();
        client.connection.close(4010, 'client');
        server.connection.close(4020, 'server');
        await Promise.all([client.whenClosed(), server.whenClosed()]);
        for (const end of [client, server]) {
          assert.equal(end.closes.length, 1);
          assert.ok([4010, 4020].includes(end.closes[0]!.code));
        }
      });

      fromBothSides('ends although the other side does not read', async (actor, other) => {
        other.connection.pause();
        writeUntilRefused(actor);
        actor.connection.close(4003, 'not waiting for you');
        assert.deepEqual(await actor.whenClosed(), { code: 4003, reason: 'not waiting for you', remote: false });
        assert.equal((await other.whenClosed()).remote, true);
      });

      fromBothSides('ends although it does not read itself', async (actor, other) => {
        actor.connection.pause();
        writeUntilRefused(other);
        actor.connection.close(4004, 'not listening');
        assert.equal((await other.whenClosed()).code, 4004);
        assert.equal((await actor.whenClosed()).code, 4004);
      });

      fromBothSides('breaks the link on abort', async (actor, other) => {
        actor.connection.abort();
        const close = await other.whenClosed();
        assert.equal(close.code, 0);
        assert.equal(close.remote, true);
        assert.equal((await actor.whenClosed()).remote, false);
      });

      fromBothSides('aborts although unsent bytes wait', async (actor, other) => {
        other.connection.pause();
        const written = writeUntilRefused(actor);
        actor.connection.abort();
        await Promise.all([actor.whenClosed(), other.whenClosed()]);
        assert.ok(other.bytes < written);
      });

      fromBothSides('is over after closed: no call follows, and no call does harm', async (actor, other) => {
        actor.connection.close(4005, 'over');
        await Promise.all([actor.whenClosed(), other.whenClosed()]);
        for (const end of [actor, other]) {
          const calls = end.calls.length;
          end.connection.write(encode('too late'));
          end.connection.sendDatagram(encode('too late'));
          end.connection.pause();
          end.connection.resume();
          end.connection.close(4999, 'again');
          end.connection.abort();
          assert.equal(end.connection.maxDatagramBytes === 0 || !end.connection.sendDatagram(encode('x')), true);
          // A round trip on a new connection: whatever was to come has come.
          const { client, server } = await openEnds();
          client.connection.write(encode('?'));
          await server.until(() => server.bytes === 1);
          assert.equal(end.calls.length, calls);
          assert.equal(end.closes.length, 1);
        }
      });

      it('tells an end that opens only after the close', async () => {
        const { client, server } = await ends();
        client.open();
        client.connection.abort();
        await client.whenClosed();
        server.open();
        assert.equal((await server.whenClosed()).remote, true);
      });

      it('may be closed from inside data', async () => {
        const { client, server } = await openEnds();
        server.onData = () => {
          server.connection.write(encode('refused'));
          server.connection.close(4500, 'rubbish');
        };
        client.connection.write(encode('rubbish'));
        assert.deepEqual(await client.whenClosed(), { code: 4500, reason: 'rubbish', remote: true });
        assert.equal(client.text, 'refused');
      });
    });

    describe('listening and dialling', () => {
      it('says where it listens', () => {
        assert.notEqual(transport.listener.address.address, '');
        assert.ok(transport.listener.address.port > 0);
      });

      it('fails to listen where somebody does, and listens there after stop', async () => {
        const second = transport.sameAddress();
        await assert.rejects(
          second.start(() => undefined),
          isError('LISTEN_FAILED'),
        );
        await transport.listener.stop();
        const third = transport.sameAddress();
        await third.start(() => undefined);
        await third.stop();
      });

      it('says that nobody listens', async () => {
        await assert.rejects(transport.dialer.dial(transport.deadUrl, never), isError('CONNECT_FAILED'));
      });

      it('gives up dialling when told to', async () => {
        const giveUp = new AbortController();
        const dialling = transport.dialer.dial(transport.silentUrl, giveUp.signal);
        giveUp.abort(new Error('changed my mind'));
        await assert.rejects(dialling, isError('CONNECT_FAILED'));
      });

      it('does not dial when told before', async () => {
        const dialling = transport.dialer.dial(transport.url(), AbortSignal.abort());
        await assert.rejects(dialling, isError('CONNECT_FAILED'));
      });

      it('leaves standing connections alone when it stops accepting', async () => {
        const { client, server } = await openEnds();
        transport.listener.stopAccepting();
        await assert.rejects(
          transport.dialer.dial(transport.url(), AbortSignal.timeout(5000)),
          isError('CONNECT_FAILED'),
        );
        client.connection.write(encode('still there?'));
        await server.until(() => server.bytes === 12);
        server.connection.write(encode('yes'));
        await client.until(() => client.bytes === 3);
      });

      it('ends everything on stop, and may be stopped again', async () => {
        const { client, server } = await openEnds();
        await transport.listener.stop();
        await Promise.all([client.whenClosed(), server.whenClosed()]);
        assert.equal(client.closes[0]!.remote, true);
        await transport.listener.stop();
      });
    });
  });
}

/** Writes `bytes` in pieces, as fast as the connection takes them. */
function pump(end: Recorder, bytes: Uint8Array): void {
  let offset = 0;
  const go = (): void => {
    while (offset < bytes.length) {
      const piece = bytes.slice(offset, offset + 50_000);
      offset += piece.length;
      if (end.connection.write(piece)) continue;
      void end.until(() => end.connection.bufferedBytes === 0 || end.drains > 0).then(go);
      end.drains = 0;
      return;
    }
  };
  go();
}

function isError(name: ErrorName): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof GatesvrError, String(error));
    assert.equal(error.error, name);
    return true;
  };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes that repeat late, so that a shifted or doubled piece shows. */
function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = seed * 7919 + 1; i < length; i++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    bytes[i] = state >> 16;
  }
  return bytes;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
