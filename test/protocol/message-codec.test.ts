import assert from 'node:assert/strict';
import { loadSync } from '@grpc/proto-loader';
import type { MessageTypeDefinition } from '@grpc/proto-loader';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { GatesvrError } from '../../lib/errors.js';
import {
  Outcome,
  Reason,
  Resume,
  decodeClientFrame,
  decodeServerFrame,
  encodeBody,
  encodeClientFrame,
  encodeDelivery,
  encodeServerFrame,
  frameSize,
  writeFrame,
} from '../../lib/protocol/message-codec.js';
import type { ClientFrameInit, ItemInit, ServerBodyInit } from '../../lib/protocol/message-codec.js';

const MAX = Number.MAX_SAFE_INTEGER;

/** Reads proto/gateway.proto by itself, with an implementation of its own. */
const loaded = loadSync('proto/gateway.proto', { keepCase: false, longs: Number, enums: Number, oneofs: true });

function type(name: string): MessageTypeDefinition<object, object> {
  return loaded[`gatesvr.v1.${name}`] as MessageTypeDefinition<object, object>;
}

/** Without the length in front, as FrameDecoder hands it out. */
function undelimited(bytes: Uint8Array): Uint8Array {
  const reader = protobuf.Reader.create(bytes);
  const length = reader.uint32();
  assert.equal(bytes.length - reader.pos, length);
  return bytes.subarray(reader.pos);
}

/** A message with raw fields, for what the codec itself never writes. */
function raw(...fields: [number, number | bigint | Uint8Array][]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [field, value] of fields) {
    if (value instanceof Uint8Array) writer.uint32((field << 3) | 2).bytes(value);
    else writer.uint32(field << 3);
    if (!(value instanceof Uint8Array)) writeBig(writer, BigInt(value));
  }
  return writer.finish();
}

function writeBig(writer: protobuf.Writer, value: bigint): void {
  writer.uint64({ low: Number(value & 0xffffffffn) | 0, high: Number(value >> 32n) | 0, unsigned: true });
}

function assertBadFrame(act: () => unknown, problem: RegExp): void {
  assert.throws(act, (error: unknown) => {
    assert.ok(error instanceof GatesvrError);
    assert.equal(error.error, 'BAD_FRAME');
    assert.match(error.message, problem);
    return true;
  });
}

const number = fc.oneof(fc.maxSafeNat(), fc.nat(300), fc.constant(MAX));
const uint32 = fc.nat(0xffff_ffff);
const bytes = fc.uint8Array({ maxLength: 300 });
const headers = fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 }), { maxKeys: 3 });
const notify = fc.record({
  topic: fc.string(),
  payload: bytes,
  headers,
  boundClientSeq: number,
  id: fc.string(),
});
const response = fc.record({
  clientSeq: number,
  code: uint32,
  message: fc.string(),
  payload: bytes,
  headers,
  outcome: fc.constantFrom(Outcome.ANSWERED, Outcome.NOT_EXECUTED, Outcome.UNKNOWN),
  stream: fc.boolean(),
});
const items: fc.Arbitrary<ItemInit[]> = fc.array(
  fc.oneof(
    notify.map((value) => ({ notify: value })),
    response.map((value) => ({ response: value })),
  ),
  { maxLength: 4 },
);
const clientBody: fc.Arbitrary<ClientFrameInit> = fc.oneof(
  fc.constant({}),
  fc
    .record({
      protocol: uint32,
      token: fc.string(),
      playerId: fc.string(),
      resumeToken: fc.string(),
      lastServerSeq: number,
      clientVersion: fc.string(),
      headers,
      features: fc.array(fc.string(), { maxLength: 3 }),
    })
    .map((hello) => ({ hello })),
  fc.record({ action: fc.string(), payload: bytes, headers, timeoutMs: uint32 }).map((request) => ({ request })),
  fc.record({ clientTimeMs: number }).map((heartbeat) => ({ heartbeat })),
  fc.record({ reason: fc.constantFrom(Reason.LOGOUT, Reason.LEAVING) }).map((bye) => ({ bye })),
  fc.record({ clientSeq: number }).map((cancel) => ({ cancel })),
  fc.record({ token: fc.string() }).map((refresh) => ({ refresh })),
);
const clientFrame = fc
  .record({ seq: number, ack: number, body: clientBody })
  .map(({ seq, ack, body }): ClientFrameInit => ({ seq, ack, ...body }));
const serverBody: fc.Arbitrary<ServerBodyInit> = fc.oneof(
  fc.constant({}),
  items.map((list) => ({ delivery: { items: list } })),
  fc.record({ upTo: number }).map((replayed) => ({ replayed })),
  fc.record({ clientTimeMs: number, serverTimeMs: number }).map((pong) => ({ pong })),
  fc.record({ reason: fc.constantFrom(Reason.REPLACED, Reason.SLOW), message: fc.string() }).map((kick) => ({ kick })),
  fc.record({ url: fc.string(), delayMs: uint32, reason: fc.string() }).map((reconnect) => ({ reconnect })),
  fc.record({ code: uint32, message: fc.string(), clientSeq: number }).map((error) => ({ error })),
  fc.constant({ ping: {} }),
);

