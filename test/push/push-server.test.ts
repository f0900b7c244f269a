import assert from 'node:assert/strict';
import { Client, credentials, status, type ClientDuplexStream, type Metadata, type ServiceError } from '@grpc/grpc-js';
import {
  pushMethods,
  PushOutcome,
  ReceiptKind,
  type PushEvent,
  type PushRequest,
} from '../../lib/protocol/push-codec.js';
import { BearerToken } from '../../lib/push/bearer-token.js';
import { PushServer } from '../../lib/push/push-server.js';
import { GrpcCaller } from '../service/grpc-caller.js';
import { pushRequest, PushWorld } from '../support/push-world.js';
import { until } from '../support/until.js';

const { pushStream, push, kick } = pushMethods;

/** A PushStream as a service holds it, that may write anything. */
class RawStream {
  readonly events: PushEvent[] = [];
  readonly call: ClientDuplexStream<Uint8Array, PushEvent>;
  metadata: Metadata | undefined;
  error: ServiceError | undefined;
  ended = false;

  constructor(client: Client) {
    const serialize = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
    this.call = client.makeBidiStreamRequest(pushStream.path, serialize, (bytes: Buffer) =>
      pushStream.decodeReply(bytes),
    );
    this.call.on('metadata', (metadata: Metadata) => (this.metadata = metadata));
    this.call.on('data', (event: PushEvent) => this.events.push(event));
    this.call.on('error', (error: ServiceError) => (this.error = error));
    this.call.on('end', () => (this.ended = true));
  }

  push(fields: Partial<PushRequest> = {}): void {
    this.call.write(encode(fields));
  }

  get replies(): string[] {
    return this.events.flatMap((event) => {
      return event.event === 'reply' ? [`${event.reply.id} ${PushOutcome[event.reply.outcome]}`] : [];
    });
  }
}

function encode(fields: Partial<PushRequest>): Uint8Array {
  return pushStream.encodeRequest({ ...pushRequest(fields), target: { playerId: 'ann' } });
}

describe('PushServer', () => {
  let world: PushWorld;
  let server: PushServer;
  let client: Client;
  let stopTurns: () => void;

  beforeEach(async () => {
    world = new PushWorld({ maxFrameBytes: 64 * 1024, maxUnits: 100_000, maxBytes: 1 << 24 });
    stopTurns = world.run();
    const parts = { host: '127.0.0.1', port: 0, token: new BearerToken(''), service: world.service, processId: 'p-1' };
    server = new PushServer(parts);
    await server.start();
    client = new Client(`127.0.0.1:${server.address.port}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
  });
  afterEach(() => {
    client.close();
    server.abort();
    stopTurns();
  });

  it('says which process it is, and answers each push of a stream', async () => {
    world.live('ann');
    const stream = new RawStream(client);
    for (const id of ['a', 'b']) stream.push({ id });
    await until(() => stream.replies.length === 2);
    assert.deepEqual(stream.replies, ['a DELIVERED', 'b DELIVERED']);
    assert.deepEqual(stream.metadata!.get('gatesvr-process'), ['p-1']);
  });

  it('ends a stream at a message that is none, with what it is to be, and no other', async () => {
    world.live('ann');
    const [bad, good] = [new RawStream(client), new RawStream(client)];
    good.push({ id: 'before' });
    await until(() => good.replies.length === 1);
    bad.call.write(Buffer.from([0xff, 0xff, 0xff]));
    await until(() => bad.error !== undefined);
    assert.equal(bad.error!.code, status.INVALID_ARGUMENT);
    assert.match(bad.error!.details, /no PushRequest/);
    good.push({ id: 'after' });
    await until(() => good.replies.length === 2);
    assert.equal(good.error, undefined);
  });

  it('refuses a single call that is none with INVALID_ARGUMENT', async () => {
    const caller = new GrpcCaller(server.address.port);
    for (const { path } of [push, kick, pushMethods.broadcast]) {
      await assert.rejects(caller.raw(path, Buffer.from([0xff]), () => undefined).reply, {
        code: status.INVALID_ARGUMENT,
      });
    }
    caller.close();
  });

  it('ends a call over the longest message, and goes on for others', async () => {
    world.live('ann');
    const caller = new GrpcCaller(server.address.port);
    const huge = { ...pushRequest(), target: { playerId: 'ann' }, payload: new Uint8Array(17 << 20) };
    await assert.rejects(caller.call(push, huge).reply, { code: status.RESOURCE_EXHAUSTED });
    const reply = await caller.call(push, { ...pushRequest(), target: { playerId: 'ann' } }).reply;
    assert.equal(reply.outcome, PushOutcome.DELIVERED);
    caller.close();
  });

  it('answers UNIMPLEMENTED to instances that register themselves', async () => {
    const caller = new GrpcCaller(server.address.port);
    await assert.rejects(caller.raw('/gatesvr.upstream.v1.Gateway/Register', Buffer.alloc(0), () => undefined).reply, {
      code: status.UNIMPLEMENTED,
    });
    caller.close();
  });

  it('answers what was pushed before the sender ended its side, then ends the stream', async () => {
    world.live('ann');
    const stream = new RawStream(client);
    for (let i = 0; i < 100; i++) stream.push({ id: `${i}` });
    stream.call.end();
    await until(() => stream.ended);
    assert.equal(stream.replies.length, 100);
    assert.equal(stream.error, undefined);
  });

  it('does not read on while a thousand pushes have no reply, and loses none of them', async () => {
    world.live('ann');
    stopTurns();
    const stream = new RawStream(client);
    // Nothing is replied before the turn ends.
    for (let i = 0; i < 2_000; i++) stream.push({ id: `${i}`, topic: `${i}` });
    const received = () => world.find('ann')!.keptUnits;
    await until(() => received() >= 1_024);
    const other = new RawStream(client);
    other.push({ id: 'other', topic: 'other' });
    await until(() => received() >= 1_025);
    const read = received();
    stopTurns = world.run();
    await until(() => stream.replies.length === 2_000);
    // Messages that were on their way when it stopped to read still come.
    assert.ok(read < 2_000, `${read} were taken`);
    const own = world.topics(world.find('ann')!).filter((topic) => topic !== 'other');
    assert.deepEqual(
      own,
      Array.from({ length: 2_000 }, (_, i) => `${i}`),
    );
  });

  it('drops what waits of a sender that is gone, but nothing that it took', async () => {
    world.live('ann');
    const stream = new RawStream(client);
    stream.push({ id: 'taken' });
    await until(() => stream.replies.length === 1);
    stream.call.cancel();
    const again = new RawStream(client);
    again.push({ id: 'taken' });
    await until(() => again.replies.length === 1);
    assert.deepEqual(world.topics(world.find('ann')!), ['mail']);
    assert.equal(world.counters.repeated, 1);
  });

  it('hands receipts to the stream that pushed', async () => {
    const ann = world.live('ann');
    const [one, two] = [new RawStream(client), new RawStream(client)];
    one.push({ id: 'one' });
    await until(() => one.replies.length === 1);
    two.push({ id: 'two' });
    await until(() => two.replies.length === 1);
    ann.acknowledge(2);
    await until(() => one.events.length === 2 && two.events.length === 2);
    const receipts = [one, two].map(({ events }) => {
      const event = events[1]!;
      return event.event === 'receipt' ? `${event.receipt.id} ${ReceiptKind[event.receipt.kind]}` : '';
    });
    assert.deepEqual(receipts, ['one ACKNOWLEDGED', 'two ACKNOWLEDGED']);
  });
});
