/** One request of the demo's load. */
export interface PlannedRequest {
  readonly action: string;
  readonly payload: unknown;
}

/** Of so many requests one makes the service push. */
const PUSH_EVERY = 3;

/**
 * What one player asks for: requests of every kind that the example services take, by chance, and pushes of every target,
 * class and place in turn. No two requests carry the same payload, so that one that runs twice is noticed under whatever
 * number it runs.
 */
export class Workload {
  readonly #name: string;
  readonly #others: readonly string[];
  readonly #random: () => number;
  #requests = 0;
  #pushes: number;

  /**
   * @param index  of the player among all: each begins with another kind of push
   * @param others whom to push to
   */
  constructor(name: string, index: number, others: readonly string[], random: () => number) {
    this.#name = name;
    this.#pushes = index * 5;
    this.#others = others;
    this.#random = random;
  }

  next(): PlannedRequest {
    const nonce = `${this.#name}-${++this.#requests}`;
    if (this.#requests % PUSH_EVERY !== 0) return this.#plainRequest(nonce);
    const pushes = this.#pushRequests(nonce);
    return pushes[this.#pushes++ % pushes.length]!();
  }

  /** A request like no other, for its answer alone. */
  echo(): PlannedRequest {
    return { action: 'echo', payload: `${this.#name}-${++this.#requests}` };
  }

  /** One push that the services `business` or `zone` makes. */
  onePush(service: 'business' | 'zone'): PlannedRequest {
    const action = service === 'zone' ? 'zone.burst' : 'push.burst';
    return { action, payload: { nonce: `${this.#name}-${++this.#requests}` } };
  }

  #plainRequest(nonce: string): PlannedRequest {
    const upTo = (max: number) => Math.floor(this.#random() * (max + 1));
    const kinds: (() => PlannedRequest)[] = [
      () => ({ action: 'echo', payload: `${nonce} ${'x'.repeat(upTo(200))}` }),
      () => ({ action: 'sum', payload: [upTo(100), upTo(100), Number.parseInt(nonce.replaceAll(/\D/g, ''), 10)] }),
      () => ({ action: 'time', payload: { nonce } }),
      () => ({ action: 'count', payload: { nonce } }),
      () => ({ action: 'around', payload: { before: upTo(3), after: upTo(3), nonce } }),
      () => ({ action: 'around', payload: { before: 1 + upTo(2), after: 1 + upTo(2), nonce } }),
      () => ({ action: 'slow', payload: { ms: upTo(80), nonce } }),
      () => ({ action: 'fail', payload: { code: 409, message: 'as asked', nonce } }),
      () => ({ action: 'zone.where', payload: { nonce } }),
      () => ({ action: 'zone.roll', payload: { sides: 6, nonce } }),
    ];
    return kinds[upTo(kinds.length - 1)]!();
  }

  #pushRequests(nonce: string): (() => PlannedRequest)[] {
    const chance = this.#random();
    const name = this.#others[Math.floor(chance * this.#others.length)] ?? this.#name;
    const burst = (payload: object) => (): PlannedRequest => ({
      action: chance < 0.5 ? 'push.burst' : 'zone.burst',
      payload: { ...payload, nonce },
    });
    return [
      burst({ to: 'player', name, count: 4, spreadMs: 60 }),
      burst({ to: 'player', name, count: 6, spreadMs: 120, class: 'latest' }),
      burst({ to: 'player', name, count: 3, spreadMs: 30, class: 'volatile' }),
      burst({ to: 'player', name, count: 6, spreadMs: 120, ttlMs: 5 }),
      burst({ to: 'player', name, count: 2, ttlMs: 60_000 }),
      burst({ to: 'player', name, count: 2, twice: true }),
      burst({ to: 'session', count: 3, spreadMs: 30 }),
      burst({ to: 'player', place: 'before', count: 3, spreadMs: 30 }),
      burst({ to: 'player', place: 'after', count: 3 }),
      burst({ to: 'session', place: 'after', count: 1 }),
      burst({ to: 'zone', count: 2, spreadMs: 20 }),
      burst({ to: 'zone', count: 4, spreadMs: 60, class: 'latest' }),
      burst({ to: 'zone', count: 2, twice: true, class: 'volatile' }),
      burst({ to: 'zone', count: 2, onlineOnly: true }),
      burst({ to: 'everyone', count: 1 }),
      burst({ to: 'everyone', count: 2, spreadMs: 40, class: 'latest' }),
      burst({ to: 'everyone', count: 1, class: 'volatile' }),
      () => ({ action: 'order.place', payload: { item: nonce } }),
      () => ({ action: 'chat.say', payload: { text: nonce } }),
      () => ({ action: 'zone.move', payload: { x: chance, y: 1 - chance, nonce } }),
      () => ({ action: 'score.add', payload: { points: 1, nonce } }),
    ];
  }
}
