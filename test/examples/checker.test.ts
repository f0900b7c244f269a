import assert from 'node:assert/strict';
import { UnitChecker, type ViolationKind } from '../../examples/checker/unit-checker.js';
import type { RequestEntry } from '../../examples/ledger/entry.js';
import { checkLedger } from '../../examples/quic-client/demo/checker.js';
import { History, type RequestEnd } from '../../examples/quic-client/demo/history.js';
import type { Sighting } from '../../examples/quic-client/demo/sighting.js';
import type { Item } from '../../lib/client/node.js';
import { Outcome } from '../../lib/protocol/message-codec.js';

function response(clientSeq: number): Item {
  const empty = { message: '', payload: new Uint8Array(0), headers: {}, stream: false };
  return { kind: 'response', response: { ...empty, clientSeq, code: 200, outcome: Outcome.ANSWERED } };
}

function notify(id: string, key?: string, place?: 'before' | 'after', boundClientSeq = 0): Item {
  const payload = new TextEncoder().encode(JSON.stringify({ key, place }));
  return { kind: 'notify', notify: { topic: 't', payload, headers: {}, boundClientSeq, id } };
}

describe('UnitChecker', () => {
  function kinds(units: [number, Item[]][]): ViolationKind[] {
    const checker = new UnitChecker('ada');
    checker.welcomed('e', undefined);
    for (const [seq, items] of units) checker.unit(seq, items);
    return checker.violations.map(({ kind }) => kind);
  }

  it('finds nothing where everything is in its place', () => {
    const around = [notify('e/1/before/1', 'e/1', 'before'), response(1), notify('e/1/after/1', 'e/1', 'after')];
    assert.deepEqual(
      kinds([
        [1, around],
        [2, [notify('x')]],
        [3, [response(2)]],
      ]),
      [],
    );
  });

  const wrong: [string, [number, Item[]][], ViolationKind][] = [
    [
      'a gap',
      [
        [1, []],
        [3, []],
      ],
      'lost',
    ],
    ['a first unit that is not 1', [[2, []]], 'lost'],
    [
      'a unit that comes again',
      [
        [1, []],
        [1, []],
      ],
      'duplicated',
    ],
    [
      'a unit from before',
      [
        [1, []],
        [2, []],
        [1, []],
      ],
      'reordered',
    ],
    [
      'a second response to a request',
      [
        [1, [response(1)]],
        [2, [response(1)]],
      ],
      'duplicated',
    ],
    [
      'a second notify with the same id',
      [
        [1, [notify('a')]],
        [2, [notify('a')]],
      ],
      'duplicated',
    ],
    ['a notify on the wrong side', [[1, [notify('a', 'e/1', 'after'), response(1)]]], 'misplaced'],
    [
      'a notify outside its unit',
      [
        [1, [notify('a', 'e/1', 'before')]],
        [2, [response(1)]],
      ],
      'misplaced',
    ],
    [
      'a volatile unit that comes again',
      [
        [0, [notify('v')]],
        [0, [notify('v')]],
      ],
      'duplicated',
    ],
    ['a notify bound to another request', [[1, [notify('a', undefined, undefined, 2), response(1)]]], 'misplaced'],
    ['a notify around another response', [[1, [notify('a', 'e/7', 'before'), response(1)]]], 'misplaced'],
  ];
  for (const [what, units, kind] of wrong) {
    it(`notices ${what}`, () => {
      assert.deepEqual(kinds(units), [kind]);
    });
  }

  it('accepts a gap that Welcome told, and one of void numbers', () => {
    const checker = new UnitChecker('ada');
    checker.welcomed('e', undefined);
    checker.unit(1, []);
    checker.welcomed('e', { from: 2, to: 4 });
    checker.unit(5, []);
    checker.unit(8, [], 2);
    assert.deepEqual(checker.violations, []);
  });

  it('accepts volatile units anywhere, and a bound notify that came too late for its request', () => {
    assert.deepEqual(
      kinds([
        [0, [notify('v1')]],
        [1, [response(1)]],
        [0, [notify('v2')]],
        [2, [notify('late', undefined, undefined, 1)]],
      ]),
      [],
    );
  });

  it('notices numbers that are missing beside the void ones', () => {
    const checker = new UnitChecker('ada');
    checker.welcomed('e', undefined);
    checker.unit(1, []);
    checker.unit(5, [], 2);
    assert.deepEqual(
      checker.violations.map(({ kind }) => kind),
      ['lost'],
    );
  });

  it('begins again with a new epoch', () => {
    const checker = new UnitChecker('ada');
    checker.welcomed('e', undefined);
    checker.unit(1, [response(1)]);
    checker.welcomed('f', undefined);
    checker.unit(1, [response(1)]);
    assert.deepEqual(checker.violations, []);
  });
});

