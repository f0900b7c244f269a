import type { Violation, ViolationKind } from '../../checker/unit-checker.js';
import type { RequestEntry } from '../../ledger/entry.js';
import type { History, RequestEnd, RequestRecord } from './history.js';
import type { Sighting } from './sighting.js';

/** Codes of the gateway that end a request although its service may yet answer: cancelled, deadline. */
const GAVE_UP = new Set([499, 504]);

/** What services received of one player and answered, beside its client's history. */
export class RequestBook {
  readonly #history: History;
  readonly #killed: ReadonlySet<number>;
  readonly #violations: Violation[] = [];
  readonly #receivedKeys = new Map<string, RequestEntry>();
  readonly #receivedDigests = new Set<string>();
  readonly #answered = new Map<string, RequestEntry>();

  constructor(history: History, killed: ReadonlySet<number>) {
    this.#history = history;
    this.#killed = killed;
  }

  enter(entry: RequestEntry): void {
    if (entry.event === 'received') this.#receive(entry);
    else if (entry.event === 'answered') this.#answered.set(entry.key, entry);
  }

  close(): Violation[] {
    for (const entry of this.#answered.values()) this.#compare(entry, this.#history.sightings.get(entry.key));
    for (const [key, sighting] of this.#history.sightings) {
      if (sighting.outcome === 'ANSWERED' && !this.#answered.has(key)) {
        this.#violate('misplaced', `${key} was answered to the client by nobody`);
      }
    }
    for (const request of this.#history.requests) this.#end(request);
    return this.#violations;
  }

  #receive(entry: RequestEntry): void {
    const { key, digest, action, service } = entry;
    if (this.#receivedKeys.has(key)) this.#violate('duplicated', `${action} ${key} was executed twice by ${service}`);
    else if (this.#receivedDigests.has(digest))
      this.#violate('duplicated', `${action} ran under two keys, ${key} last`);
    this.#receivedKeys.set(key, entry);
    this.#receivedDigests.add(digest);
  }

  #compare(entry: RequestEntry, seen: Sighting | undefined): void {
    const { key, action } = entry;
    const mayBeLost = entry.abandoned || this.#killed.has(entry.pid);
    if (seen === undefined) {
      if (!mayBeLost) this.#violate('lost', `the answer to ${action} ${key} never arrived`);
    } else if (seen.outcome !== 'ANSWERED') {
      if (!mayBeLost && !GAVE_UP.has(seen.code)) {
        this.#violate('lost', `${action} ${key} was answered, the client was told ${seen.code} ${seen.outcome}`);
      }
      if (seen.outcome === 'NOT_EXECUTED') this.#violate('duplicated', `${action} ${key} ran though said not to have`);
    } else {
      this.#compareAnswers(entry, seen);
    }
  }

  #compareAnswers({ key, action, code, digest, before, after }: RequestEntry, seen: Sighting): void {
    if (seen.code !== code || seen.digest !== digest) {
      this.#violate('misplaced', `${action} ${key} arrived with another answer`);
    }
    const around = [...seen.before, ...seen.after];
    const missing = [...before, ...after].filter((id) => !around.includes(id));
    if (missing.length > 0) this.#violate('lost', `notifies of ${action} ${key}: ${missing.join(', ')}`);
    else if (!isSame(before, seen.before) || !isSame(after, seen.after)) {
      this.#violate('misplaced', `notifies of ${action} ${key} stand in another order`);
    }
  }

  #end({ action, digest, end }: RequestRecord): void {
    if (end === undefined) {
      this.#violate('lost', `${action} never ended for its caller`);
    } else if (end.outcome === 'NOT_EXECUTED' && this.#receivedDigests.has(digest)) {
      this.#violate('duplicated', `${action} ${end.key} ran though its caller was told it had not`);
    } else if (end.outcome === 'UNKNOWN' && !this.#mayBeUnknown(end)) {
      this.#violate('lost', `${action} ${end.key} ended with an unknown outcome (${end.code} ${end.error ?? ''})`);
    }
  }

  /** Only a service that died leaves a request open; that the gateway forgot one is no excuse. */
  #mayBeUnknown({ code, error }: RequestEnd): boolean {
    return error === undefined && (this.#killed.size > 0 || GAVE_UP.has(code));
  }

  #violate(kind: ViolationKind, story: string): void {
    this.#violations.push({ kind, story: `${this.#history.player}: ${story}` });
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
