import type { ClientState, Lost, Verdict } from '../../../lib/client/browser.js';
import type { Transport } from './transport.js';

/** `starting`: before the first Welcome. `away`: there was a link, and there is none. */
export type LinkPhase = 'starting' | 'away' | 'replaying' | 'linked';

/** A time in which the link didn't change. */
export interface LinkSpan {
  readonly from: number;
  /** Infinity while it lasts. */
  to: number;
  readonly phase: LinkPhase;
  /** What carries it; undefined while nothing does. */
  readonly transport: Transport | undefined;
}

/** What a Welcome said. */
export interface Flag {
  readonly at: number;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly lost: Lost | undefined;
  /** How long there was no link before it; undefined at the first login. */
  readonly awayMs: number | undefined;
  /** Units that came in its replay so far. */
  replayed: number;
}

const phases: Readonly<Record<ClientState, LinkPhase>> = {
  idle: 'away',
  connecting: 'away',
  authenticating: 'away',
  replaying: 'replaying',
  active: 'linked',
  leaving: 'linked',
  waiting: 'away',
  closing: 'away',
  closed: 'away',
};

/** Spans and flags that are remembered: a cut makes three and one, and a page shows a minute. */
const MAX_SPANS = 512;
const MAX_FLAGS = 256;

/** When there was a link, over which transport, and what each Welcome said. */
export class LinkHistory {
  #spans: LinkSpan[] = [];
  #flags: Flag[] = [];
  #wasLinked = false;
  #lostAt: number | undefined;
  #cuts = 0;
  #replayed = 0;

  /** Oldest first, without holes. */
  get spans(): readonly LinkSpan[] {
    return this.#spans;
  }

  get flags(): readonly Flag[] {
    return this.#flags;
  }

  /** Times without a link, oldest first. */
  get gaps(): readonly LinkSpan[] {
    return this.#spans.filter(({ phase }) => phase === 'away');
  }

  /** How often the link was lost. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Units that came in a replay. */
  get replayed(): number {
    return this.#replayed;
  }

  /** The client's state has changed, or what carries it has. */
  moved(now: number, state: ClientState, transport: Transport | undefined): void {
    let phase = phases[state];
    if (phase === 'away' && !this.#wasLinked) phase = 'starting';
    const carrier = phase === 'linked' || phase === 'replaying' ? transport : undefined;
    const last = this.#spans.at(-1);
    if (last?.phase === phase && last.transport === carrier) return;
    if (last !== undefined) last.to = now;
    if (phase === 'linked') this.#wasLinked = true;
    if (phase === 'away' && this.#lostAt === undefined) {
      this.#lostAt = now;
      this.#cuts++;
    }
    this.#spans = this.#spans.slice(1 - MAX_SPANS);
    this.#spans.push({ from: now, to: Infinity, phase, transport: carrier });
  }

  /** A Welcome came. @returns the flag that stands for it */
  welcomed(now: number, verdict: Verdict, reason: string, lost: Lost | undefined): Flag {
    const awayMs = this.#lostAt === undefined ? undefined : now - this.#lostAt;
    const flag: Flag = { at: now, verdict, reason, lost, awayMs, replayed: 0 };
    this.#lostAt = undefined;
    this.#flags = [...this.#flags.slice(1 - MAX_FLAGS), flag];
    return flag;
  }

  /** A unit came in the replay of the last Welcome. */
  unitReplayed(): void {
    this.#replayed++;
    const last = this.#flags.at(-1);
    if (last !== undefined) last.replayed++;
  }
}
