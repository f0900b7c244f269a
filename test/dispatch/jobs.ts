import { Job, type Answer, type JobOwner } from '../../lib/dispatch/job.js';
import type { Route } from '../../lib/dispatch/router.js';

/** A player that keeps its answers, and fails the test when a job is answered twice. */
export class TestOwner implements JobOwner {
  readonly roles: readonly string[] = ['player'];
  readonly answers = new Map<Job, Answer>();
  onAnswer: ((job: Job, answer: Answer) => void) | undefined;

  constructor(
    readonly id = 'alice',
    readonly zone = 'plains',
  ) {}

  answered(job: Job, answer: Answer): void {
    if (this.answers.has(job)) throw new Error(`${job.action} was answered twice`);
    this.answers.set(job, answer);
    this.onAnswer?.(job, answer);
  }
}

export function makeRoute(overrides: Partial<Route> = {}): Route {
  return {
    match: '*',
    service: 'business',
    auth: [],
    ordering: 'completion',
    serial: false,
    timeoutMs: 30_000,
    idempotent: false,
    ...overrides,
  };
}

export interface JobWishes {
  readonly owner?: JobOwner;
  readonly action?: string;
  readonly payload?: Uint8Array;
  readonly headers?: Record<string, string>;
  readonly route?: Partial<Route>;
  /** Clock.now() at acceptance. */
  readonly now?: number;
  readonly timeoutMs?: number;
}

let lastSeq = 0;

export function makeJob(wishes: JobWishes = {}): Job {
  const { owner = new TestOwner(), action = 'echo', payload = new Uint8Array(0), headers = {}, now = 0 } = wishes;
  const route = makeRoute(wishes.route);
  const deadlineAt = now + (wishes.timeoutMs ?? route.timeoutMs);
  return new Job(owner, 'session-1', 'epoch-1', ++lastSeq, action, payload, headers, route, now, deadlineAt);
}
