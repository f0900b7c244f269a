import { Resume } from '../protocol/message-codec.js';

/** Why it isn't full, in the words of `Welcome.resume_reason`. */
export type ResumeReason = '' | 'overflow' | 'older-state' | 'store-lost';

export interface ResumeVerdict {
  readonly resume: Resume;
  readonly reason: ResumeReason;
  /** With PARTIAL: the range of server seqs that is gone; 0 and 0 otherwise. */
  readonly lostFrom: number;
  readonly lostTo: number;
  /** First seq that the session will carry. */
  readonly nextSeq: number;
}

/** What the queue knows about the numbers before those it still keeps. */
export interface Positions {
  /** Highest seq the client has acknowledged. */
  readonly acked: number;
  /** Highest seq dropped on overflow; everything after `acked` up to here is gone. */
  readonly lostUpTo: number;
  /** Highest seq written or told as lost to any connection of the epoch. */
  readonly sentUpTo: number;
}

/**
 * What a client that has settled everything up to `position` is told (PROTOCOL 2). A position that no connection ever
 * reached is FRESH. What was acknowledged or dropped after the position is gone: PARTIAL, one range, which always begins
 * right behind the position, since drops take the oldest first.
 */
export function resumeVerdict(position: number, { acked, lostUpTo, sentUpTo }: Positions): ResumeVerdict {
  if (position > sentUpTo) {
    return { resume: Resume.FRESH, reason: 'store-lost', lostFrom: 0, lostTo: 0, nextSeq: 1 };
  }
  const goneUpTo = Math.max(acked, lostUpTo);
  if (position >= goneUpTo) {
    return { resume: Resume.FULL, reason: '', lostFrom: 0, lostTo: 0, nextSeq: position + 1 };
  }
  return {
    resume: Resume.PARTIAL,
    reason: position < acked ? 'older-state' : 'overflow',
    lostFrom: position + 1,
    lostTo: goneUpTo,
    nextSeq: goneUpTo + 1,
  };
}