describe('checkLedger', () => {
  const received: RequestEntry = {
    service: 'business',
    pid: 7,
    at: 0,
    event: 'received',
    player: 'ada',
    key: 'e/1',
    action: 'around',
    code: 0,
    before: [],
    after: [],
    digest: 'request',
    abandoned: false,
  };
  const answered: RequestEntry = {
    ...received,
    event: 'answered',
    code: 200,
    before: ['b1', 'b2'],
    after: ['a1'],
    digest: 'answer',
  };
  const sighting: Sighting = { code: 200, outcome: 'ANSWERED', digest: 'answer', before: ['b1', 'b2'], after: ['a1'] };
  const end: RequestEnd = { outcome: 'ANSWERED', code: 200, key: 'e/1', error: undefined, tookMs: 1 };

  async function kinds(
    ledger: RequestEntry[],
    seen: Sighting | undefined,
    its: RequestEnd | undefined,
    killed: number[] = [],
  ): Promise<ViolationKind[]> {
    const history = new History('ada');
    history.requests.push({ action: 'around', digest: 'request', end: its });
    if (seen !== undefined) history.sightings.set('e/1', seen);
    const { violations } = await checkLedger({ histories: [history], ledger, killed: new Set(killed) });
    return violations.map(({ kind }) => kind);
  }

  const unknown: RequestEnd = { ...end, outcome: 'UNKNOWN', code: 502 };
  const unknownSeen: Sighting = { ...sighting, outcome: 'UNKNOWN', code: 502 };

  it('finds nothing where the client saw what the service did', async () => {
    assert.deepEqual(await kinds([received, answered], sighting, end), []);
  });

  it('notices an answer that never arrived [B25]', async () => {
    assert.deepEqual(await kinds([received, answered], undefined, end), ['lost']);
  });

  it('notices an error in the place of an answer: it is no success [B25]', async () => {
    assert.deepEqual(await kinds([received, answered], unknownSeen, unknown), ['lost', 'lost']);
  });

  it('accepts an unknown outcome only when the service that answered was killed', async () => {
    assert.deepEqual(await kinds([received, answered], unknownSeen, unknown, [7]), []);
    assert.deepEqual(await kinds([received, answered], unknownSeen, unknown, [8]), ['lost']);
  });

  it('never accepts that the gateway forgot a request', async () => {
    const forgotten = { ...unknown, error: 'OUTCOME_UNKNOWN' };
    assert.deepEqual(await kinds([received], undefined, forgotten, [7]), ['lost']);
  });

  it('notices a request that never ended', async () => {
    assert.deepEqual(await kinds([received, answered], sighting, undefined), ['lost']);
  });

  it('notices an execution that happened twice, under one number or two', async () => {
    assert.deepEqual(await kinds([received, received, answered], sighting, end), ['duplicated']);
    assert.deepEqual(await kinds([received, answered, { ...received, key: 'e/2' }], sighting, end), ['duplicated']);
  });

  it('notices a request that ran though its caller was told it had not', async () => {
    const refused: RequestEnd = { ...end, outcome: 'NOT_EXECUTED', code: 503 };
    assert.deepEqual(await kinds([received], undefined, refused), ['duplicated']);
  });

  it('notices missing and rearranged notifies and another answer', async () => {
    assert.deepEqual(await kinds([received, answered], { ...sighting, after: [] }, end), ['lost']);
    assert.deepEqual(await kinds([received, answered], { ...sighting, before: ['b2', 'b1'] }, end), ['misplaced']);
    const swapped = { ...sighting, before: ['b1', 'a1'], after: ['b2'] };
    assert.deepEqual(await kinds([received, answered], swapped, end), ['misplaced']);
    assert.deepEqual(await kinds([received, answered], { ...sighting, digest: 'other' }, end), ['misplaced']);
  });

  it('notices an answer that no service gave', async () => {
    assert.deepEqual(await kinds([received], sighting, end), ['misplaced']);
  });
});
