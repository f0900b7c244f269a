import type { Unit } from './journal.js';
import { Series } from './series.js';

export const unitLanes = ['responses', 'notifies', 'latest', 'volatile'] as const;
export const laneNames = ['requests', ...unitLanes, 'acks'] as const;
export type UnitLane = (typeof unitLanes)[number];
export type LaneName = (typeof laneNames)[number];

/** A request of this page. */
export interface RequestMark {
  readonly kind: 'request';
  readonly at: number;
  /** When it ended; Infinity while it is open. */
  until: number;
  readonly action: string;
  /** Of its payload. */
  readonly bytes: number;
  readonly byHand: boolean;
  /** 0 until it is known, and for one that was never answered. */
  clientSeq: number;
  /** Of the Response; 0 while there is none. */
  code: number;
  /** What the client said when it ended the request without a Response. */
  fault: string;
}

/** A unit that came. */
export interface UnitMark {
  readonly kind: 'unit';
  readonly at: number;
  readonly lane: UnitLane;
  readonly unit: Unit;
  /** When the gateway was told that it has arrived; volatile ones never are. */
  acknowledgedAt: number | undefined;
}

/** The gateway was told: everything up to `to` has arrived. */
export interface AckMark {
  readonly kind: 'ack';
  readonly at: number;
  /** The first one that it covers and the one before didn't. */
  readonly from: number;
  readonly to: number;
}

export type Mark = RequestMark | UnitMark | AckMark;

/** Marks a lane remembers: a minute of the fastest load, and a replay. */
const MAX_MARKS = 16_384;

/** What went over the link and when, in lanes: requests up, units of each kind down, acknowledgements. */
export class Timeline {
  readonly #latestTopics: ReadonlySet<string>;
  readonly #lanes: Readonly<Record<LaneName, Series<Mark>>>;
  /** Units that the gateway doesn't know to have arrived, by rising number. */
  #unacknowledged: UnitMark[] = [];
  #acknowledged = 0;

  /** @param latestTopics topics that services push as class `latest`: a frame doesn't say its class */
  constructor(latestTopics: readonly string[]) {
    this.#latestTopics = new Set(latestTopics);
    const lanes = laneNames.map((name) => [name, new Series<Mark>(MAX_MARKS)]);
    this.#lanes = Object.fromEntries(lanes) as Record<LaneName, Series<Mark>>;
  }

  lane(name: LaneName): Series<Mark> {
    return this.#lanes[name];
  }

  asked(now: number, action: string, bytes: number, byHand: boolean): RequestMark {
    const mark: RequestMark = {
      kind: 'request',
      at: now,
      until: Infinity,
      action,
      bytes,
      byHand,
      clientSeq: 0,
      code: 0,
      fault: '',
    };
    this.#lanes.requests.add(mark);
    return mark;
  }

  unit(now: number, unit: Unit): void {
    const lane = this.#laneOf(unit);
    const mark: UnitMark = { kind: 'unit', at: now, lane, unit, acknowledgedAt: undefined };
    this.#lanes[lane].add(mark);
    if (unit.seq > 0) this.#unacknowledged.push(mark);
    // The gateway holds far fewer for a player.
    if (this.#unacknowledged.length > MAX_MARKS) this.#unacknowledged.shift();
  }

  /** How far the gateway has been told. */
  acknowledged(now: number, upTo: number): void {
    if (upTo <= this.#acknowledged) return;
    const covered = this.#unacknowledged.findIndex(({ unit }) => unit.seq > upTo);
    const told = this.#unacknowledged.splice(0, covered < 0 ? this.#unacknowledged.length : covered);
    for (const mark of told) mark.acknowledgedAt = now;
    if (told.length > 0) this.#lanes.acks.add({ kind: 'ack', at: now, from: told[0]!.unit.seq, to: upTo });
    this.#acknowledged = upTo;
  }

  /** Numbers begin again. */
  newEpoch(): void {
    this.#unacknowledged = [];
    this.#acknowledged = 0;
  }

  #laneOf({ seq, parts }: Unit): UnitLane {
    if (seq === 0) return 'volatile';
    if (parts.some(({ kind }) => kind === 'response')) return 'responses';
    const isLatest = parts.some((part) => part.kind === 'notify' && this.#latestTopics.has(part.topic));
    return isLatest ? 'latest' : 'notifies';
  }
}
