import type { Clock } from './clock.js';
import type { Log } from './log.js';

/** One named step of an orderly stop. */
export interface Phase {
  readonly name: string;
  /** Resolves when the step is done; never has to look at the time itself. */
  run(): Promise<void> | void;
  /** Longest for this phase in place of `partTimeoutMs`, in ms. */
  readonly limitMs?: number;
  /** Ends what `run` still waits for, when its time is over. */
  force?(): void;
}

export interface ShutdownLimits {
  /** Longest for one phase, in ms; then it is forced and the next begins. */
  readonly partTimeoutMs: number;
  /** Longest for all, in ms; what is left of it bounds each phase too. */
  readonly totalTimeoutMs: number;
}

/**
 * Runs the phases of a stop one after the other. A phase that takes too long or fails is logged and passed over, so
 * that the later ones still happen.
 * @returns the names of the phases that had to be forced
 */
export async function shutDown(
  phases: readonly Phase[],
  limits: ShutdownLimits,
  clock: Clock,
  log: Log,
): Promise<string[]> {
  const deadline = clock.now() + limits.totalTimeoutMs;
  const forced: string[] = [];
  for (const phase of phases) {
    const allowedMs = Math.max(0, Math.min(phase.limitMs ?? limits.partTimeoutMs, deadline - clock.now()));
    if (await finishes(phase, allowedMs, clock, log)) continue;
    forced.push(phase.name);
    log.warn('shutdown phase forced', { phase: phase.name, allowedMs });
    phase.force?.();
  }
  return forced;
}

/** False if the phase was still running after `allowedMs`. */
async function finishes(phase: Phase, allowedMs: number, clock: Clock, log: Log): Promise<boolean> {
  let cancel: (() => void) | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    cancel = clock.after(allowedMs, () => resolve(false));
  });
  const done = Promise.resolve()
    .then(() => phase.run())
    .catch((error: unknown) => log.error('shutdown phase failed', { phase: phase.name, error }))
    .then(() => true);
  const finished = await Promise.race([done, timeout]);
  cancel?.();
  return finished;
}
