import type { CancelTimer } from '../clock.js';
import type { Dialer, TransportName } from '../transport/transport.js';
import type { ClientPlatform, Opened } from './connector.js';
import type { TransportChoice } from './transport-choice.js';

/**
 * While a transport serves that isn't the most wanted: opens a better one in the background when it is due, and hands it
 * over. The session that stands notices nothing of a try in vain.
 */
export class TransportUpgrade {
  readonly #choice: TransportChoice;
  readonly #platform: ClientPlatform;
  readonly #open: (dialers: readonly Dialer[], signal: AbortSignal) => Promise<Opened>;
  readonly #moveTo: (opened: Opened) => void;
  #better: readonly Dialer[] = [];
  #attempt: AbortController | undefined;
  #cancelTimer: CancelTimer | undefined;

  /** @param moveTo gets a connection on which nothing was sent yet; never after `stop` */
  constructor(
    choice: TransportChoice,
    platform: ClientPlatform,
    open: (dialers: readonly Dialer[], signal: AbortSignal) => Promise<Opened>,
    moveTo: (opened: Opened) => void,
  ) {
    this.#choice = choice;
    this.#platform = platform;
    this.#open = open;
    this.#moveTo = moveTo;
  }

  /** A session over `serving` has become active. */
  schedule(serving: TransportName): void {
    this.stop();
    this.#better = this.#choice.betterThan(serving);
    if (this.#better.length === 0) return;
    const delayMs = this.#choice.upgradeDelay(this.#platform.random());
    if (Number.isFinite(delayMs)) this.#cancelTimer = this.#platform.clock.after(delayMs, () => void this.#try());
  }

  /** Tries without waiting: the network may have changed. */
  now(): void {
    if (this.#better.length === 0 || this.#attempt !== undefined) return;
    this.#choice.forget();
    this.#cancelTimer?.();
    void this.#try();
  }

  stop(): void {
    this.#better = [];
    this.#cancelTimer?.();
    this.#attempt?.abort();
    this.#attempt = undefined;
  }

  async #try(): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    const opened = await this.#open(this.#better, attempt.signal).catch(() => undefined);
    if (this.#attempt !== attempt) {
      opened?.connection.abort();
      return;
    }
    this.#attempt = undefined;
    if (opened !== undefined) {
      this.stop();
      this.#moveTo(opened);
      return;
    }
    this.#choice.triedInVain();
    const delayMs = this.#choice.upgradeDelay(this.#platform.random());
    if (Number.isFinite(delayMs)) this.#cancelTimer = this.#platform.clock.after(delayMs, () => void this.#try());
  }
}
