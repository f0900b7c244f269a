import assert from 'node:assert/strict';
import { encodeClientFrame, encodeDelivery, Outcome, Reason, Resume } from '../../lib/protocol/message-codec.js';
import { CloseCode } from '../../lib/protocol/protocol.js';
import { SessionWorld } from '../support/session-world.js';
import type { FrameClient } from '../support/frame-client.js';

function request(seq: number, action = 'echo') {
  return { seq, request: { action } };
}

function assertEnded(client: FrameClient, code: number, closeCode: number, words: RegExp): void {
  assert.equal(client.last('error')?.error.code, code);
  assert.match(client.last('error')!.error.message, words);
  assert.equal(client.close?.code, closeCode);
}

describe('Session: login', () => {
  it('answers Hello with Welcome, the replay and Replayed', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    assert.deepEqual(
      client.frames.map(({ body }) => body),
      ['welcome', 'replayed'],
    );
    const { welcome } = client.last('welcome')!;
    assert.equal(welcome.playerId, 'ada');
    assert.equal(welcome.zone, 'north');
    assert.equal(welcome.resume, Resume.FRESH);
    assert.equal(welcome.resumeReason, 'new-login');
    assert.equal(welcome.nextServerSeq, 1);
    assert.equal(welcome.protocol, 1);
    assert.equal(welcome.maxFrameBytes, 1024 * 1024);
    assert.deepEqual(welcome.features, ['ping']);
  });

  it('closes a connection that never says Hello, at the deadline [B21]', async () => {
    const world = new SessionWorld();
    const client = await world.connect();
    await world.pass(4_900);
    assert.equal(client.close, undefined);
    await world.pass(1_200);
    assertEnded(client, 408, CloseCode.CLOSE_LOGIN_TIMEOUT, /no login in time/);
    assert.equal(world.sessions.size, 0);
  });

  it('closes one whose Hello comes byte by byte and never ends, at the deadline [B21]', async () => {
    const world = new SessionWorld();
    const client = await world.connect();
    const hello = encodeClientFrame({ hello: { protocol: 1, token: 'token-of-ada' } });
    for (const byte of hello.subarray(0, 7)) {
      client.connection.write(Uint8Array.of(byte));
      await world.pass(700);
    }
    await world.pass(2_000);
    assertEnded(client, 408, CloseCode.CLOSE_LOGIN_TIMEOUT, /no login in time/);
  });

  it('reads a Hello that comes byte by byte in time', async () => {
    const world = new SessionWorld();
    const client = await world.connect();
    for (const byte of encodeClientFrame({ hello: { protocol: 1, token: 'token-of-ada' } })) {
      client.connection.write(Uint8Array.of(byte));
      await world.settle();
    }
    assert.equal(client.all('welcome').length, 1);
  });

  it('refuses a token that Hello refuses, without saying more than that', async () => {
    const client = await new SessionWorld().login({ token: 'rubbish' });
    assertEnded(client, 401, CloseCode.CLOSE_UNAUTHENTICATED, /not logged in/);
  });

  it('refuses a login whose player id is not the one hinted at', async () => {
    const client = await new SessionWorld().login({ playerId: 'bob' });
    assertEnded(client, 403, CloseCode.CLOSE_IDENTITY_MISMATCH, /player id/);
  });

  it('refuses a client without a protocol version in common', async () => {
    const client = await new SessionWorld().login({ protocol: 0 });
    assertEnded(client, 426, CloseCode.CLOSE_UNSUPPORTED_PROTOCOL, /protocol 0/);
  });

  it('speaks version 1 with a client that knows later ones too', async () => {
    const client = await new SessionWorld().login({ protocol: 7 });
    assert.equal(client.last('welcome')!.welcome.protocol, 1);
  });

  it('sends a client away for a while when Hello does not answer in time', async () => {
    const world = new SessionWorld();
    world.hello.held = [];
    const client = await world.login();
    await world.pass(6_100);
    assertEnded(client, 408, CloseCode.CLOSE_LOGIN_TIMEOUT, /no login in time/);
  });

  it('drops what came of a login whose session has ended meanwhile', async () => {
    const world = new SessionWorld();
    world.hello.held = [];
    const client = await world.login();
    await world.cut(client);
    for (const release of world.hello.held) release();
    await world.settle();
    assert.equal(world.players.size, 0);
    assert.equal(world.sessions.size, 0);
    assert.equal(world.wheel.armed, 0);
  });

  it('refuses data of the login service that would not fit into Welcome', async () => {
    const world = new SessionWorld();
    world.hello.reply = { data: new Uint8Array(49 * 1024) };
    assertEnded(await world.login(), 503, CloseCode.CLOSE_LOGIN_UNAVAILABLE, /data/);
  });

  it('turns a connection away when there is no room for it, and says when to come back', async () => {
    const world = new SessionWorld({ maxSessions: 1 });
    await world.login();
    const second = await world.connect();
    await world.pass(1_100);
    assert.equal(second.last('reconnect')!.reconnect.delayMs, 5_000);
    assert.equal(second.close?.code, CloseCode.CLOSE_LOGIN_UNAVAILABLE);
    assert.equal(world.sessions.size, 1);
  });

  it('turns a connection away while the gateway stops', async () => {
    const world = new SessionWorld();
    world.sessions.drain(0, () => 0);
    const late = await world.connect();
    await world.pass(1_100);
    assert.equal(late.last('reconnect')!.reconnect.reason, 'the gateway is stopping');
    assert.equal(late.close?.code, CloseCode.CLOSE_DRAINING);
    assert.equal(world.sessions.refused, 1);
  });
});

