/** One request of the demo's load. */
export interface PlannedRequest {
  readonly action: string;
  readonly payload: unknown;
}

/**
 * Requests of every kind the example services take. No two carry the same payload, so that one that runs twice is
 * noticed under whatever number it runs.
 */
export function planRequest(nonce: string, random: () => number): PlannedRequest {
  const upTo = (max: number) => Math.floor(random() * (max + 1));
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
