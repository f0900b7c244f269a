import assert from 'node:assert/strict';
import type { ViolationKind } from '../../examples/checker/unit-checker.js';
import { pushId } from '../../examples/ledger/push-id.js';
import type { LedgerEntry, PushedLine, PushingLine, ReceiptLine } from '../../examples/ledger/entry.js';
import { checkLedger } from '../../examples/quic-client/demo/checker.js';
import { History } from '../../examples/quic-client/demo/history.js';
import { digest } from '../../examples/ledger/ledger.js';
import type { Item } from '../../lib/client/node.js';
import { Outcome } from '../../lib/protocol/message-codec.js';

/** Unix ms of the story: ada logs in, pushes are made, ada takes leave. */
const LOGIN = 1_000;
const PUSHES = 2_000;
const LEAVE = 9_000;

const content = new TextEncoder().encode('{"n":1}');

/** What one service wrote down, line by line. */
class Sender {
  readonly ledger: LedgerEntry[] = [];
  readonly #name: string;
  readonly #pid: number;
  #number = 0;
  #now = PUSHES;

  constructor(name = 'business-1', pid = 7) {
    this.#name = name;
    this.#pid = pid;
  }

  /** @returns the push's id */
  pushes(what: Partial<PushingLine> = {}, outcome?: PushedLine['outcome']): string {
    const number = ++this.#number;
    const id = pushId(this.#name, number);
    const line: PushingLine = {
      event: 'pushing',
      id,
      sender: this.#name,
      number,
      target: 'player',
      to: 'ada',
      onlineOnly: false,
      topic: 't',
      class: 'reliable',
      key: '',
      ttlMs: 0,
      boundTo: '',
      place: '',
      digest: digest(content),
      ...what,
    };
    this.#write(line);
    if (outcome !== undefined) this.answered(id, outcome);
    return id;
  }

  answered(id: string, outcome: PushedLine['outcome'], refused = 0): void {
    this.#write({ event: 'pushed', id, outcome, code: 0, receivers: 1, refused });
  }

  /** @param later ms that pass before */
  hears(id: string, kind: ReceiptLine['kind'], later = 0, player = 'ada'): void {
    this.#now += later;
    const line: ReceiptLine = { event: 'receipt', id, kind, player };
    this.#write(line);
  }

  waits(ms: number): void {
    this.#now += ms;
  }

  #write(line: PushingLine | PushedLine | ReceiptLine): void {
    this.ledger.push({ service: 'business', pid: this.#pid, at: this.#now++, ...line });
  }
}

/** What a client saw, ada's unless it is said. */
class Witness {
  readonly history: History;
  #seq = 0;

  constructor(player = 'ada') {
    this.history = new History(player);
    this.welcomed('e', LOGIN);
    this.history.presence.back(LOGIN);
    this.history.presence.leavesAt(LEAVE);
  }

  welcomed(epoch: string, at: number, isLossTold = false): void {
    if (epoch !== 'e') this.#seq = 0;
    this.history.welcomed(epoch, 'north', at, at + 10, isLossTold);
  }

  /** Each in a unit of its own. */
  sees(...ids: string[]): void {
    for (const id of ids) this.history.unit(++this.#seq, [notify(id)], false);
  }

  seesVolatile(...ids: string[]): void {
    for (const id of ids) this.history.unit(0, [notify(id)], false);
  }

  /** One unit with the Response to `clientSeq`, refused so that no ledger must know of it. */
  seesAround(clientSeq: number, before: string[], after: string[] = []): void {
    this.history.unit(++this.#seq, [...before.map(notify), response(clientSeq), ...after.map(notify)], false);
  }
}

function notify(id: string): Item {
  return { kind: 'notify', notify: { topic: 't', payload: content, headers: {}, boundClientSeq: 0, id } };
}

function response(clientSeq: number): Item {
  const empty = { message: '', payload: new Uint8Array(0), headers: {}, stream: false };
  return { kind: 'response', response: { ...empty, clientSeq, code: 503, outcome: Outcome.NOT_EXECUTED } };
}

describe('checkLedger, of pushes', () => {
  let sender: Sender;
  let ada: Witness;

  beforeEach(() => {
    sender = new Sender();
    ada = new Witness();
  });

  async function kinds(killed: number[] = [], ...others: Sender[]): Promise<ViolationKind[]> {
    const ledger = [sender, ...others].flatMap((each) => each.ledger);
    const { violations } = await checkLedger({ histories: [ada.history], ledger, killed: new Set(killed) });
    return violations.map(({ kind }) => kind);
  }

  const bound = { boundTo: 'e/1', place: 'before' } as const;

  describe('arrival', () => {
    for (const outcome of ['delivered', 'kept'] as const) {
      it(`finds nothing where a push that was ${outcome} came once, and notices that it did not`, async () => {
        const id = sender.pushes({}, outcome);
        assert.deepEqual(await kinds(), ['lost']);
        ada.sees(id);
        assert.deepEqual(await kinds(), []);
      });
    }

    it('notices a push that came twice', async () => {
      const id = sender.pushes({}, 'delivered');
      ada.sees(id, id);
      assert.deepEqual(await kinds(), ['duplicated']);
    });

    it('expects one that was said twice with one id once', async () => {
      const id = sender.pushes({}, 'delivered');
      sender.answered(id, 'delivered');
      ada.sees(id);
      assert.deepEqual(await kinds(), []);
      ada.sees(id);
      assert.deepEqual(await kinds(), ['duplicated']);
    });

    it('accepts one without an answer that came or not, if its sender was killed or lost its connection', async () => {
      sender.pushes();
      const came = sender.pushes();
      sender.pushes({}, 'unanswered');
      ada.sees(came);
      assert.deepEqual(await kinds([7]), []);
      ada.sees(came);
      assert.deepEqual(await kinds([7]), ['duplicated']);
    });

    it('notices one that was never answered though its sender lives', async () => {
      const id = sender.pushes();
      ada.sees(id);
      assert.deepEqual(await kinds([8]), ['lost']);
    });

    it('leaves alone what was pushed before the story began, and knows it where it is seen', async () => {
      ada.sees(sender.pushes());
      sender.pushes({}, 'kept');
      const evidence = { histories: [ada.history], ledger: sender.ledger, killed: new Set<number>() };
      const { violations, pushes } = await checkLedger({ ...evidence, since: PUSHES + 60_000 });
      assert.deepEqual([violations, pushes], [[], []]);
      const { violations: judged } = await checkLedger({ ...evidence, since: PUSHES });
      assert.equal(judged.length, 2);
    });

    it('never excuses an answered one because its sender was killed', async () => {
      sender.pushes({}, 'delivered');
      assert.deepEqual(await kinds([7]), ['lost']);
    });

    for (const outcome of ['refused', 'dropped'] as const) {
      it(`notices one that was ${outcome} and came all the same`, async () => {
        const id = sender.pushes({}, outcome);
        assert.deepEqual(await kinds(), []);
        ada.sees(id);
        assert.deepEqual(await kinds(), ['duplicated']);
      });
    }

    it('notices one that nobody made', async () => {
      ada.sees(pushId('business-9', 1));
      assert.deepEqual(await kinds(), ['misplaced']);
    });

    it('notices one that came with another content', async () => {
      ada.sees(sender.pushes({ digest: 'other' }, 'delivered'));
      assert.deepEqual(await kinds(), ['misplaced']);
    });
  });

  describe('receivers', () => {
    it('expects what went to everyone, and to a zone at those who are in it', async () => {
      sender.pushes({ target: 'everyone', to: '' }, 'delivered');
      sender.pushes({ target: 'zone', to: 'north' }, 'kept');
      sender.pushes({ target: 'zone', to: 'south' }, 'delivered');
      assert.deepEqual(await kinds(), ['lost', 'lost']);
    });

    it('notices what came to another zone or another player', async () => {
      const ids = [
        sender.pushes({ target: 'zone', to: 'south' }, 'delivered'),
        sender.pushes({ target: 'player', to: 'bob' }, 'delivered'),
        sender.pushes({ target: 'session', to: 'bob' }, 'delivered'),
      ];
      ada.sees(...ids);
      assert.deepEqual(await kinds(), ['misplaced', 'misplaced', 'misplaced']);
    });

    it('expects nothing that went to a zone before it was there, or to anybody after it took leave', async () => {
      const early = new Sender('zone-1', 8);
      early.waits(LOGIN - PUSHES - 100);
      early.pushes({ target: 'everyone' }, 'delivered');
      sender.waits(LEAVE);
      sender.pushes({ target: 'everyone' }, 'delivered');
      sender.pushes({}, 'delivered');
      assert.deepEqual(await kinds([], early), []);
    });

    it('excuses as many receivers of a push to many as the gateway had no room for, and no more', async () => {
      const id = sender.pushes({ target: 'zone', to: 'north' });
      sender.answered(id, 'delivered', 1);
      assert.deepEqual(await kinds(), []);
      sender.answered(sender.pushes({ target: 'zone', to: 'north' }), 'delivered');
      assert.deepEqual(await kinds(), ['lost']);
      const bob = new Witness('bob');
      const { violations } = await checkLedger({
        histories: [ada.history, bob.history],
        ledger: sender.ledger.filter((entry) => 'id' in entry && entry.id === id),
        killed: new Set(),
      });
      assert.deepEqual(
        violations.map(({ kind }) => kind),
        ['lost'],
      );
    });

    it('expects what went to those online only while its link stood', async () => {
      const online = { target: 'everyone', to: '', onlineOnly: true } as const;
      sender.pushes(online, 'delivered');
      assert.deepEqual(await kinds(), ['lost']);
      ada.history.presence.gone(PUSHES - 5);
      ada.history.presence.back(PUSHES + 5);
      assert.deepEqual(await kinds(), []);
    });
  });

  describe('order', () => {
    it('notices that pushes of one sender came in another order, whatever their targets', async () => {
      const first = sender.pushes({}, 'delivered');
      const second = sender.pushes({ target: 'everyone', class: 'latest', key: 'k' }, 'delivered');
      ada.sees(second, first);
      assert.deepEqual(await kinds(), ['reordered']);
    });

    it('knows no order between senders, nor for volatile pushes', async () => {
      const other = new Sender('zone-1', 8);
      const mine = [sender.pushes({}, 'delivered'), sender.pushes({}, 'delivered')];
      const its = [other.pushes({}, 'delivered'), other.pushes({ class: 'volatile' }, 'delivered')];
      const last = other.pushes({ class: 'volatile' }, 'delivered');
      ada.seesVolatile(last, its[1]!);
      ada.sees(its[0]!, ...mine);
      assert.deepEqual(await kinds([], other), []);
    });

    it('holds across epochs', async () => {
      const [first, second] = [sender.pushes({}, 'kept'), sender.pushes({}, 'kept')];
      ada.sees(second);
      ada.welcomed('f', PUSHES + 100);
      ada.sees(first);
      assert.deepEqual(await kinds(), ['reordered']);
    });
  });

  describe('class latest', () => {
    const latest = { class: 'latest', key: 'k' } as const;

    it('accepts values that are missing when a newer one came, and no other reason', async () => {
      sender.pushes(latest, 'kept');
      sender.pushes(latest, 'kept');
      const last = sender.pushes(latest, 'kept');
      assert.deepEqual(await kinds(), ['lost', 'lost', 'lost']);
      ada.sees(last);
      assert.deepEqual(await kinds(), []);
    });

    it('notices that the last value is missing', async () => {
      const first = sender.pushes(latest, 'delivered');
      sender.pushes(latest, 'delivered');
      ada.sees(first);
      assert.deepEqual(await kinds(), ['lost']);
    });

    it('never takes the value of another key, or one of class reliable, for a newer one', async () => {
      sender.pushes(latest, 'kept');
      ada.sees(sender.pushes({ ...latest, key: 'other' }, 'kept'), sender.pushes({}, 'kept'));
      assert.deepEqual(await kinds(), ['lost']);
    });

    it('takes a later value of another process for a newer one', async () => {
      sender.pushes(latest, 'kept');
      const successor = new Sender('business-2', 8);
      successor.waits(100);
      ada.sees(successor.pushes(latest, 'kept'));
      assert.deepEqual(await kinds([], successor), []);
    });

    it('notices one that came although its sender was told that it was superseded', async () => {
      const [first, last] = [sender.pushes(latest, 'kept'), sender.pushes(latest, 'kept')];
      sender.hears(first, 'superseded');
      ada.sees(first, last);
      assert.deepEqual(await kinds(), ['duplicated']);
    });
  });

  describe('class volatile', () => {
    const volatile = { class: 'volatile' } as const;

    it('accepts that it is missing, and that one came of which some were dropped', async () => {
      sender.pushes(volatile, 'delivered');
      ada.seesVolatile(sender.pushes({ ...volatile, target: 'everyone' }, 'dropped'));
      assert.deepEqual(await kinds(), []);
    });

    it('notices one that came twice, was refused, or had a number', async () => {
      const twice = sender.pushes(volatile, 'delivered');
      ada.seesVolatile(twice, twice);
      ada.seesVolatile(sender.pushes(volatile, 'refused'));
      ada.sees(sender.pushes(volatile, 'delivered'));
      assert.deepEqual(await kinds(), ['duplicated', 'duplicated', 'misplaced']);
    });

    it('notices one that came late, into another epoch', async () => {
      const id = sender.pushes(volatile, 'delivered');
      ada.welcomed('f', PUSHES + 100);
      ada.seesVolatile(id);
      assert.deepEqual(await kinds(), ['misplaced']);
    });

    it('accepts one that came into the epoch in which it was made', async () => {
      ada.welcomed('f', PUSHES - 100);
      ada.seesVolatile(sender.pushes(volatile, 'delivered'));
      assert.deepEqual(await kinds(), []);
    });

    it('notices a numbered class that came without a number', async () => {
      ada.seesVolatile(sender.pushes({}, 'delivered'));
      assert.deepEqual(await kinds(), ['misplaced']);
    });
  });

  describe('a time to live', () => {
    const short = { ttlMs: 50 } as const;

    it('excuses a push that was kept and expired in its time, by a receipt', async () => {
      const id = sender.pushes(short, 'kept');
      assert.deepEqual(await kinds(), ['lost']);
      sender.hears(id, 'expired', 60);
      assert.deepEqual(await kinds(), []);
    });

    it('excuses neither one that was written, nor one that is said to have expired too early, nor another player', async () => {
      const [written, early, another] = [
        sender.pushes(short, 'delivered'),
        sender.pushes(short, 'kept'),
        sender.pushes(short, 'kept'),
      ];
      sender.hears(early, 'expired', 20);
      sender.hears(written, 'expired', 60);
      sender.hears(another, 'expired', 60, 'bob');
      assert.deepEqual(await kinds(), ['lost', 'lost', 'lost']);
    });

    it('excuses one that is kept for good never', async () => {
      const id = sender.pushes({}, 'kept');
      sender.hears(id, 'expired', 60);
      assert.deepEqual(await kinds(), ['lost']);
    });

    it('needs no receipt where the sender that would have got it was killed', async () => {
      sender.pushes(short, 'kept');
      assert.deepEqual(await kinds([7]), []);
    });

    it('notices one that came although it is said to have expired', async () => {
      const id = sender.pushes(short, 'kept');
      sender.hears(id, 'expired', 60);
      ada.sees(id);
      assert.deepEqual(await kinds(), ['duplicated']);
    });
  });

  describe('bound pushes', () => {
    it('finds nothing where they stand around their answer in the order in which they were pushed', async () => {
      const [one, two] = [sender.pushes(bound, 'held'), sender.pushes(bound, 'held')];
      const after = sender.pushes({ ...bound, place: 'after' }, 'held');
      ada.seesAround(1, [one, two], [after]);
      assert.deepEqual(await kinds(), []);
    });

    it('notices one that stands on the other side, around another answer, or alone', async () => {
      const ids = [sender.pushes(bound, 'held'), sender.pushes(bound, 'held'), sender.pushes(bound, 'held')];
      ada.seesAround(1, [], [ids[0]!]);
      ada.seesAround(2, [ids[1]!]);
      ada.sees(ids[2]!);
      assert.deepEqual(await kinds(), ['misplaced', 'misplaced', 'misplaced']);
    });

    it('notices two that stand in another order', async () => {
      const [one, two] = [sender.pushes(bound, 'held'), sender.pushes(bound, 'held')];
      ada.seesAround(1, [two, one]);
      assert.deepEqual(await kinds(), ['reordered']);
    });

    it('notices one that is missing though it was held', async () => {
      sender.pushes(bound, 'held');
      ada.seesAround(1, []);
      assert.deepEqual(await kinds(), ['lost']);
    });

    it('accepts one that came too late for its answer, alone, and one without an answer in either place', async () => {
      const late = sender.pushes(bound, 'delivered');
      sender.hears(late, 'late');
      const [unansweredAlone, unansweredBound] = [sender.pushes(bound), sender.pushes(bound)];
      ada.seesAround(1, [unansweredBound]);
      ada.sees(late, unansweredAlone);
      assert.deepEqual(await kinds([7]), []);
    });

    it('notices one that is not bound and stands around an answer', async () => {
      ada.seesAround(1, [sender.pushes({}, 'delivered')]);
      assert.deepEqual(await kinds(), ['misplaced']);
    });

    it('excuses one whose request never came, and only then', async () => {
      const id = sender.pushes(bound, 'held');
      sender.hears(id, 'expired');
      assert.deepEqual(await kinds(), []);
      ada.seesAround(1, []);
      assert.deepEqual(await kinds(), ['lost']);
    });
  });

  describe('the end of an epoch', () => {
    it('excuses what was written in it by a receipt, only where the client saw the new one', async () => {
      const id = sender.pushes({}, 'delivered');
      sender.hears(id, 'unknown');
      assert.deepEqual(await kinds(), ['lost']);
      ada.welcomed('f', PUSHES + 100);
      assert.deepEqual(await kinds(), []);
    });

    it('excuses nothing without a receipt, and nothing that was pushed after it', async () => {
      ada.welcomed('f', PUSHES - 100);
      sender.pushes({}, 'delivered');
      const id = sender.pushes({}, 'delivered');
      sender.hears(id, 'unknown');
      assert.deepEqual(await kinds(), ['lost', 'lost']);
    });

    it('needs no receipt for what went to many, since there is none', async () => {
      sender.pushes({ target: 'everyone', to: '' }, 'delivered');
      assert.deepEqual(await kinds(), ['lost']);
      ada.welcomed('f', PUSHES + 50);
      assert.deepEqual(await kinds(), []);
    });

    it('excuses what was given up on overflow, only where the client was told of a loss', async () => {
      const id = sender.pushes({}, 'kept');
      sender.hears(id, 'lost');
      assert.deepEqual(await kinds(), ['lost']);
      ada.welcomed('e', PUSHES + 100, true);
      assert.deepEqual(await kinds(), []);
    });
  });
});