describe('Session: rules of the protocol', () => {
  const broken: [string, (client: FrameClient) => void, RegExp][] = [
    ['a Request before Welcome', (client) => client.send(request(1)), /request is not expected/],
    ['a heartbeat before Hello', (client) => client.send({ heartbeat: {} }), /heartbeat is not expected/],
    ['an acknowledgement before Hello', (client) => client.send({ ack: 1 }), /bare is not expected/],
    ['a Hello with a number', (client) => client.send({ seq: 1, hello: { protocol: 1 } }), /Hello carries a number/],
  ];
  for (const [what, send, words] of broken) {
    it(`closes with an Error on ${what}`, async () => {
      const world = new SessionWorld();
      const client = await world.connect();
      send(client);
      await world.pass(1_100);
      assertEnded(client, 400, CloseCode.CLOSE_PROTOCOL, words);
    });
  }

  const brokenLater: [string, (client: FrameClient) => void, RegExp][] = [
    ['a second Hello', (client) => client.hello(), /hello is not expected/],
    ['a gap in the client seqs', (client) => client.send(request(2)), /client seq 2 follows 0/],
    ['a Request without a number', (client) => client.send(request(0)), /client seq 0/],
    ['an ack beyond what was sent [B7]', (client) => client.send({ ack: 5 }), /ack 5 is beyond/],
    ['a heartbeat with a number', (client) => client.send({ seq: 1, heartbeat: {} }), /carries a number/],
    ['rubbish', (client) => client.connection.write(Uint8Array.of(4, 255, 255, 255, 255)), /no protobuf message/],
  ];
  for (const [what, send, words] of brokenLater) {
    it(`closes with an Error on ${what}`, async () => {
      const world = new SessionWorld();
      const client = await world.login();
      send(client);
      await world.pass(1_100);
      assertEnded(client, 400, CloseCode.CLOSE_PROTOCOL, words);
    });
  }

  it('closes on a frame over the limit as soon as its length is read [B21]', async () => {
    const world = new SessionWorld();
    const before = await world.connect();
    before.connection.write(Uint8Array.of(0x81, 0x80, 0x04));
    const after = await world.login({ token: 'token-of-bob' });
    after.connection.write(Uint8Array.of(0x81, 0x80, 0x40));
    await world.pass(1_100);
    assertEnded(before, 413, CloseCode.CLOSE_FRAME_TOO_LARGE, /65537 bytes announced, at most 65536/);
    assertEnded(after, 413, CloseCode.CLOSE_FRAME_TOO_LARGE, /1048577 bytes announced/);
  });

  it('reads nothing more once a frame has ended the session', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    client.send(request(5), request(1));
    await world.pass(1_100);
    assert.equal(world.upstream.calls.length, 0);
  });

  it('ignores old and repeated acknowledgements [B7]', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    for (const topic of ['a', 'b']) world.players.find('ada')!.notify({ topic }, undefined, Infinity);
    await world.settle();
    client.send({ ack: 2 }, { ack: 1 }, { ack: 2 });
    await world.settle();
    assert.equal(client.close, undefined);
    assert.equal(world.players.find('ada')!.keptUnits, 0);
  });

  it('answers a numbered body of a later version with 501 and skips an unnumbered one', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    const unknownBody = [0xaa, 0x06, 0x00]; // field 101, length-delimited, empty
    client.connection.write(Uint8Array.of(5, 0x08, 1, ...unknownBody));
    client.connection.write(Uint8Array.of(3, ...unknownBody));
    await world.settle();
    assert.deepEqual(client.responses, [[1, 501]]);
    assert.equal(client.close, undefined);
  });
});

