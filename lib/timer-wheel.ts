import type { CancelTimer, Clock } from './clock.js';

/**
 * Coarse timers for things that are many and rarely run out: deadlines, heartbeats, resume windows.
 *
 * One ring of slots, `tickMs` wide; an entry hangs in a slot's linked list and carries its own links, so arming, moving
 * and disarming allocate nothing and cost the same however many are armed. One clock timer runs while at least one entry
 * is armed. An entry fires up to one tick late, never early.
 *
 *   slot   0     1     2     3   …
 *         [ ]   [a⇄b] [ ]   [c]       cursor walks right, one slot a tick; c with `rounds` 1 is passed over once
 */
export class TimerWheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #slots: WheelTimer[];
  #startedAt = 0;
  /** Ticks since `#startedAt` that have been worked off. */
  #tick = 0;
  #armed = 0;
  #working = false;
  #cancelTick: CancelTimer | undefined;

  /**
   * @param tickMs width of a slot: the coarseness of every deadline in this wheel
   * @param slots  number of slots; a delay over `tickMs * slots` costs one visit each time round
   */
  constructor(clock: Clock, tickMs = 50, slots = 512) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#slots = Array.from({ length: slots }, slotHead);
  }

  /** Entries waiting now. */
  get armed(): number {
    return this.#armed;
  }

  /** Arms `timer`, or moves it if it is armed: it fires `delayMs` from now. */
  arm(timer: WheelTimer, delayMs: number): void {
    this.armAt(timer, this.#clock.now() + Math.max(0, delayMs));
  }

  /** As `arm`, for a moment on the clock's scale: for whoever knows it, so that nobody reads the clock again. */
  armAt(timer: WheelTimer, dueAt: number): void {
    if (timer.next !== undefined) this.#unlink(timer);
    if (this.#armed === 0 && !this.#working) {
      this.#startedAt = this.#clock.now();
      this.#tick = 0;
    }
    const dueTick = Math.ceil((dueAt - this.#startedAt) / this.#tickMs);
    timer.dueTick = Math.max(dueTick, this.#tick + 1);
    const head = this.#slots[timer.dueTick % this.#slots.length]!;
    timer.next = head.next!;
    timer.previous = head;
    timer.next.previous = timer;
    head.next = timer;
    this.#armed++;
    if (this.#cancelTick === undefined && !this.#working) this.#scheduleTick();
  }

  /** Takes `timer` back; harmless if it isn't armed. */
  disarm(timer: WheelTimer): void {
    if (timer.next === undefined) return;
    this.#unlink(timer);
    if (this.#armed === 0 && this.#cancelTick !== undefined) {
      this.#cancelTick();
      this.#cancelTick = undefined;
    }
  }

  #unlink(timer: WheelTimer): void {
    timer.previous!.next = timer.next;
    timer.next!.previous = timer.previous;
    timer.next = undefined;
    timer.previous = undefined;
    this.#armed--;
  }

  #scheduleTick(): void {
    const nextTickAt = this.#startedAt + (this.#tick + 1) * this.#tickMs;
    this.#cancelTick = this.#clock.after(Math.max(0, nextTickAt - this.#clock.now()), () => {
      this.#cancelTick = undefined;
      this.#advance();
    });
  }

  /** Works off every tick that has passed; after a stall of the event loop several at once, each slot at most once. */
  #advance(): void {
    const passed = Math.floor((this.#clock.now() - this.#startedAt) / this.#tickMs);
    const from = Math.max(this.#tick + 1, passed - this.#slots.length + 1);
    this.#tick = passed;
    this.#working = true;
    try {
      for (let tick = from; tick <= passed; tick++) this.#fireSlot(this.#slots[tick % this.#slots.length]!, passed);
    } finally {
      this.#working = false;
      if (this.#armed > 0) this.#scheduleTick();
    }
  }

  #fireSlot(head: WheelTimer, passed: number): void {
    let timer = head.next!;
    while (timer !== head) {
      const next: WheelTimer = timer.next!;
      if (timer.dueTick <= passed) {
        this.#unlink(timer);
        timer.fire();
        // What fired may have disarmed the one after it; start over then.
        timer = next.next === undefined ? head.next! : next;
      } else {
        timer = next;
      }
    }
  }
}

/**
 * One thing that may run out: arm it in a {@link TimerWheel}, which calls `fire`. Either give a callback, or extend this
 * class and override `fire` where an entry a request must not cost a closure. `fire` must not throw.
 */
export class WheelTimer {
  /** Links and due tick belong to the wheel. */
  next: WheelTimer | undefined;
  previous: WheelTimer | undefined;
  dueTick = 0;
  readonly #callback: (() => void) | undefined;

  constructor(callback?: () => void) {
    this.#callback = callback;
  }

  get armed(): boolean {
    return this.next !== undefined;
  }

  fire(): void {
    this.#callback?.();
  }
}

/** A slot is a circular list around a head that is never armed. */
function slotHead(): WheelTimer {
  const head = new WheelTimer();
  head.next = head;
  head.previous = head;
  return head;
}
