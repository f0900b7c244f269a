import type { Job } from '../dispatch/job.js';
import type { Instance } from './instance.js';
import { UnaryCall, type CallEnd } from './unary-call.js';

/** A job under way at an instance. */
export class ProcessCall extends UnaryCall {
  /** @param startedAt Clock.now() at hand-over, in ms */
  constructor(
    readonly job: Job,
    readonly instance: Instance,
    readonly startedAt: number,
    readonly onEnded: (call: ProcessCall, end: CallEnd) => void,
  ) {
    super();
  }

  protected override ended(end: CallEnd): void {
    this.onEnded(this, end);
  }
}
