import type { RequestOutcome } from '../../../lib/client/node.js';

/** A Response as the application saw it, with the service's own notifies that stood around it. */
export interface Sighting {
  readonly code: number;
  readonly outcome: RequestOutcome;
  readonly digest: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** A push as the application saw it. */
export interface PushSighting {
  readonly id: string;
  /** Which of the client's epochs it came in, from 0 on. */
  readonly epoch: number;
  /** Of its unit; 0: volatile. */
  readonly seq: number;
  /** Its place among the items of its unit. */
  readonly index: number;
  /** Idempotency key of the Response in its unit; empty when it came in a unit of its own. */
  readonly key: string;
  /** On which side of that Response; empty when it came in a unit of its own. */
  readonly side: 'before' | 'after' | '';
  readonly digest: string;
}