describe('Session: requests', () => {
  it('hands a request over once, however often it is sent', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    client.send(request(1), request(1), request(1));
    await world.settle();
    assert.equal(world.upstream.calls.length, 1);
    world.upstream.answer(1, { payload: Uint8Array.of(7) });
    client.send(request(1));
    await world.settle();
    assert.deepEqual(client.responses, [[1, 200]]);
    assert.equal(world.upstream.calls.length, 0);
  });

  it('answers an unknown action 404 and a missing role 403, and goes on counting [B15]', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    client.send(request(1, 'gatesvr.x'), request(2, 'admin.shut'), request(3));
    await world.settle();
    world.upstream.answer(3);
    await world.settle();
    assert.deepEqual(client.responses, [
      [1, 404],
      [2, 403],
      [3, 200],
    ]);
    const [refused] = client.all('delivery')[0]!.delivery.items;
    assert.equal(refused?.kind === 'response' && refused.response.outcome, Outcome.NOT_EXECUTED);
  });

  it('lets a role in that the login granted', async () => {
    const world = new SessionWorld();
    world.hello.reply = { roles: ['admin'] };
    const client = await world.login();
    client.send(request(1, 'admin.shut'));
    await world.settle();
    assert.equal(world.upstream.calls.length, 1);
  });

  it('keeps headers of the gateway and of gRPC from crossing', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    const headers = {
      'GateSvr-Player-Id': 'eve',
      'grpc-timeout': '1',
      'x-bin': 'a',
      authorization: 'b',
      'x-trace': 'c',
    };
    client.send({ seq: 1, request: { action: 'echo', headers } });
    await world.settle();
    assert.deepEqual(world.upstream.calls[0]!.headers, { 'x-trace': 'c' });
  });

  it('answers a cancelled request 499, once', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    client.send(request(1), { cancel: { clientSeq: 1 } }, { cancel: { clientSeq: 1 } }, { cancel: { clientSeq: 9 } });
    await world.settle();
    assert.deepEqual(client.responses, [[1, 499]]);
  });

  it('ends a request at the time that its client gave it', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    client.send({ seq: 1, request: { action: 'echo', timeoutMs: 500 } });
    await world.pass(600);
    assert.deepEqual(client.responses, [[1, 504]]);
  });

  it('sends away who only collects refusals, with a delay', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    client.send(...Array.from({ length: 20 }, (_, i) => request(i + 1, 'gatesvr.x')));
    await world.pass(1_100);
    assert.equal(client.responses.length <= 11, true);
    assert.equal(client.last('reconnect')!.reconnect.delayMs, 5_000);
    assertEnded(client, 429, CloseCode.CLOSE_REFUSAL_BURST, /too many refused/);
  });

  it('refuses requests over the rate with 429 [B16]', async () => {
    const world = new SessionWorld({ session: { requestsPerSecond: 1, requestBurst: 3, refusalBurst: 100 } });
    const client = await world.login();
    client.send(...Array.from({ length: 8 }, (_, i) => request(i + 1)));
    await world.settle();
    assert.equal(world.upstream.calls.length, 3);
    assert.equal(client.responses.filter(([, code]) => code === 429).length, 5);
  });

  it('goes on counting after a request over the rate [B15]', async () => {
    const world = new SessionWorld({ session: { requestsPerSecond: 1, requestBurst: 1, refusalBurst: 100 } });
    const client = await world.login();
    client.send(request(1), request(2), request(3));
    await world.pass(1_100);
    client.send(request(4));
    await world.settle();
    assert.deepEqual(
      world.upstream.calls.map(({ clientSeq }) => clientSeq),
      [1, 4],
    );
    assert.deepEqual(client.responses, [
      [2, 429],
      [3, 429],
    ]);
  });

  it('cuts a flood of control frames', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    client.send(...Array.from({ length: 1_100 }, () => ({ heartbeat: {} })));
    await world.pass(1_100);
    assertEnded(client, 429, CloseCode.CLOSE_REFUSAL_BURST, /too many control frames/);
  });
});

