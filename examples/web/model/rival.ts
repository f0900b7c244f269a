import type { DevInfo, DevServer } from './dev-server.js';
import type { Ending } from './ending.js';
import type { Journal } from './journal.js';
import { Login, loginTarget } from './login.js';
import type { Score } from './score.js';

export interface RivalParts {
  readonly name: string;
  readonly info: DevInfo;
  readonly server: DevServer;
  readonly journal: Journal;
  readonly score: Score;
}

/** A second login of the page's player, as another device would make it: it pushes the first one out. */
export class Rival {
  readonly #parts: RivalParts;
  readonly #login: Login;
  #ending: Ending | undefined;
  #isClosed = false;

  private constructor(parts: RivalParts) {
    this.#parts = parts;
    const { name, info, server, journal } = parts;
    journal.happened(`A second login of ${name} connects`);
    this.#login = Login.open(
      { who: `${name}, second login`, ...loginTarget(info), getToken: () => server.token(name) },
      {
        unit: () => undefined,
        welcomed: () => journal.happened(`The second login of ${name} is in`),
        moved: () => undefined,
        slow: () => undefined,
        fault: () => undefined,
        ended: (ending) => this.#ended(ending),
      },
    );
    // Something to see in its hands; it waits for the Welcome by itself.
    this.#login.client.request('around', { before: 1, after: 1 }).catch(() => undefined);
  }

  /** Logs in. */
  static open(parts: RivalParts): Rival {
    return new Rival(parts);
  }

  get isIn(): boolean {
    return this.#login.client.session !== undefined;
  }

  /** How it ended; undefined while it goes on. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Units it has checked. */
  get units(): number {
    return this.#login.units;
  }

  /** Adds what its checker found to the score. */
  score(): void {
    this.#parts.score.collect(this.#login.checker);
  }

  close(): void {
    this.#isClosed = true;
    this.score();
    void this.#login.client.close();
  }

  #ended(ending: Ending): void {
    if (this.#isClosed) return;
    this.#ending = ending;
    const { kick, code } = ending;
    if (kick !== '') this.#parts.journal.happened(`The second login was told ${kick} (${code})`, 'bad');
  }
}
