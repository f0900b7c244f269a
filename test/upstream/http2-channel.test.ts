import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http2 from 'node:http2';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { systemClock, type Clock } from '../../lib/clock.js';
import { frameMessage } from '../../lib/upstream/grpc-frame.js';
import { GrpcStatus, type CallStatus } from '../../lib/upstream/grpc-status.js';
import { Http2Channel, type Lookup } from '../../lib/upstream/http2-channel.js';
import { Http2Connection, type CallStarter } from '../../lib/upstream/http2-connection.js';
import { UnaryCall, type CallEnd } from '../../lib/upstream/unary-call.js';
import { FakeClock } from '../support/fake-clock.js';

const MAX_BYTES = 100_000;
const GRPC = { ':status': 200, 'content-type': 'application/grpc' };

type OnStream = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void;

/** A call that tells how it ended. */
class TestCall extends UnaryCall {
  readonly result: Promise<CallEnd>;
  end: CallEnd | undefined;
  #resolve!: (end: CallEnd) => void;

  constructor() {
    super();
    this.result = new Promise((resolve) => (this.#resolve = resolve));
  }

  make(on: CallStarter, text = 'request', remainingMs = 30_000): this {
    this.start(on, '/test/Method', Buffer.from(text), { 'x-who': 'alice' }, remainingMs);
    return this;
  }

  async status(): Promise<CallStatus> {
    const end = await this.result;
    assert.ok(!end.ok);
    return end.status;
  }

  async text(): Promise<string> {
    const end = await this.result;
    assert.ok(end.ok, JSON.stringify(end));
    return Buffer.from(end.bytes).toString();
  }

  protected override ended(end: CallEnd): void {
    assert.equal(this.end, undefined, 'told twice');
    this.end = end;
    this.#resolve(end);
  }
}

/** An HTTP/2 server whose behaviour a test sets. */
class Peer {
  readonly sessions: http2.ServerHttp2Session[] = [];
  readonly streams: http2.ServerHttp2Stream[] = [];
  readonly resets: number[] = [];
  onStream: OnStream = (stream) => answer(stream);
  readonly #server: http2.Http2Server;

  constructor(settings: http2.Settings = {}) {
    this.#server = http2.createServer({ settings });
    this.#server.on('session', (session) => this.sessions.push(session));
    this.#server.on('stream', (stream, headers) => {
      this.streams.push(stream);
      stream.on('error', () => undefined);
      stream.on('close', () => this.resets.push(stream.rstCode));
      stream.resume();
      this.onStream(stream, headers);
    });
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  kill(): void {
    this.#server.close();
    for (const session of this.sessions) session.destroy();
  }
}

function answer(stream: http2.ServerHttp2Stream, text = 'reply'): void {
  stream.respond(GRPC, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(frameMessage(Buffer.from(text)));
}

const hang: OnStream = () => undefined;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('Http2Channel', () => {
  const stops: (() => void)[] = [];

  afterEach(() => {
    for (const stop of stops.splice(0).reverse()) stop();
  });

  async function peer(settings?: http2.Settings): Promise<Peer> {
    const made = await new Peer(settings).start();
    stops.push(() => made.kill());
    return made;
  }

  function open(address: string, clock: Clock = systemClock, lookup?: Lookup): Http2Channel {
    const channel = new Http2Channel(address, MAX_BYTES, clock, () => undefined, lookup);
    channel.open();
    stops.push(() => channel.close());
    return channel;
  }

  async function ready(address: string, clock?: Clock): Promise<Http2Channel> {
    const channel = open(address, clock);
    await until(() => channel.isReady);
    return channel;
  }

  describe('a call', () => {
    it('is a gRPC request, and brings the reply', async () => {
      const server = await peer();
      let seen: http2.IncomingHttpHeaders = {};
      const body: Buffer[] = [];
      server.onStream = (stream, headers) => {
        seen = headers;
        stream.on('data', (chunk: Buffer) => body.push(chunk));
        stream.on('end', () => answer(stream, 'the reply'));
      };
      const channel = await ready(server.address);
      assert.equal(await new TestCall().make(channel, 'the request', 1234).text(), 'the reply');
      assert.deepEqual(Buffer.concat(body), frameMessage(Buffer.from('the request')));
      const { ':method': method, ':path': path, ':authority': authority, te } = seen;
      assert.deepEqual([method, path, authority, te], ['POST', '/test/Method', server.address, 'trailers']);
      assert.equal(seen['content-type'], 'application/grpc');
      assert.equal(seen['grpc-timeout'], '1234m');
      assert.equal(seen['x-who'], 'alice');
    });

    it('takes a status that comes alone, with its message', async () => {
      const server = await peer();
      server.onStream = (stream) => {
        stream.respond({ ...GRPC, 'grpc-status': '5', 'grpc-message': 'no %E2%9C%93' }, { endStream: true });
      };
      const status = await new TestCall().make(await ready(server.address)).status();
      assert.deepEqual([status.code, status.details, status.fromService], [GrpcStatus.NOT_FOUND, 'no ✓', true]);
    });

    it('takes a status that comes after a message', async () => {
      const server = await peer();
      server.onStream = (stream) => {
        stream.respond(GRPC, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '7' }));
        stream.end(frameMessage(Buffer.from('half of it')));
      };
      const status = await new TestCall().make(await ready(server.address)).status();
      assert.deepEqual([status.code, status.fromService], [GrpcStatus.PERMISSION_DENIED, true]);
    });

    it('stops the peer as soon as it announces a reply over the limit', async () => {
      const server = await peer();
      server.onStream = (stream) => {
        stream.respond(GRPC);
        const prefix = Buffer.alloc(5);
        prefix.writeUInt32BE(MAX_BYTES + 1, 1);
        stream.write(prefix); // and nothing more: only the announcement can end the call
      };
      const status = await new TestCall().make(await ready(server.address)).status();
      assert.deepEqual([status.code, status.fromService], [GrpcStatus.RESOURCE_EXHAUSTED, false]);
      await until(() => server.resets.length === 1);
      assert.deepEqual(server.resets, [http2.constants.NGHTTP2_CANCEL]);
    });

    it('takes a reply of exactly the limit', async () => {
      const server = await peer();
      server.onStream = (stream) => answer(stream, 'x'.repeat(MAX_BYTES));
      assert.equal((await new TestCall().make(await ready(server.address)).text()).length, MAX_BYTES);
    });

    for (const [what, body] of [
      ['compressed', Buffer.from([1, 0, 0, 0, 1, 7])],
      ['cut short', Buffer.from([0, 0, 0, 0, 2, 7])],
      ['two messages', Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
      ['nothing', Buffer.alloc(0)],
    ] as const) {
      it(`takes a success with a reply that is ${what} for OK without a message`, async () => {
        const server = await peer();
        server.onStream = (stream) => {
          stream.respond(GRPC, { waitForTrailers: true });
          stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
          stream.end(body);
        };
        assert.equal((await new TestCall().make(await ready(server.address)).status()).code, GrpcStatus.OK);
      });
    }

    it('says of a refused stream that nothing was processed, and of no other', async () => {
      const server = await peer();
      const channel = await ready(server.address);
      const { NGHTTP2_REFUSED_STREAM, NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = http2.constants;
      const reset = (code: number): Promise<CallStatus> => {
        server.onStream = (stream) => stream.close(code);
        return new TestCall().make(channel).status();
      };
      const refused = await reset(NGHTTP2_REFUSED_STREAM);
      assert.deepEqual([refused.code, refused.handedOver], [GrpcStatus.UNAVAILABLE, 'refused']);
      const cancelled = await reset(NGHTTP2_CANCEL);
      assert.deepEqual([cancelled.code, cancelled.handedOver], [GrpcStatus.CANCELLED, 'maybe']);
      assert.equal((await reset(NGHTTP2_NO_ERROR)).handedOver, 'maybe');
    });

    it('counts as possibly executed if it is refused after it was answered in part', async () => {
      const server = await peer();
      server.onStream = (stream) => {
        stream.respond(GRPC);
        stream.write(Buffer.from([0]), () => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM));
      };
      assert.equal((await new TestCall().make(await ready(server.address)).status()).handedOver, 'maybe');
    });

    it('is reset at the peer when it is given up', async () => {
      const server = await peer();
      server.onStream = hang;
      const call = new TestCall().make(await ready(server.address));
      await until(() => server.streams.length === 1);
      call.cancel();
      assert.equal((await call.status()).code, GrpcStatus.CANCELLED);
      await until(() => server.resets.length === 1);
      call.cancel();
    });
  });

  describe('a peer that limits its streams', () => {
    it('never gets more; the rest follow as places become free', async () => {
      const server = await peer({ maxConcurrentStreams: 2 });
      let most = 0;
      const waiting: http2.ServerHttp2Stream[] = [];
      server.onStream = (stream) => {
        waiting.push(stream);
        most = Math.max(most, waiting.length);
      };
      const channel = await ready(server.address);
      const calls = Array.from({ length: 7 }, () => new TestCall().make(channel));
      assert.equal(channel.hasRoom, false);
      for (let left = calls.length; left > 0; left--) {
        await until(() => waiting.length === Math.min(2, left));
        answer(waiting.shift()!);
      }
      for (const call of calls) assert.equal(await call.text(), 'reply');
      assert.equal(most, 2);
      assert.equal(channel.hasRoom, true);
      assert.deepEqual(
        server.resets.filter((code) => code !== 0),
        [],
      );
    });

    it('has nothing of a call that waited when it was given up, or when the connection broke', async () => {
      const server = await peer({ maxConcurrentStreams: 1 });
      server.onStream = hang;
      const channel = await ready(server.address);
      const [sent, givenUp, waiting] = Array.from({ length: 3 }, () => new TestCall().make(channel));
      await until(() => server.streams.length === 1);
      givenUp!.cancel();
      assert.equal(givenUp!.end, undefined);
      const { code, handedOver } = await givenUp!.status();
      assert.deepEqual([code, handedOver], [GrpcStatus.CANCELLED, 'unsent']);
      for (const session of server.sessions) session.destroy();
      assert.equal((await waiting!.status()).handedOver, 'unsent');
      const lost = await sent!.status();
      assert.deepEqual([lost.code, lost.handedOver], [GrpcStatus.UNAVAILABLE, 'maybe']);
      assert.equal(server.streams.length, 1);
    });
  });

  describe('GOAWAY', () => {
    it('lets calls up to the last stream end, gives back the others, and new ones go on a new connection', async () => {
      const server = await peer();
      server.onStream = hang;
      const channel = await ready(server.address);
      const first = new TestCall().make(channel);
      const second = new TestCall().make(channel);
      await until(() => server.streams.length === 2);
      server.sessions[0]!.goaway(http2.constants.NGHTTP2_NO_ERROR, server.streams[0]!.id);
      const refused = await second.status();
      assert.deepEqual([refused.code, refused.handedOver], [GrpcStatus.UNAVAILABLE, 'refused']);
      await until(() => server.sessions.length === 2 && channel.isReady);
      server.onStream = (stream) => answer(stream, 'from the new one');
      assert.equal(await new TestCall().make(channel).text(), 'from the new one');
      assert.equal(first.end, undefined);
      answer(server.streams[0]!, 'from the old one');
      assert.equal(await first.text(), 'from the old one');
    });

    it('with an error ends all calls as lost', async () => {
      const server = await peer();
      server.onStream = hang;
      const channel = await ready(server.address);
      const call = new TestCall().make(channel);
      await until(() => server.streams.length === 1);
      server.sessions[0]!.goaway(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM, server.streams[0]!.id);
      const { code, handedOver } = await call.status();
      assert.deepEqual([code, handedOver], [GrpcStatus.UNAVAILABLE, 'maybe']);
      await until(() => server.sessions.length === 2 && channel.isReady);
    });
  });

  it('finds a peer dead that answers no PING while a call waits, within 40 s', async () => {
    const server = await peer();
    server.onStream = hang;
    const clock = new FakeClock();
    const { address, cut } = await relay(server.port);
    const channel = await ready(address, clock);
    const call = new TestCall().make(channel);
    await until(() => server.streams.length === 1);
    cut();
    clock.advance(39_999);
    assert.equal(channel.isReady, true);
    clock.advance(1);
    const { code, handedOver } = await call.status();
    assert.deepEqual([code, handedOver], [GrpcStatus.UNAVAILABLE, 'maybe']);
  });

  it('sends no PING without calls, and keeps a connection whose peer answers', async () => {
    const server = await peer();
    const clock = new FakeClock();
    const channel = await ready(server.address, clock);
    let pings = 0;
    server.sessions[0]!.on('ping', () => pings++);
    clock.advance(120_000);
    assert.equal(await new TestCall().make(channel).text(), 'reply');
    assert.equal(pings, 0);
    server.onStream = hang;
    const call = new TestCall().make(channel);
    await until(() => server.streams.length === 2);
    server.onStream = (stream) => answer(stream);
    for (let i = 1; i <= 3; i++) {
      clock.advance(30_000);
      await until(() => pings === i);
      // What comes after the PING's answer on the same connection shows that the answer has come.
      assert.equal(await new TestCall().make(channel).text(), 'reply');
    }
    assert.equal(channel.isReady, true);
    assert.equal(call.end, undefined);
  });

  it('tries the addresses of a name in turn, and looks it up again after a loss', async () => {
    const server = await peer();
    let lookups = 0;
    const lookup: Lookup = (host, found) => {
      assert.equal(host, 'service.test');
      lookups++;
      found(['127.0.0.2', '127.0.0.3', '127.0.0.1']);
    };
    const channel = open(`service.test:${server.port}`, systemClock, lookup);
    await until(() => channel.isReady);
    assert.equal(lookups, 1);
    server.sessions[0]!.destroy();
    await until(() => server.sessions.length === 2 && channel.isReady);
    assert.equal(lookups, 2);
  });

  it('waits longer after each round in vain, at most 2 s and a fifth', () => {
    const clock = new FakeClock();
    let lookups = 0;
    open('nowhere.test:1', clock, (_, found) => {
      lookups++;
      found([]);
    });
    const waits: number[] = [];
    for (let round = 1; round < 12; round++) {
      const from = clock.now();
      while (lookups === round) clock.advance(1);
      waits.push(clock.now() - from);
    }
    assert.ok(waits[0]! >= 80 && waits[0]! <= 121, String(waits));
    assert.ok(waits[3]! >= 0.8 * 409 && waits[3]! <= 1.2 * 410 + 1, String(waits));
    for (const wait of waits.slice(8)) assert.ok(wait >= 1600 && wait <= 2401, String(waits));
  });

  it('goes on to the next address when the first says nothing for 5 s', async () => {
    const server = await peer();
    const silent = createServer();
    silent.listen(server.port, '127.0.0.2');
    await once(silent, 'listening');
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => sockets.push(socket));
    stops.push(() => {
      silent.close();
      for (const socket of sockets) socket.destroy();
    });
    const clock = new FakeClock();
    const channel = open(`two.test:${server.port}`, clock, (_, found) => found(['127.0.0.2', '127.0.0.1']));
    await until(() => sockets.length === 1);
    assert.equal(channel.isReady, false);
    clock.advance(5000);
    await until(() => channel.isReady);
  });

  it('connects to an IPv6 address in brackets', () => {
    const hosts: string[] = [];
    open('[::1]:50051', new FakeClock(), (host) => hosts.push(host));
    assert.deepEqual(hosts, ['::1']);
  });

  it('replaces a connection before its stream ids run out', async () => {
    const server = await peer();
    let gone = 0;
    const made = await new Promise<Http2Connection>((resolve) => {
      new Http2Connection(
        {
          host: '127.0.0.1',
          port: server.port,
          authority: server.address,
          maxMessageBytes: MAX_BYTES,
          clock: systemClock,
          maxStreams: 2,
        },
        { ready: resolve, gone: () => gone++ },
      );
    });
    const calls = [new TestCall().make(made), new TestCall().make(made)];
    assert.equal(gone, 1);
    assert.throws(() => new TestCall().make(made));
    for (const call of calls) assert.equal(await call.text(), 'reply');
    await until(() => made.lost);
    assert.equal(gone, 1);
  });

  it('lets calls under way end when it is closed', async () => {
    const server = await peer();
    server.onStream = hang;
    const channel = await ready(server.address);
    const call = new TestCall().make(channel);
    await until(() => server.streams.length === 1);
    channel.close();
    assert.equal(channel.isReady, false);
    assert.throws(() => new TestCall().make(channel));
    answer(server.streams[0]!);
    assert.equal(await call.text(), 'reply');
  });

  /** Passes bytes on until it is cut; then the connection stays and is silent. */
  async function relay(port: number): Promise<{ address: string; cut: () => void }> {
    const ends: Socket[] = [];
    const server: Server = createServer((socket) => {
      const onward = connect(port, '127.0.0.1');
      for (const end of [socket, onward]) end.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
      ends.push(socket, onward);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(() => {
      server.close();
      for (const end of ends) end.destroy();
    });
    const cut = (): void => ends.forEach((end) => end.unpipe().pause());
    return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut };
  }
});
