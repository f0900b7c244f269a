import type { ErrorName } from '../errors.js';
import type { Response } from '../protocol/message-codec.js';
import { WheelTimer } from '../timer-wheel.js';
import type { Verdict } from './inbox.js';
import { Reply, RequestError } from './reply.js';

/** What a caller asked for, and how it is told. */
export interface RequestInit {
  readonly action: string;
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly idempotent: boolean;
  /** When the caller stops waiting, on the clock's monotonic scale; Infinity: never. */
  readonly deadline: number;
  readonly answered: (reply: Reply) => void;
  readonly failed: (error: RequestError) => void;
  /** The deadline has passed. */
  readonly timedOut: (request: PendingRequest) => void;
}

/** One request from `request()` until its number is done with, which may be after its caller was told. */
export class PendingRequest extends WheelTimer {
  readonly init: RequestInit;
  /** 0 while it waits to be written. */
  seq = 0;
  /** An earlier number of it may have been executed: only an idempotent request goes on after that. */
  mayHaveRun = false;
  /** The caller was told; only the number is still open. */
  isSettled = false;

  constructor(init: RequestInit) {
    super();
    this.init = init;
  }

  override fire(): void {
    this.init.timedOut(this);
  }

  answer(reply: Reply): void {
    if (this.isSettled) return;
    this.isSettled = true;
    if (reply.ok) this.init.answered(reply);
    else this.init.failed(RequestError.fromReply(this.init.action, reply));
  }

  fail(error: ErrorName, cause?: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    const outcome = this.seq === 0 && !this.mayHaveRun ? 'NOT_EXECUTED' : 'UNKNOWN';
    this.init.failed(RequestError.local(this.init.action, error, outcome, this.seq, cause));
  }
}

export interface PendingLimits {
  /** Requests that were not answered, whether they wait for a connection or are under way. */
  readonly requests: number;
  /** Their payloads together. */
  readonly bytes: number;
}

/**
 * Every request that isn't over, and the rules of PROTOCOL 3 for numbers, resends and unknown outcomes. Pure: time,
 * bytes and promises are the caller's.
 *
 *     waiting ──next/wrote──► written (has a number) ──answer──► over
 *        ▲                         │
 *        └── never accepted, or idempotent and of unknown outcome
 */
export class PendingRequests {
  readonly #limits: PendingLimits;
  #waiting: PendingRequest[] = [];
  /** By number, which is the order of insertion. */
  readonly #written = new Map<number, PendingRequest>();
  #bytes = 0;
  #nextSeq = 1;
  /** Accepted before this session began; what of it is neither answered nor in flight ends at Replayed. */
  #acceptedBefore = 0;
  #inFlight: ReadonlySet<number> = new Set();

  constructor(limits: PendingLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Written and unanswered. */
  get underWay(): number {
    return this.#written.size;
  }

  /** The number that the next request written will get. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The request to write next. */
  get next(): PendingRequest | undefined {
    return this.#waiting[0];
  }

  /** Takes a request in, or fails it when too much is pending. @returns whether it was taken */
  add(request: PendingRequest): boolean {
    const bytes = request.init.payload.length;
    const isFull = this.#waiting.length + this.#written.size >= this.#limits.requests;
    if (isFull || this.#bytes + bytes > this.#limits.bytes) {
      request.fail('TOO_MANY_WAITING');
      return false;
    }
    this.#bytes += bytes;
    this.#waiting.push(request);
    return true;
  }

  /** `next` was written as number `nextSeq`. */
  wrote(): void {
    const request = this.#waiting.shift()!;
    request.seq = this.#nextSeq++;
    this.#written.set(request.seq, request);
  }

  /** `next` can't be sent. */
  refuseNext(error: ErrorName): void {
    const request = this.#waiting.shift()!;
    this.#forget(request);
    request.fail(error);
  }

  /** @returns `stray` when the number isn't open here, `late` when the caller had given up */
  answer(response: Response): 'answered' | 'late' | 'stray' {
    const request = this.#written.get(response.clientSeq);
    if (request === undefined) return 'stray';
    this.#written.delete(response.clientSeq);
    this.#forget(request);
    if (request.isSettled) return 'late';
    request.answer(new Reply(response));
    return 'answered';
  }

  /** The caller stops waiting. @returns whether the gateway should be told with Cancel */
  giveUp(request: PendingRequest, error: ErrorName, cause?: unknown): boolean {
    if (request.isSettled) return false;
    request.fail(error, cause);
    if (request.seq > 0) return true;
    this.#waiting.splice(this.#waiting.indexOf(request), 1);
    this.#forget(request);
    return false;
  }

  /**
   * A session begins: sorts out what was written before it.
   * @returns the numbers whose Cancel is to be repeated
   */
  resume(verdict: Verdict, lastClientSeq: number, inFlight: readonly number[]): number[] {
    const unaccepted: PendingRequest[] = [];
    for (const request of [...this.#written.values()]) {
      if (verdict === 'FRESH') this.#lose(request, unaccepted);
      else if (request.seq > lastClientSeq) this.#putBack(request, unaccepted);
    }
    this.#waiting.unshift(...unaccepted);
    this.#nextSeq = lastClientSeq + 1;
    this.#acceptedBefore = lastClientSeq;
    this.#inFlight = new Set(inFlight);
    return [...this.#written.values()].filter((request) => request.isSettled).map((request) => request.seq);
  }

  /** The replay is over: what it didn't answer and nobody works on has an unknown outcome. */
  replayed(): void {
    const again: PendingRequest[] = [];
    for (const request of [...this.#written.values()]) {
      if (request.seq <= this.#acceptedBefore && !this.#inFlight.has(request.seq)) this.#lose(request, again);
    }
    this.#waiting.unshift(...again);
    this.#acceptedBefore = 0;
  }

  /** Ends everything. */
  endAll(error: ErrorName): void {
    const all = [...this.#written.values(), ...this.#waiting];
    this.#written.clear();
    this.#waiting = [];
    for (const request of all) {
      this.#forget(request);
      request.fail(error);
    }
  }

  /** Never accepted: back in line for a new number, unless nobody waits for it any more. */
  #putBack(request: PendingRequest, line: PendingRequest[]): void {
    this.#written.delete(request.seq);
    request.seq = 0;
    if (request.isSettled) this.#forget(request);
    else line.push(request);
  }

  /** Its answer will not come. */
  #lose(request: PendingRequest, line: PendingRequest[]): void {
    if (request.init.idempotent) {
      request.mayHaveRun = true;
      this.#putBack(request, line);
      return;
    }
    this.#written.delete(request.seq);
    this.#forget(request);
    request.fail('OUTCOME_UNKNOWN');
  }

  #forget(request: PendingRequest): void {
    this.#bytes -= request.init.payload.length;
  }
}
