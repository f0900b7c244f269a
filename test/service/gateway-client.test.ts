import assert from 'node:assert/strict';
import { BearerToken } from '../../lib/push/bearer-token.js';
import { PushServer } from '../../lib/push/push-server.js';
import { connectGateway, PushError, type GatewayClient, type PushReceipt } from '../../lib/service/service.js';
import { PushWorld } from '../support/push-world.js';
import { TcpRelay } from '../support/tcp-relay.js';
import { until } from '../support/until.js';

describe('connectGateway', () => {
  let world: PushWorld;
  let server: PushServer;
  let relay: TcpRelay;
  let gateway: GatewayClient;
  let stopTurns: () => void;

  beforeEach(async () => {
    world = new PushWorld({ maxUnits: 10_000 });
    stopTurns = world.run();
    server = await serve('process-1');
    relay = await TcpRelay.start(server.address.port);
    gateway = connectGateway({ address: `127.0.0.1:${relay.port}` });
  });
  afterEach(async () => {
    await gateway.close();
    await relay.stop();
    server.abort();
    stopTurns();
  });

  async function serve(processId: string): Promise<PushServer> {
    const token = new BearerToken('');
    const started = new PushServer({ host: '127.0.0.1', port: 0, token, service: world.service, processId });
    await started.start();
    return started;
  }

  const mail = (topic: string) => gateway.push({ to: { player: 'ann' }, topic });

  it('connects at the first push, not before', async () => {
    world.live('ann');
    assert.equal(relay.connections, 0);
    assert.equal((await mail('a')).outcome, 'delivered');
  });

  it('keeps the order of pushes, also of those made before it was connected', async () => {
    const ann = world.live('ann');
    const topics = Array.from({ length: 200 }, (_, i) => `${i}`);
    await Promise.all(topics.map(mail));
    assert.deepEqual(world.topics(ann), topics);
  });

  it('answers each of two pushes with one id, of which one counts', async () => {
    const ann = world.live('ann');
    const push = { to: { player: 'ann' }, topic: 'a', id: 'same' };
    const [one, two] = await Promise.all([gateway.push(push), gateway.push(push)]);
    assert.deepEqual(one, two);
    assert.deepEqual(world.topics(ann), ['a']);
  });

  it('pushes again, over the next connection, what had no answer; it counts once', async () => {
    const ann = world.live('ann');
    await mail('first');
    relay.deafens = true;
    const unanswered = ['a', 'b', 'c'].map(mail);
    await until(() => world.topics(ann).length === 4);
    relay.deafens = false;
    relay.cut();
    for (const { outcome } of await Promise.all(unanswered)) assert.equal(outcome, 'delivered');
    await mail('last');
    assert.deepEqual(world.topics(ann), ['first', 'a', 'b', 'c', 'last']);
    assert.equal(world.counters.repeated, 3);
  });

  it('through a hundred cuts delivers each push once and in order', async () => {
    const ann = world.live('ann');
    const topics: string[] = [];
    const answers: Promise<unknown>[] = [];
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 3; j++) {
        topics.push(`${i}.${j}`);
        answers.push(mail(`${i}.${j}`));
      }
      await until(() => relay.connections > 0);
      relay.cut();
    }
    await Promise.all(answers);
    assert.deepEqual(world.topics(ann), topics);
  });

  it('does not push again to another process what the former may have taken, and says so', async () => {
    const ann = world.live('ann');
    await mail('first');
    relay.deafens = true;
    const unanswered = mail('lost');
    await until(() => world.topics(ann).length === 2);
    const successor = await serve('process-2');
    relay.target = successor.address.port;
    relay.deafens = false;
    relay.cut();
    await assert.rejects(unanswered, (error: unknown) => {
      assert.ok(error instanceof PushError);
      assert.equal(error.mayHaveHappened, true);
      assert.match(error.message, /restarted before it answered/);
      return true;
    });
    await mail('next');
    assert.deepEqual(world.topics(ann), ['first', 'lost', 'next']);
    successor.abort();
  });

  it('says after the time limit that there was no answer, and goes on', async () => {
    world.live('ann');
    const hasty = connectGateway({ address: `127.0.0.1:${relay.port}`, timeoutMs: 1 });
    stopTurns();
    await assert.rejects(hasty.push({ to: { player: 'ann' }, topic: 'a' }), /no answer within 1 ms/);
    stopTurns = world.run();
    await hasty.close();
    assert.equal((await mail('b')).outcome, 'delivered');
  });

  it('takes no more than it can hold, and says so at once', async () => {
    world.live('ann');
    stopTurns();
    const held = Array.from({ length: 4_096 }, () => mail('a'));
    await assert.rejects(mail('over'), { name: 'PushError', mayHaveHappened: false });
    stopTurns = world.run();
    await Promise.all(held);
  });

  it('tells receipts to whoever listens, until they have enough', async () => {
    const ann = world.live('ann');
    const receipts: PushReceipt[] = [];
    const stop = gateway.onReceipt((receipt) => receipts.push(receipt));
    const { id } = await mail('a');
    ann.acknowledge(1);
    await until(() => receipts.length === 1);
    assert.deepEqual(receipts, [{ id, kind: 'acknowledged', playerId: 'ann' }]);
    stop();
    await mail('b');
    ann.acknowledge(2);
    await mail('c');
    assert.equal(receipts.length, 1);
  });

  it('waits with its close for answers, then takes no more', async () => {
    const ann = world.live('ann');
    const answers = ['a', 'b'].map(mail);
    await gateway.close();
    await Promise.all(answers);
    assert.deepEqual(world.topics(ann), ['a', 'b']);
    await assert.rejects(mail('c'), /closed/);
  });
});
