/**
 * Tells a peer that uses its connection from one that only makes the engine work and remember. quiche 0.18 grows with
 * CRYPTO data, path challenges and connection ids (CVE-2024-1765, CVE-2023-6193, CVE-2024-1410); what all floods have
 * in common is that bytes come in and nothing reaches a stream.
 */

/** Enough for a handshake with large certificates, some lost windows and probes; a flood ends this much later. */
const ALLOWANCE_BYTES = 1024 * 1024;
/** Header, tag, frame headers and an ACK frame: what an honest datagram carries beside its data. */
const OVERHEAD_BYTES = 60;
/** What a datagram sent by us may cause: the ACK for it, or our ACK that came too late to stop a retransmission. */
const EARNED_BYTES = 40;

export class JunkBudget {
  #junk = 0;
  #allowed: number;

  /** @param windowBytes the connection's largest window: so much may wait behind one lost datagram */
  constructor(windowBytes: number) {
    this.#allowed = ALLOWANCE_BYTES + windowBytes;
  }

  received(datagramBytes: number): void {
    this.#junk += datagramBytes - OVERHEAD_BYTES;
  }

  sent(): void {
    this.#allowed += EARNED_BYTES;
  }

  /** Bytes that reached a stream's reader or came in a DATAGRAM frame. */
  delivered(bytes: number): void {
    this.#junk -= bytes;
  }

  /** @param heldBytes the most that paused streams may hold back: received, good, and not delivered yet */
  exceeded(heldBytes: number): boolean {
    return this.#junk > this.#allowed + heldBytes;
  }
}
