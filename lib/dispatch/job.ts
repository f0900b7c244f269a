import { WheelTimer } from '../timer-wheel.js';
import type { Outcome } from '../protocol/message-codec.js';
import type { UpstreamNotify } from '../protocol/upstream-codec.js';
import type { Linked, LinkedList } from './linked-list.js';
import type { Route } from './router.js';

/** How a request ended. Goes to the client as the Response, between the notifies. */
export interface Answer {
  readonly code: number;
  readonly message: string;
  readonly payload: Uint8Array;
  readonly headers: Record<string, string>;
  readonly outcome: Outcome;
  /** The service's own notifies around its answer. */
  readonly before: readonly UpstreamNotify[];
  readonly after: readonly UpstreamNotify[];
}

/** Whose request it is, and where the answer goes. Implemented by Player. */
export interface JobOwner {
  readonly id: string;
  readonly zone: string;
  readonly roles: readonly string[];
  /** Called exactly once for each submitted job. */
  answered(job: Job, answer: Answer): void;
}

/** What carries a job to its service. */
export interface JobCall {
  /** Nobody waits for the job's answer any more; the call ends with that, at once or soon. */
  cancel(job: Job): void;
}

/** queued: not handed to a service yet; calling: handed over; done: answered, whatever comes later is dropped. */
export type JobState = 'queued' | 'calling' | 'done';

/**
 * One request on its way, shared by dispatch, upstream and delivery so that nothing else is allocated for it. Is its
 * own deadline timer: arming it costs no closure.
 */
export class Job extends WheelTimer implements Linked<Job> {
  state: JobState = 'queued';
  /** The upstream call under way; set by the upstream while `state` is calling. */
  call: JobCall | undefined;
  /** Its id in the Tunnel stream that carries it; 0 while it waits for one. Belongs to the upstream, like `handedAt`. */
  callId = 0;
  /** Clock.now() when the upstream took it, in ms. */
  handedAt = 0;
  /** How often it was put on a connection to a service; counted by the upstream. While 0, nobody can have executed it. */
  attempts = 0;
  /** Address of the instance that had it last; another try goes elsewhere if it can. */
  lastInstance: string | undefined;
  /** Place in its player's line, then among the calls of its service. */
  list: LinkedList<Job> | undefined;
  ahead: Job | undefined;
  behind: Job | undefined;
  /** The server seq kept for its Response, with `ordering: arrival`; 0 without. */
  reservedSeq = 0;
  /** Set by RequestProcessor while it owns the job. */
  onDeadline: ((job: Job) => void) | undefined;

  /**
   * @param clientSeq  with `epoch` the idempotency key
   * @param acceptedAt Clock.now() at acceptance, in ms
   * @param deadlineAt Clock.now() when it must have been answered, in ms
   */
  constructor(
    readonly owner: JobOwner,
    readonly sessionId: string,
    readonly epoch: string,
    readonly clientSeq: number,
    readonly action: string,
    readonly payload: Uint8Array,
    readonly headers: Record<string, string>,
    readonly route: Route,
    readonly acceptedAt: number,
    readonly deadlineAt: number,
  ) {
    super();
  }

  override fire(): void {
    this.onDeadline?.(this);
  }
}