/** A message as plain data: byte arrays as lists, fields that are the default left out. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]): [string, unknown] => [key, plain(field)]);
  return Object.fromEntries(fields.filter(([key, field]) => !isDefault(field) && !['body', 'kind'].includes(key)));
}

function isDefault(value: unknown): boolean {
  if (value === undefined || value === null || value === 0 || value === '' || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}

/** A map that is empty is not sent, like a default. */
function withoutEmptyMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmptyMaps);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, field]) => key !== 'headers' || Object.keys(field as object).length > 0)
      .map(([key, field]) => [key, withoutEmptyMaps(field)]),
  );
}

function assertSame(a: unknown, b: unknown): void {
  assert.deepEqual(withoutEmptyMaps(plain(a)), withoutEmptyMaps(plain(b)));
}

describe('client frames', () => {
  it('come out as they went in, whatever they carry', () => {
    fc.assert(
      fc.property(clientFrame, (frame) => assertSame(decodeClientFrame(undelimited(encodeClientFrame(frame))), frame)),
    );
  });

  it('mean the same to an implementation that reads the proto by itself, both ways', () => {
    const theirs = type('ClientFrame');
    fc.assert(
      fc.property(clientFrame, (frame) => {
        assertSame(theirs.deserialize(Buffer.from(undelimited(encodeClientFrame(frame)))), frame);
        assertSame(decodeClientFrame(theirs.serialize(frame)), frame);
      }),
    );
  });

  it('have every field, with the default where it was not sent', () => {
    const frame = decodeClientFrame(undelimited(encodeClientFrame({ seq: 1, request: { action: 'a' } })));
    assert.equal(frame.body, 'request');
    const { request } = frame;
    assert.deepEqual([request.action, request.timeoutMs, request.payload.length], ['a', 0, 0]);
    assert.deepEqual(request.headers, {});
    assert.equal(frame.ack, 0);
  });

  it('may lack a body: an acknowledgement alone', () => {
    const frame = decodeClientFrame(undelimited(encodeClientFrame({ ack: 7 })));
    assert.equal(frame.body, undefined);
    assert.equal(frame.ack, 7);
  });

  it('of a later version keep their numbers, and what is unknown is skipped', () => {
    const unknownBody = decodeClientFrame(raw([1, 5], [2, 6], [99, Uint8Array.of(1, 2, 3)]));
    assert.deepEqual([unknownBody.seq, unknownBody.ack, unknownBody.body], [5, 6, undefined]);
    const request = raw([1, new TextEncoder().encode('echo')], [77, 1], [78, Uint8Array.of(1)]);
    const unknownField = decodeClientFrame(raw([1, 5], [4, request], [50, 1]));
    assert.equal(unknownField.body, 'request');
  });

  it('with a number of 2^53 or more are refused, the largest below it is exact', () => {
    assert.equal(decodeClientFrame(raw([1, MAX])).seq, MAX);
    for (const beyond of [2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n]) {
      assertBadFrame(() => decodeClientFrame(raw([1, beyond])), /seq is not below 2\^53/);
      assertBadFrame(() => decodeClientFrame(raw([2, beyond])), /ack is not below 2\^53/);
      assertBadFrame(() => decodeClientFrame(raw([3, raw([5, beyond])])), /last_server_seq is not below 2\^53/);
      assertBadFrame(() => decodeClientFrame(raw([7, raw([1, beyond])])), /client_seq is not below 2\^53/);
    }
  });

  it('that are rubbish are refused with BAD_FRAME, never with another error', () => {
    assertBadFrame(() => decodeClientFrame(Uint8Array.of(0xff)), /no protobuf message/);
    assertBadFrame(() => decodeClientFrame(Uint8Array.of(0x22, 0x7f)), /no protobuf message/);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (rubbish) => {
        try {
          decodeClientFrame(rubbish);
        } catch (error) {
          assert.ok(error instanceof GatesvrError && error.error === 'BAD_FRAME', String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('cut anywhere, or with a byte changed, decode or are refused with BAD_FRAME', () => {
    fc.assert(
      fc.property(clientFrame, fc.nat(), fc.nat(255), (frame, at, byte) => {
        const encoded = undelimited(encodeClientFrame(frame));
        const changed = encoded.slice();
        if (changed.length > 0) changed[at % changed.length] = byte;
        for (const damaged of [encoded.subarray(0, at % (encoded.length + 1)), changed]) {
          try {
            decodeClientFrame(damaged);
          } catch (error) {
            assert.ok(error instanceof GatesvrError && error.error === 'BAD_FRAME', String(error));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('server frames', () => {
  const numbers = fc.record({ seq: number, ack: number, first: number });

  it('come out as they went in, whatever they carry', () => {
    fc.assert(
      fc.property(numbers, serverBody, (given, body) => {
        assertSame(decodeServerFrame(undelimited(encodeServerFrame({ ...given, ...body }))), { ...given, ...body });
      }),
    );
  });

  it('mean the same to an implementation that reads the proto by itself, both ways', () => {
    const theirs = type('ServerFrame');
    fc.assert(
      fc.property(numbers, serverBody, (given, body) => {
        const frame = { ...given, ...body };
        assertSame(theirs.deserialize(Buffer.from(undelimited(encodeServerFrame(frame)))), frame);
        assertSame(decodeServerFrame(theirs.serialize(frame)), frame);
      }),
    );
  });

  it('are written around a body that was encoded once, at any offset, in exactly the announced size', () => {
    fc.assert(
      fc.property(numbers, serverBody, fc.nat(20), ({ seq, ack, first }, init, offset) => {
        const body = encodeBody(init);
        const size = frameSize(body, seq, ack, first);
        const target = new Uint8Array(offset + size + 3).fill(0xee);
        assert.equal(writeFrame(target, offset, body, seq, ack, first), offset + size);
        assert.ok(target.subarray(0, offset).every((byte) => byte === 0xee));
        assert.ok(target.subarray(offset + size).every((byte) => byte === 0xee));
        const decoded = decodeServerFrame(undelimited(target.subarray(offset, offset + size)));
        assertSame(decoded, { seq, ack, first, ...init });
      }),
    );
  });

  it('carry a unit of several receivers with different numbers and the same body bytes', () => {
    const body = encodeDelivery([{ notify: { topic: 'news', payload: Uint8Array.of(1) } }]);
    const before = body.slice();
    for (const seq of [1, 300, MAX]) {
      const target = new Uint8Array(frameSize(body, seq, 2, 0));
      writeFrame(target, 0, body, seq, 2, 0);
      const frame = decodeServerFrame(undelimited(target));
      assert.deepEqual([frame.seq, frame.ack, frame.first, frame.body], [seq, 2, 0, 'delivery']);
    }
    assert.deepEqual(body, before);
  });

  it('of a later version keep their numbers: an unknown body, an unknown item, an unknown verdict', () => {
    const unknownBody = decodeServerFrame(raw([1, 9], [99, Uint8Array.of(1)], [11, 8]));
    assert.deepEqual([unknownBody.seq, unknownBody.first, unknownBody.body], [9, 8, undefined]);

    const known = encodeBody({ delivery: { items: [{ notify: { topic: 'a' } }] } });
    const inner = protobuf.Reader.create(known);
    inner.uint32();
    const knownItems = inner.bytes();
    const unknownItem = raw([1, raw([42, Uint8Array.of(1)])]);
    const delivery = decodeServerFrame(raw([1, 3], [4, Buffer.concat([unknownItem, knownItems])]));
    assert.equal(delivery.body, 'delivery');
    const { items: list } = delivery.delivery;
    assert.deepEqual(
      list.map(({ kind }) => kind),
      [undefined, 'notify'],
    );

    const welcome = decodeServerFrame(raw([3, raw([5, 17])]));
    assert.equal((welcome as Extract<typeof welcome, { body: 'welcome' }>).welcome.resume, 17);
    assert.ok(!(17 in Resume));
  });

  it('keep the order of items, which is the order in which they are delivered', () => {
    const list: ItemInit[] = [
      { notify: { topic: 'before' } },
      { response: { clientSeq: 4, code: 200 } },
      { notify: { topic: 'after' } },
    ];
    const frame = decodeServerFrame(undelimited(encodeServerFrame({ seq: 1, delivery: { items: list } })));
    assert.deepEqual(
      (frame as Extract<typeof frame, { body: 'delivery' }>).delivery.items.map(({ kind }) => kind),
      ['notify', 'response', 'notify'],
    );
  });

  it('with a number of 2^53 or more are refused', () => {
    for (const [field, name] of [
      [1, 'seq'],
      [2, 'ack'],
      [11, 'first'],
    ] as const) {
      assertBadFrame(() => decodeServerFrame(raw([field, 2n ** 53n])), new RegExp(`${name} is not below`));
    }
  });

  it('with such a number inside are refused too', () => {
    const tooLarge = 2 ** 53;
    const bodies: [ServerBodyInit, string][] = [
      [{ welcome: { nextServerSeq: tooLarge } }, 'next_server_seq'],
      [{ welcome: { lostTo: tooLarge } }, 'lost_to'],
      [{ welcome: { inFlight: [1, tooLarge] } }, 'in_flight'],
      [{ replayed: { upTo: tooLarge } }, 'up_to'],
      [{ delivery: { items: [{ response: { clientSeq: tooLarge } }] } }, 'client_seq'],
      [{ delivery: { items: [{ notify: { boundClientSeq: tooLarge } }] } }, 'bound_client_seq'],
    ];
    for (const [body, name] of bodies) {
      assertBadFrame(() => decodeServerFrame(encodeBody(body)), new RegExp(`${name} is not below`));
    }
  });
});