describe('Session: resume', () => {
  it('replays what was not acknowledged, in order, then says Replayed [B3]', async () => {
    const world = new SessionWorld();
    const first = await world.login();
    first.send(request(1), request(2), request(3));
    await world.settle();
    for (const seq of [2, 1, 3]) world.upstream.answer(seq);
    await world.settle();
    first.send({ ack: 1 });
    await world.settle();
    await world.cut(first);
    const { resumeToken, epoch } = first.last('welcome')!.welcome;
    const second = await world.login({ token: '', resumeToken, lastServerSeq: 1 });
    assert.deepEqual(second.frames.map(({ body, seq }) => [body, seq]).slice(0, 4), [
      ['welcome', 0],
      ['delivery', 2],
      ['delivery', 3],
      ['replayed', 0],
    ]);
    assert.deepEqual(second.responses, [
      [1, 200],
      [3, 200],
    ]);
    const { welcome } = second.last('welcome')!;
    assert.deepEqual([welcome.resume, welcome.epoch, welcome.lastClientSeq], [Resume.FULL, epoch, 3]);
    assert.equal(second.last('replayed')!.replayed.upTo, 3);
    assert.equal(world.hello.logins.length, 1);
  });

  it('resumes a player that was quiet for long [B8]', async () => {
    const world = new SessionWorld();
    const first = await world.login();
    for (let minute = 0; minute < 60; minute++) {
      first.send({ heartbeat: {} });
      await world.pass(10_000);
    }
    await world.cut(first);
    await world.pass(290_000);
    const { resumeToken } = first.last('welcome')!.welcome;
    const second = await world.login({ token: '', resumeToken });
    assert.equal(second.last('welcome')!.welcome.resume, Resume.FULL);
  });

  it('says that the resume window has run out, where a login follows, and refuses where none does [B8]', async () => {
    const world = new SessionWorld();
    const first = await world.login();
    const { resumeToken } = first.last('welcome')!.welcome;
    await world.cut(first);
    await world.pass(301_000);
    assert.equal(world.players.size, 0);
    assert.deepEqual(
      world.hello.logouts.map(({ reason }) => reason),
      ['expired'],
    );
    const without = await world.login({ token: '', resumeToken });
    assertEnded(without, 401, CloseCode.CLOSE_UNAUTHENTICATED, /expired/);
    const { welcome } = (await world.login({ resumeToken })).last('welcome')!;
    assert.deepEqual([welcome.resume, welcome.resumeReason], [Resume.FRESH, 'expired']);
  });

  it('says that the players of an earlier process were lost [B8]', async () => {
    const first = await new SessionWorld().login();
    const { resumeToken } = first.last('welcome')!.welcome;
    const later = new SessionWorld({ processId: 'process-2' });
    const { welcome } = (await later.login({ resumeToken, lastServerSeq: 9 })).last('welcome')!;
    assert.deepEqual([welcome.resume, welcome.resumeReason], [Resume.FRESH, 'store-lost']);
  });

  it('refuses an older generation of the resume token and counts it', async () => {
    const world = new SessionWorld();
    const first = await world.login();
    const stolen = first.last('welcome')!.welcome.resumeToken;
    await world.cut(first);
    const second = await world.login({ token: '', resumeToken: stolen });
    second.send({ heartbeat: {} });
    await world.settle();
    const thief = await world.login({ token: '', resumeToken: stolen });
    assertEnded(thief, 401, CloseCode.CLOSE_UNAUTHENTICATED, /old-token/);
    assert.equal(world.players.oldTokens, 1);
    assert.equal(second.close, undefined);
  });

  it('accepts the older token again when the newer Welcome never arrived', async () => {
    const world = new SessionWorld();
    const first = await world.login();
    first.send({ heartbeat: {} });
    const { resumeToken } = first.last('welcome')!.welcome;
    await world.settle();
    await world.cut(first);
    for (let i = 0; i < 5; i++) await world.cut(await world.login({ token: '', resumeToken }));
    const { welcome } = (await world.login({ token: '', resumeToken })).last('welcome')!;
    assert.equal(welcome.resume, Resume.FULL);
  });

  it('asks Hello again once the login is too old, and resumes the same epoch', async () => {
    const world = new SessionWorld({ player: { loginMaxAgeMs: 60_000 } });
    const first = await world.login();
    const { resumeToken, epoch } = first.last('welcome')!.welcome;
    await world.cut(first);
    await world.pass(61_000);
    const without = await world.login({ token: '', resumeToken });
    assertEnded(without, 401, CloseCode.CLOSE_UNAUTHENTICATED, /login-expired/);
    const { welcome } = (await world.login({ resumeToken })).last('welcome')!;
    assert.deepEqual([welcome.resume, welcome.epoch], [Resume.FULL, epoch]);
    assert.equal(world.hello.logins.length, 2);
  });

  it('names the requests that are still in flight, and answers them in the new session', async () => {
    const world = new SessionWorld();
    const first = await world.login();
    first.send(request(1), request(2));
    await world.settle();
    world.upstream.answer(1);
    await world.settle();
    await world.cut(first);
    const { resumeToken } = first.last('welcome')!.welcome;
    const second = await world.login({ token: '', resumeToken });
    assert.deepEqual(second.last('welcome')!.welcome.inFlight, [2]);
    world.upstream.answer(2);
    await world.settle();
    assert.deepEqual(second.responses, [
      [1, 200],
      [2, 200],
    ]);
  });
});

