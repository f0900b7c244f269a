import assert from 'node:assert/strict';
import { connectGateway, PushError, type GatewayClient, type PushReceipt } from '../../lib/service/service.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { Reason, Resume } from '../../lib/protocol/message-codec.js';
import type { FrameClient } from '../support/frame-client.js';
import { GatewayStand } from '../support/gateway-stand.js';
import { until } from '../support/until.js';

/** Topics of notifies, and Responses as "#SEQ", in the order they came; a unit's items stand in brackets. */
function story(client: FrameClient): string[] {
  return client.all('delivery').map(({ delivery }) => {
    const items = delivery.items.map((item) => {
      if (item.kind === 'response') return `#${item.response.clientSeq}`;
      return item.kind === 'notify' ? item.notify.topic : '?';
    });
    return items.length === 1 ? items[0]! : `[${items.join(' ')}]`;
  });
}

describe('Pushes over gRPC to clients over QUIC', () => {
  let stand: GatewayStand;
  let services: GatewayClient;
  const receipts: PushReceipt[] = [];
  /** Requests of action `wait` by idempotency key: each answers when its function is called. */
  const waiting = new Map<string, () => void>();
  let players = 0;

  before(async () => {
    stand = await GatewayStand.start({
      business: {
        echo: (request) => ({ payload: request.payload }),
        wait: (request) =>
          new Promise((resolve) => {
            waiting.set(request.idempotencyKey, () => resolve({ text: 'done' }));
          }),
      },
    });
    services = connectGateway({ address: `127.0.0.1:${stand.gateway.addresses.push.port}` });
    services.onReceipt((receipt) => receipts.push(receipt));
  });
  after(async () => {
    await services.close();
    await stand.stop();
  });
  beforeEach(() => {
    receipts.length = 0;
    waiting.clear();
  });

  /** A player of its own for each test. */
  async function arrive(player = `player-${++players}`): Promise<FrameClient & { player: string; token: string }> {
    const client = await stand.connect();
    client.hello({ token: `token-of-${player}` });
    await until(() => client.all('replayed').length === 1);
    return Object.assign(client, { player, token: client.last('welcome')!.welcome.resumeToken });
  }

  it('reach a player who is there, and say so', async () => {
    const client = await arrive();
    const result = await services.push({
      to: { player: client.player },
      topic: 'mail',
      json: { from: 'bob' },
      id: 'm1',
    });
    assert.deepEqual(result, {
      ...{ id: 'm1', outcome: 'delivered', code: 0, message: '', receivers: 1, delivered: 1, refused: 0, unknown: 0 },
    });
    await until(() => story(client).length === 1);
    const [item] = client.last('delivery')!.delivery.items;
    assert.equal(item?.kind === 'notify' && new TextDecoder().decode(item.notify.payload), '{"from":"bob"}');
  });

  it('are kept for a player who is away, never called delivered, and replayed', async () => {
    const client = await arrive();
    client.connection.abort();
    await until(() => stand.gateway.players.find(client.player)?.isLive === false);
    const result = await services.push({ to: { player: client.player }, topic: 'mail' });
    assert.equal(result.outcome, 'kept');
    assert.equal(result.delivered, 0);
    const again = await stand.connect();
    again.hello({ token: '', resumeToken: client.token });
    await until(() => again.all('replayed').length === 1);
    assert.equal(again.last('welcome')!.welcome.resume, Resume.FULL);
    assert.deepEqual(story(again), ['mail']);
  });

  it('to nobody are refused, with the reason', async () => {
    for (const to of [{ player: 'nobody' }, { session: 'none' }]) {
      const { outcome, code, message } = await services.push({ to, topic: 'mail' });
      assert.deepEqual([outcome, code], ['refused', 404]);
      assert.match(message, /no such (player|session)/);
    }
  });

  it('to a session are refused once another took over', async () => {
    const first = await arrive();
    const { sessionId } = first.last('welcome')!.welcome;
    assert.equal((await services.push({ to: { session: sessionId }, topic: 'mail' })).outcome, 'delivered');
    const second = await arrive(first.player);
    const { outcome, code } = await services.push({ to: { session: sessionId }, topic: 'too late' });
    assert.deepEqual([outcome, code], ['refused', 409]);
    await services.push({ to: { player: first.player }, topic: 'end' });
    await until(() => story(second).includes('end'));
    assert.ok(!story(second).includes('too late'));
  });

  it('to everyone and to a zone reach all, each with its own numbers and in the order they were pushed', async () => {
    const clients = [await arrive(), await arrive(), await arrive()];
    const [one] = clients;
    const results = await Promise.all([
      services.push({ to: { everyone: true, onlineOnly: true }, topic: 'news' }),
      services.push({ to: { zone: 'north' }, topic: 'weather' }),
      services.push({ to: { zone: 'nowhere' }, topic: 'weather' }),
      services.push({ to: { player: one!.player }, topic: 'mail' }),
    ]);
    assert.ok(results[0].receivers >= 3 && results[1].receivers >= 3);
    assert.equal(results[2].outcome, 'dropped');
    await until(() => clients.every((client) => story(client).length >= 2) && story(one!).length === 3);
    assert.deepEqual(story(one!), ['news', 'weather', 'mail']);
    for (const client of clients.slice(1)) assert.deepEqual(story(client), ['news', 'weather']);
  });

  it('to a list tell how many of it are not there', async () => {
    const client = await arrive();
    const result = await services.broadcast({ players: [client.player, 'nobody'], topic: 'invitation' });
    assert.deepEqual([result.outcome, result.receivers, result.unknown], ['delivered', 1, 1]);
  });

  it('stand around the answer they are bound to, in one unit, whatever is pushed between', async () => {
    const client = await arrive();
    client.send({ seq: 1, request: { action: 'wait' } });
    await until(() => waiting.size === 1);
    const [[boundTo, answer]] = [...waiting] as [[string, () => void]];
    const to = { player: client.player };
    const held = await Promise.all([
      services.push({ to, topic: 'after', boundTo, place: 'after', id: 'a1' }),
      services.push({ to, topic: 'before', boundTo, place: 'before', id: 'b1' }),
    ]);
    assert.deepEqual(
      held.map(({ outcome }) => outcome),
      ['held', 'held'],
    );
    await services.push({ to, topic: 'between' });
    answer();
    await services.push({ to, topic: 'later' });
    await until(() => story(client).length === 3);
    assert.deepEqual(
      story(client).filter((unit) => unit !== 'later'),
      ['between', '[before #1 after]'],
    );
    await until(() => receipts.filter(({ kind }) => kind === 'placed').length === 2);
    assert.deepEqual(
      receipts
        .filter(({ kind }) => kind === 'placed')
        .map(({ id }) => id)
        .sort(),
      ['a1', 'b1'],
    );
  });

  it('bound to a request that was answered before are delivered at once, and that is told', async () => {
    const client = await arrive();
    client.send({ seq: 1, request: { action: 'echo' } }, { seq: 2, request: { action: 'no such' } });
    await until(() => client.responses.length === 2);
    const { epoch } = client.last('welcome')!.welcome;
    for (const seq of [1, 2]) {
      const push = {
        to: { player: client.player },
        topic: 'late',
        boundTo: `${epoch}/${seq}`,
        place: 'after' as const,
      };
      const result = await services.push({ ...push, id: `late-${client.player}-${seq}` });
      assert.equal(result.outcome, 'delivered');
      assert.match(result.message, /answered before/);
    }
    await until(() => receipts.filter(({ kind }) => kind === 'late').length === 2);
    await until(() => story(client).filter((unit) => unit === 'late').length === 2);
  });

  it('bound to a request of another epoch are refused', async () => {
    const client = await arrive();
    const push = { to: { player: client.player }, topic: 'x', boundTo: 'otherEpoch/1', place: 'before' as const };
    const { outcome, code } = await services.push(push);
    assert.deepEqual([outcome, code], ['refused', 409]);
  });

  it('with an id that comes again count once', async () => {
    const client = await arrive();
    const push = { to: { player: client.player }, topic: 'once', id: `once-${client.player}` };
    const [first, second] = await Promise.all([services.push(push), services.push(push)]);
    assert.deepEqual(first, second);
    await services.push({ to: { player: client.player }, topic: 'end' });
    await until(() => story(client).includes('end'));
    assert.deepEqual(story(client), ['once', 'end']);
  });

  it('of class latest replace the one that waits, whose sender is told', async () => {
    const client = await arrive();
    client.connection.abort();
    await until(() => stand.gateway.players.find(client.player)?.isLive === false);
    const to = { player: client.player };
    await services.push({ to, topic: 'score', class: 'latest', text: '1', id: `old-${client.player}` });
    await services.push({ to, topic: 'score', class: 'latest', text: '2', id: `new-${client.player}` });
    await until(() => receipts.length === 1);
    assert.deepEqual(receipts, [{ id: `old-${client.player}`, kind: 'superseded', playerId: client.player }]);
    const again = await stand.connect();
    again.hello({ token: '', resumeToken: client.token });
    await until(() => again.all('replayed').length === 1);
    assert.deepEqual(story(again), ['score']);
  });

  it('tell their sender when the client has acknowledged them', async () => {
    const client = await arrive();
    await services.push({ to: { player: client.player }, topic: 'mail', id: `ack-${client.player}` });
    await until(() => story(client).length === 1);
    client.send({ ack: client.last('delivery')!.seq });
    await until(() => receipts.length === 1);
    assert.deepEqual(receipts, [{ id: `ack-${client.player}`, kind: 'acknowledged', playerId: client.player }]);
  });

  it('of class volatile have no number, and are dropped where nobody is connected', async () => {
    const client = await arrive();
    const push = { to: { player: client.player }, topic: 'position', class: 'volatile' as const };
    assert.equal((await services.push(push)).outcome, 'delivered');
    await until(() => story(client).length + client.datagrams.length === 1);
    client.connection.abort();
    await until(() => stand.gateway.players.find(client.player)?.isLive === false);
    const { outcome, message } = await services.push(push);
    assert.deepEqual([outcome, message], ['dropped', 'the player is away']);
  });

  it('that mean nothing are refused with what is wrong', async () => {
    const to = { player: 'ann' };
    const bad = [
      [{ to, topic: '' }, /topic is empty/],
      [{ to, topic: 'gatesvr.zone' }, /reserved/],
      [{ to, topic: 'x', key: 'k' }, /key belongs to class latest/],
      [{ to, topic: 'x', place: 'before' as const }, /place needs bound_to/],
      [{ to, topic: 'x', boundTo: 'rubbish', place: 'before' as const }, /no idempotency key/],
      [{ to, topic: 'x', boundTo: 'e/1' }, /BEFORE or AFTER/],
      [{ to, topic: 'x', ttlMs: 2 ** 31 }, /ttl_ms/],
      [{ to, topic: 'x', class: 'volatile' as const, ttlMs: 5 }, /volatile push is not kept/],
      [{ to: { zone: '' }, topic: 'x' }, /zone is empty/],
    ] as const;
    for (const [push, wrong] of bad) {
      const { outcome, code, message } = await services.push(push);
      assert.deepEqual([outcome, code], ['refused', 400], message);
      assert.match(message, wrong);
    }
  });

  it('that cannot be written are the mistake of whoever makes them', async () => {
    const to = { player: 'ann' };
    await assert.rejects(services.push({ to, topic: 'x', id: 'i'.repeat(129) }), TypeError);
    await assert.rejects(services.push({ to, topic: 'x', ttlMs: 0.5 }), TypeError);
    await assert.rejects(services.push({ to, topic: 'x', json: 1, text: '1' }), TypeError);
    await assert.rejects(services.push({ to, topic: 'x', class: 'fast' as 'latest' }), /reliable, latest, volatile/);
  });

  it('that are too large for a frame are refused, and nothing else is harmed', async () => {
    const client = await arrive();
    const to = { player: client.player };
    const { outcome, code } = await services.push({ to, topic: 'x', payload: new Uint8Array(1 << 20) });
    assert.deepEqual([outcome, code], ['refused', 413]);
    assert.equal((await services.push({ to, topic: 'x' })).outcome, 'delivered');
  });

  it('can send a player away for good, or let it come back', async () => {
    const client = await arrive();
    assert.equal((await services.kick({ player: 'nobody' })).found, false);
    const resumable = await services.kick({ player: client.player, message: 'maintenance', mayResume: true });
    assert.deepEqual(resumable, { found: true, code: 0, message: '' });
    await until(() => client.close !== undefined);
    const again = await stand.connect();
    again.hello({ token: '', resumeToken: client.token });
    await until(() => again.all('replayed').length === 1);
    await services.kick({ player: client.player, message: 'cheating' });
    await until(() => again.close !== undefined);
    assert.equal(again.close!.code, CloseCode.CLOSE_KICKED);
    assert.deepEqual({ ...again.last('kick')!.kick }, { reason: Reason.KICKED, message: 'cheating' });
    assert.equal(stand.gateway.players.find(client.player), undefined);
  });

  it('need the token, where there is one', async () => {
    const guarded = await GatewayStand.start({ config: { push: { token: 'a-token-of-16-characters' } } });
    const address = `127.0.0.1:${guarded.gateway.addresses.push.port}`;
    const stranger = connectGateway({ address });
    const friend = connectGateway({ address, token: 'a-token-of-16-characters' });
    try {
      await assert.rejects(stranger.push({ to: { player: 'ann' }, topic: 'x' }), (error: unknown) => {
        assert.ok(error instanceof PushError);
        assert.match(error.message, /authorization: Bearer/);
        assert.equal(error.mayHaveHappened, false);
        return true;
      });
      await assert.rejects(stranger.kick({ player: 'ann' }), PushError);
      assert.equal((await friend.push({ to: { player: 'ann' }, topic: 'x' })).code, 404);
    } finally {
      await Promise.all([stranger.close(), friend.close()]);
      await guarded.stop();
    }
  });

  it('wait for a gateway that is not there, and say in time that nobody answered', async () => {
    const nowhere = connectGateway({ address: '127.0.0.1:1', timeoutMs: 200 });
    await assert.rejects(nowhere.push({ to: { player: 'ann' }, topic: 'x' }), {
      name: 'PushError',
      mayHaveHappened: false,
    });
    await nowhere.close();
    await assert.rejects(nowhere.push({ to: { player: 'ann' }, topic: 'x' }), /closed/);
  });
});
