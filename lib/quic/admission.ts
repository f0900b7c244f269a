import { addressKey } from '../address.js';

export interface AdmissionLimits {
  /** Connections in all. */
  readonly maxConnections: number;
  /** Connections from one address (IPv6: one /64). Many players may share one behind a carrier's NAT. */
  readonly maxConnectionsPerAddress: number;
  /** Handshakes under way from one address. */
  readonly maxHandshakesPerAddress: number;
  /** From how many handshakes under way on a client must prove its address with a Retry first: 0 always. */
  readonly retryAbove: number;
}

export const defaultAdmissionLimits: AdmissionLimits = {
  maxConnections: 20_000,
  maxConnectionsPerAddress: 2_000,
  maxHandshakesPerAddress: 200,
  retryAbove: 100,
};

export type Verdict = 'accept' | 'retry' | 'full' | 'addressLimit';

/** Decides who may begin a connection, by what is open and under way: in all, and from the same address. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #addresses = new Map<string, { open: number; handshaking: number }>();
  #open = 0;
  #handshaking = 0;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  get handshaking(): number {
    return this.#handshaking;
  }

  /** @param proven the address was proven by a token */
  judge(address: string, proven: boolean): Verdict {
    if (this.#open >= this.#limits.maxConnections) return 'full';
    const here = this.#addresses.get(addressKey(address));
    if (here !== undefined) {
      if (here.open >= this.#limits.maxConnectionsPerAddress) return 'addressLimit';
      if (here.handshaking >= this.#limits.maxHandshakesPerAddress) return 'addressLimit';
    }
    return !proven && this.#handshaking >= this.#limits.retryAbove ? 'retry' : 'accept';
  }

  /** A connection began. The place returned is told how it goes on; it stays with the address it began from. */
  begin(address: string): Place {
    const key = addressKey(address);
    let here = this.#addresses.get(key);
    if (here === undefined) {
      here = { open: 0, handshaking: 0 };
      this.#addresses.set(key, here);
    }
    this.#count(here, 1, 1);
    return { key, handshaking: true };
  }

  established(place: Place): void {
    if (!place.handshaking) return;
    place.handshaking = false;
    this.#count(this.#addresses.get(place.key)!, 0, -1);
  }

  /** Once for each place. */
  end(place: Place): void {
    this.established(place);
    const here = this.#addresses.get(place.key)!;
    this.#count(here, -1, 0);
    if (here.open === 0) this.#addresses.delete(place.key);
  }

  #count(here: { open: number; handshaking: number }, open: number, handshaking: number): void {
    here.open += open;
    here.handshaking += handshaking;
    this.#open += open;
    this.#handshaking += handshaking;
  }
}

export interface Place {
  readonly key: string;
  handshaking: boolean;
}