describe('Session: replacement and the end of players', () => {
  it('kicks the old session when the same player logs in again [B12]', async () => {
    const world = new SessionWorld();
    const first = await world.login();
    const second = await world.login();
    await world.pass(1_100);
    assert.equal(first.last('kick')!.kick.reason, Reason.REPLACED);
    assert.equal(first.close?.code, CloseCode.CLOSE_REPLACED);
    assert.equal(second.close, undefined);
    assert.equal(world.sessions.size, 1);
    assert.equal(world.players.find('ada')!.isLive, true);
  });

  it('leaves one live session when two logins of a player end at the same moment [B11]', async () => {
    const world = new SessionWorld();
    world.hello.held = [];
    const clients = [await world.login(), await world.login()];
    for (const release of world.hello.held.reverse()) release();
    await world.pass(1_100);
    assert.deepEqual(clients.map(({ close }) => close?.code).filter(Boolean), [CloseCode.CLOSE_REPLACED]);
    assert.equal(world.sessions.size, 1);
    assert.equal(world.players.find('ada')!.isLive, true);
  });

  it('ends the player at Bye(LOGOUT), and keeps it at Bye(LEAVING)', async () => {
    const world = new SessionWorld();
    const leaving = await world.login();
    leaving.send({ bye: { reason: Reason.LEAVING } });
    const leaver = await world.login({ token: 'token-of-bob' });
    leaver.send({ bye: { reason: Reason.LOGOUT } });
    await world.pass(1_100);
    assert.equal(leaving.close?.code, CloseCode.CLOSE_LEAVING);
    assert.equal(leaver.close?.code, CloseCode.CLOSE_LOGOUT);
    assert.deepEqual(
      [...world.players.all()].map(({ id }) => id),
      ['ada'],
    );
    assert.deepEqual(
      world.hello.logouts.map(({ playerId, reason }) => [playerId, reason]),
      [['bob', 'logout']],
    );
  });

  it('never tells Hello of a mere disconnect or replacement', async () => {
    const world = new SessionWorld();
    await world.cut(await world.login());
    await world.login();
    await world.login();
    await world.pass(1_100);
    assert.deepEqual(world.hello.logouts, []);
  });

  it('leaves no session, timer or player behind when all is over [B13]', async () => {
    const world = new SessionWorld();
    for (let i = 0; i < 50; i++) {
      const client = await world.login({ token: `token-of-player-${i}` });
      client.send(request(1));
      await world.settle();
      if (i % 2 === 0) world.upstream.answer(1);
      await world.cut(client);
    }
    // What is armed now: a resume window for each player, a deadline for each request that isn't answered.
    assert.deepEqual([world.sessions.size, world.wheel.armed], [0, 50 + 25]);
    await world.pass(400_000);
    assert.deepEqual([world.sessions.size, world.players.size, world.wheel.armed], [0, 0, 0]);
  });
});

