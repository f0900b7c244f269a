/**
 * Bounds retries to a share of the calls that go well, so that they help with a passing fault and don't multiply the load
 * of a service that is down: gRPC's retry throttling (gRFC A6), a token spent a retry, a tenth earned a success.
 */
export class RetryBudget {
  #tokens = MAX_TOKENS;

  succeeded(): void {
    if (this.#tokens < MAX_TOKENS) this.#tokens = Math.min(MAX_TOKENS, this.#tokens + TOKENS_PER_SUCCESS);
  }

  /** @returns false if the budget is spent */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

/** As many retries at once as a service has places by default (64): all that a killed instance had may be tried again. */
const MAX_TOKENS = 64;
const TOKENS_PER_SUCCESS = 0.1;
