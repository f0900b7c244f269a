/** What a Welcome says about continuity. */
export type Verdict = 'FULL' | 'PARTIAL' | 'FRESH';

/** A range of server seqs that will never come, both ends included. */
export interface Lost {
  readonly from: number;
  readonly to: number;
}

export interface AckPolicy {
  /**
   * What may be acknowledged: `received`: every unit whose handlers returned. `saved`: only what the last saved state
   * covers, so that a restore of it finds the rest.
   */
  readonly mode: 'received' | 'saved';
  /** Units after which an acknowledgement is due at once. */
  readonly units: number;
  /** The same in bytes. */
  readonly bytes: number;
}

/**
 * Which numbered units the application has seen: the client's side of PROTOCOL 2. Pure.
 *
 *     saved ≤ position          what a stored state covers ≤ what was settled
 *     ack  ≤ carried            never beyond what this session has carried, skipped ranges included
 */
export class Inbox {
  readonly #policy: AckPolicy;
  #position: number;
  #saved: number;
  #carried = 0;
  #lost: Lost | undefined;
  #acked = 0;
  #unitsSinceAck = 0;
  #bytesSinceAck = 0;

  /** @param position from a restored state, or 0 */
  constructor(policy: AckPolicy, position = 0) {
    this.#policy = policy;
    this.#position = position;
    this.#saved = position;
  }

  /** Last server seq that is settled: delivered, void or told to be lost. */
  get position(): number {
    return this.#position;
  }

  /** Last server seq that the gateway was told of. */
  get acknowledged(): number {
    return this.#acked;
  }

  /** `Hello.last_server_seq`: it acknowledges too, so with mode `saved` it is what was saved. */
  get resumeFrom(): number {
    return this.#policy.mode === 'saved' ? this.#saved : this.#position;
  }

  /** A session begins. After FRESH positions mean another epoch and start over. */
  begin(verdict: Verdict, nextServerSeq: number, lost: Lost | undefined): void {
    this.#carried = Math.max(0, nextServerSeq - 1);
    this.#lost = verdict === 'PARTIAL' ? lost : undefined;
    this.#acked = verdict === 'FRESH' ? 0 : this.resumeFrom;
    if (verdict === 'FRESH') {
      this.#position = this.#carried;
      this.#saved = this.#carried;
    }
    this.#unitsSinceAck = 0;
    this.#bytesSinceAck = 0;
    this.#skipLost();
  }

  /** What to do with the unit `seq`, which settles `first…seq` (0: just `seq`). */
  judge(seq: number, first: number): 'new' | 'duplicate' | 'gap' {
    this.#carried = Math.max(this.#carried, seq);
    if (seq <= this.#position) return 'duplicate';
    return (first === 0 ? seq : first) > this.#position + 1 ? 'gap' : 'new';
  }

  /** How many numbers the unit `seq`, judged new, settles beside its own: they are void. */
  voidsBefore(seq: number): number {
    return seq - this.#position - 1;
  }

  /** The handlers of the unit `seq` have returned. */
  settle(seq: number, bytes: number): void {
    this.#position = seq;
    this.#unitsSinceAck++;
    this.#bytesSinceAck += bytes;
    this.#skipLost();
  }

  /** The state as of now was handed out to be stored. */
  save(): void {
    this.#saved = this.#position;
  }

  /** What the gateway may be told to forget. */
  get ack(): number {
    return Math.min(this.resumeFrom, this.#carried);
  }

  /** The `ack` of the next frame; 0, and no byte, where an earlier frame said the same. */
  get unsaidAck(): number {
    return this.ack > this.#acked ? this.ack : 0;
  }

  /** A frame with the present `ack` was written. */
  written(): void {
    this.#acked = Math.max(this.#acked, this.ack);
    this.#unitsSinceAck = 0;
    this.#bytesSinceAck = 0;
  }

  /** Whether the gateway must hear of progress: at once, within the ack delay, or not at all. */
  get due(): 'now' | 'soon' | 'no' {
    if (this.ack <= this.#acked) return 'no';
    return this.#unitsSinceAck >= this.#policy.units || this.#bytesSinceAck >= this.#policy.bytes ? 'now' : 'soon';
  }

  /** A lost range is skipped at its place: after from − 1 comes to + 1. */
  #skipLost(): void {
    if (this.#lost === undefined || this.#position + 1 < this.#lost.from) return;
    this.#position = Math.max(this.#position, this.#lost.to);
    this.#carried = Math.max(this.#carried, this.#lost.to);
    this.#lost = undefined;
  }
}
