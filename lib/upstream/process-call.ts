import type { Job } from '../dispatch/job.js';
import { methods, type UpstreamResponse } from '../protocol/upstream-codec.js';
import type { Callee, CallOutcomes } from './call-outcomes.js';
import type { Clock } from '../clock.js';
import { UnaryCall, type CallEnd } from './unary-call.js';

/** A job under way at an instance by a call of its own. */
export class ProcessCall extends UnaryCall {
  readonly #job: Job;
  readonly #callee: Callee;
  readonly #outcomes: CallOutcomes;
  readonly #clock: Clock;

  constructor(job: Job, callee: Callee, outcomes: CallOutcomes, clock: Clock) {
    super();
    this.#job = job;
    this.#callee = callee;
    this.#outcomes = outcomes;
    this.#clock = clock;
  }

  protected override ended(end: CallEnd): void {
    if (!end.ok) {
      this.#outcomes.ended(this.#job, this.#callee, end.status);
      return;
    }
    const response = decodeResponse(end.bytes);
    if (response instanceof Error) this.#outcomes.unreadable(this.#job, this.#callee, response);
    else this.#outcomes.answered(this.#job, this.#callee, response, this.#clock.now());
  }
}

function decodeResponse(bytes: Uint8Array): UpstreamResponse | Error {
  try {
    return methods.process.decodeReply(bytes);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
