import type { Job } from '../dispatch/job.js';

/** Which instance takes a job. */
export type Balance = 'round-robin' | 'least-pending' | 'sticky-player' | 'sticky-zone';

/** What a choice looks at. */
export interface Candidate {
  /** {@link hashText} of its address. */
  readonly hash: number;
  /** Calls that have not ended. */
  readonly inFlight: number;
}

/** Chooses among at least one candidate. */
export type Balancer = <C extends Candidate>(candidates: readonly C[], job: Job) => C;

export function createBalancer(balance: Balance): Balancer {
  switch (balance) {
    case 'round-robin':
      return roundRobin();
    case 'least-pending':
      return leastPending();
    case 'sticky-player':
      return (candidates, job) => sticky(candidates, job.owner.id);
    case 'sticky-zone':
      return (candidates, job) => sticky(candidates, job.owner.zone);
  }
}

/** FNV-1a, 32 bit. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function roundRobin(): Balancer {
  let turn = 0;
  return (candidates) => {
    turn = (turn + 1) % 0x40000000;
    return candidates[turn % candidates.length]!;
  };
}

/** Equal ones in turn, so that an idle service's first instance doesn't get everything. */
function leastPending(): Balancer {
  let turn = 0;
  return (candidates) => {
    turn = (turn + 1) % 0x40000000;
    let best = candidates[turn % candidates.length]!;
    for (const candidate of candidates) if (candidate.inFlight < best.inFlight) best = candidate;
    return best;
  };
}

/**
 * Rendezvous hashing: each key ranks the instances in an order of its own and takes the first that is there. When one
 * goes, only its keys move; when it is back, the same come back.
 */
function sticky<C extends Candidate>(candidates: readonly C[], key: string): C {
  const keyHash = hashText(key);
  let best = candidates[0]!;
  let bestRank = -1;
  for (const candidate of candidates) {
    const rank = mix(keyHash ^ candidate.hash);
    if (rank > bestRank) {
      best = candidate;
      bestRank = rank;
    }
  }
  return best;
}

/** MurmurHash3's finalizer: spreads a difference of one bit over all. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