describe('Session: liveness and slow clients', () => {
  it('answers a heartbeat and goes on as long as they come', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    for (let i = 0; i < 12; i++) {
      client.send({ heartbeat: { clientTimeMs: i } });
      await world.pass(10_000);
    }
    assert.equal(client.close, undefined);
    assert.equal(client.all('pong').length, 12);
    assert.equal(client.last('pong')!.pong.serverTimeMs > 0, true);
  });

  it('asks a silent client once, then cuts it with a code that lets it come back', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    await world.pass(16_000);
    assert.equal(client.all('ping').length, 1);
    await world.pass(16_000);
    assert.equal(client.last('kick')!.kick.reason, Reason.HEARTBEAT);
    assert.equal(client.close?.code, CloseCode.CLOSE_HEARTBEAT);
  });

  it('gives a client that cannot answer Ping five times as long', async () => {
    const world = new SessionWorld();
    const client = await world.login({ features: [] });
    await world.pass(149_000);
    assert.deepEqual([client.close, client.all('ping').length], [undefined, 0]);
    await world.pass(78_000);
    assert.equal(client.close?.code, CloseCode.CLOSE_HEARTBEAT);
  });

  it('measures silence by its own clock, not by the machine time or what clients say [B20]', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    for (const jumpMs of [3_600_000, -7_200_000]) {
      world.clock.jumpWallTime(jumpMs);
      client.send({ heartbeat: { clientTimeMs: 1 } });
      await world.pass(16_000);
      assert.equal(world.sessions.size, 1);
    }
    await world.pass(32_000);
    assert.equal(client.close?.code, CloseCode.CLOSE_HEARTBEAT);
  });

  it('warns a client that does not acknowledge, then cuts it; what it missed is kept [B4]', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    const player = world.players.find('ada')!;
    for (let i = 0; i < 20; i++) player.notify({ topic: 'x' }, undefined, Infinity);
    await world.settle();
    assert.equal(client.all('slow').length, 1);
    // Counted at the end of the turn in which they came.
    assert.equal(client.last('slow')!.slow.queued, 20);
    client.send({ heartbeat: {} });
    await world.pass(12_000);
    assert.equal(client.last('kick')!.kick.reason, Reason.SLOW);
    assert.equal(client.close?.code, CloseCode.CLOSE_SLOW);
    const { resumeToken } = client.last('welcome')!.welcome;
    const again = await world.login({ token: '', resumeToken });
    assert.equal(again.all('delivery').length, 20);
    assert.equal(again.last('welcome')!.welcome.resume, Resume.FULL);
  });

  it('keeps a client that falls behind and catches up', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    const player = world.players.find('ada')!;
    for (let i = 0; i < 20; i++) player.notify({ topic: 'x' }, undefined, Infinity);
    await world.settle();
    client.send({ ack: 20 });
    await world.pass(14_000);
    assert.equal(client.close, undefined);
  });

  it('cuts a client that does not read, and others notice nothing [B5]', async () => {
    const world = new SessionWorld();
    const stuck = await world.login();
    const good = await world.login({ token: 'token-of-bob' });
    stuck.connection.pause();
    const payload = new Uint8Array(16 * 1024);
    for (let i = 0; i < 3; i++) {
      world.players.find('ada')!.notify({ topic: 'x', payload }, undefined, Infinity);
      world.players.find('bob')!.notify({ topic: 'x' }, undefined, Infinity);
    }
    await world.settle();
    assert.equal(good.all('delivery').length, 3);
    good.send({ ack: 3 });
    for (let i = 0; i < 3; i++) {
      good.send({ heartbeat: {} });
      stuck.send({ heartbeat: {} });
      await world.pass(5_000);
    }
    assert.equal(world.counters.ended.get('SLOW'), 1);
    assert.equal(good.close, undefined);
  });

  it('ends a session whose login has expired, with a code that lets it come back', async () => {
    const world = new SessionWorld();
    world.hello.reply = { expiresInMs: 40_000 };
    const client = await world.login();
    for (let i = 0; i < 5; i++) {
      client.send({ heartbeat: {} });
      await world.pass(10_000);
    }
    assert.equal(client.close?.code, CloseCode.CLOSE_LOGIN_EXPIRED);
  });

  it('renews a login on the live session', async () => {
    const world = new SessionWorld();
    world.hello.reply = { expiresInMs: 40_000 };
    const client = await world.login();
    for (let i = 0; i < 8; i++) {
      client.send({ heartbeat: {} }, { refresh: { token: 'token-of-ada' } });
      await world.pass(10_000);
    }
    assert.equal(client.close, undefined);
    const { code, expiresInMs } = client.last('refreshed')!.refreshed;
    assert.deepEqual([code, expiresInMs], [200, 40_000]);
    client.send({ refresh: { token: 'rubbish' } });
    await world.settle();
    assert.equal(client.last('refreshed')!.refreshed.code, 401);
  });
});

describe('Session: refresh', () => {
  it('asks Hello once at a time, however often the client wants it', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    world.hello.held = [];
    client.send(...Array.from({ length: 5 }, () => ({ refresh: { token: 'token-of-ada' } })));
    await world.settle();
    assert.equal(world.hello.logins.length, 2);
    world.hello.held.forEach((release) => release());
    await world.settle();
    assert.deepEqual(
      client.all('refreshed').map(({ refreshed }) => refreshed.code),
      [429, 429, 429, 429, 200],
    );
  });
});

describe('Session: volatile deliveries', () => {
  const FEATURES = ['ping', 'datagram'];

  function deliveryOf(bytes: number, text = 'p'): Uint8Array {
    return encodeDelivery([{ notify: { topic: 'position', payload: Buffer.alloc(bytes, text) } }]);
  }

  it('go as datagrams, without a number, to a client that takes them', async () => {
    const world = new SessionWorld();
    const client = await world.login({ features: FEATURES });
    assert.deepEqual(client.last('welcome')!.welcome.features, FEATURES);
    const [link] = world.players.links;
    assert.equal(link!.sendVolatile(deliveryOf(1_000)), true);
    await world.settle();
    const [datagram, ...more] = client.datagrams;
    assert.deepEqual([datagram?.seq, datagram?.ack, datagram?.body, more.length], [0, 0, 'delivery', 0]);
    assert.deepEqual(client.all('delivery'), []);
    assert.equal(world.counters.volatile.datagram, 1);
  });

  for (const [what, features, datagramBytes, payloadBytes] of [
    ['the client takes no datagrams', ['ping'], 1_100, 10],
    ['the transport has none', FEATURES, 0, 10],
    ['they are over 1,100 bytes', FEATURES, 1_400, 1_100],
    ['they are larger than the transport carries', FEATURES, 500, 600],
  ] as const) {
    it(`go on the stream where ${what}`, async () => {
      const world = new SessionWorld({ network: { maxDatagramBytes: datagramBytes } });
      const client = await world.login({ features: [...features] });
      assert.equal(world.players.links[0]!.sendVolatile(deliveryOf(payloadBytes)), true);
      await world.settle();
      assert.deepEqual(client.datagrams, []);
      assert.deepEqual(
        client.all('delivery').map(({ seq }) => seq),
        [0],
      );
      assert.equal(world.counters.volatile.stream, 1);
    });
  }

  it('are dropped over 16 KiB, and up to there are not [B4]', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    const overhead = deliveryOf(16_000).length - 16_000;
    const [link] = world.players.links;
    assert.equal(link!.sendVolatile(deliveryOf(16 * 1024 - overhead)), true);
    assert.equal(link!.sendVolatile(deliveryOf(16 * 1024 - overhead + 1)), false);
    await world.settle();
    assert.equal(client.all('delivery').length, 1);
    assert.equal(world.counters.volatile.tooLarge, 1);
  });

  it('are dropped before Welcome [B10]', async () => {
    const world = new SessionWorld();
    const sent: boolean[] = [];
    world.players.onAttach = (link) => sent.push(link.sendVolatile(deliveryOf(10)));
    const client = await world.login({ features: FEATURES });
    assert.deepEqual(sent, [false]);
    assert.deepEqual(client.datagrams, []);
    assert.equal(world.counters.volatile.notWelcome, 1);
  });

  it('are dropped once the session has ended', async () => {
    const world = new SessionWorld();
    await world.login();
    const [link] = world.players.links;
    link!.release(Reason.KICKED);
    assert.equal(link!.sendVolatile(deliveryOf(10)), false);
  });

  it('are dropped when too many datagrams wait, and hold up nothing that is numbered [B4]', async () => {
    const world = new SessionWorld();
    const client = await world.login({ features: FEATURES });
    client.send(request(1));
    await world.settle();
    const [link] = world.players.links;
    const sent = Array.from({ length: 1_000 }, () => link!.sendVolatile(deliveryOf(10)));
    world.upstream.answer(1);
    await world.settle();
    assert.equal(client.datagrams.length, sent.filter(Boolean).length);
    assert.ok(client.datagrams.length < 1_000);
    assert.equal(world.counters.volatile.noRoom, 1_000 - client.datagrams.length);
    assert.deepEqual(client.responses, [[1, 200]]);
  });

  it('are not written to a client that reads nothing [B5]', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    client.connection.pause();
    const [link] = world.players.links;
    let written = 0;
    for (let turn = 0; turn < 100; turn++) {
      if (link!.sendVolatile(deliveryOf(16_000))) written += 16_000;
      await world.settle();
    }
    assert.equal(link!.sendVolatile(deliveryOf(10)), false);
    // What the connection holds before it says stop, and the pipe's window.
    assert.ok(written <= 3 * 64 * 1024, `${written} bytes`);
  });

  it('number nothing: the client acknowledges what it did before', async () => {
    const world = new SessionWorld();
    const client = await world.login({ features: FEATURES });
    client.send(request(1));
    await world.settle();
    const [link] = world.players.links;
    link!.sendVolatile(deliveryOf(10));
    link!.sendVolatile(deliveryOf(10_000));
    world.upstream.answer(1);
    await world.settle();
    assert.equal(client.responses.length, 1);
    assert.deepEqual(
      client
        .all('delivery')
        .map(({ seq }) => seq)
        .sort(),
      [0, 1],
    );
    client.send({ ack: 1 });
    await world.settle();
    assert.equal(world.players.find('ada')!.keptUnits, 0);
    assert.equal(client.close, undefined);
  });
});

describe('SessionManager: draining', () => {
  it('tells every client to come back and serves what is under way', async () => {
    const world = new SessionWorld();
    const client = await world.login();
    client.send(request(1));
    await world.settle();
    world.sessions.drain(1_000, () => 0.5);
    client.send(request(2));
    await world.settle();
    world.upstream.answer(1);
    world.upstream.answer(2);
    await world.settle();
    assert.equal(client.last('reconnect')!.reconnect.delayMs, 500);
    assert.deepEqual(client.responses, [
      [1, 200],
      [2, 200],
    ]);
    const closing = world.sessions.close();
    await world.pass(1_100);
    await closing;
    assert.equal(client.close?.code, CloseCode.CLOSE_DRAINING);
  });
});
