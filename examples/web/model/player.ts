import type { ClientState, GatesvrClient, Lost, Verdict } from '../../../lib/client/browser.js';
import type { DeliveryWindow, Progress } from './delivery-window.js';
import type { DevInfo, DevServer } from './dev-server.js';
import type { Ending } from './ending.js';
import type { Journal } from './journal.js';
import { Login } from './login.js';
import type { SavedLogin } from './saved-login.js';
import type { Score } from './score.js';

export interface PlayerParts {
  readonly name: string;
  readonly info: DevInfo;
  readonly server: DevServer;
  readonly saved: SavedLogin;
  readonly journal: Journal;
  readonly window: DeliveryWindow;
  readonly score: Score;
}

/** The page's player: the login that everything here is about, and a second one that pushes it out. */
export class Player {
  readonly #parts: PlayerParts;
  #main: Login;
  #second: Login | undefined;
  #ending: Ending | undefined;
  #secondEnding: Ending | undefined;
  #lastFault = '';
  #awayUntil = 0;
  #lostAt: number | undefined;
  #units = 0;

  private constructor(parts: PlayerParts) {
    this.#parts = parts;
    this.#main = this.#open();
  }

  /** Logs in. */
  static open(parts: PlayerParts): Player {
    return new Player(parts);
  }

  get name(): string {
    return this.#parts.name;
  }

  get client(): GatesvrClient {
    return this.#main.client;
  }

  get second(): Login | undefined {
    return this.#second;
  }

  /** How the first login ended; undefined while it goes on. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  get secondEnding(): Ending | undefined {
    return this.#secondEnding;
  }

  /** Why the last attempt to connect failed; '' when it didn't. */
  get lastFault(): string {
    return this.#lastFault;
  }

  /** Until when it stays away because it was asked to, on performance.now()'s scale. */
  get awayUntil(): number {
    return this.#awayUntil;
  }

  /** Last server seq that came, and last that the gateway was told of. */
  get progress(): Progress {
    const { progress, session } = this.client;
    // Before its first Welcome a client that goes on from a stored state has told nothing yet.
    return session === undefined ? { position: progress.position, acknowledged: progress.position } : progress;
  }

  /** Units checked, by all logins of this page. */
  get units(): number {
    return this.#units + this.#main.units + (this.#second?.units ?? 0);
  }

  /** Tries again now; after its end, with a new login. */
  connect(): void {
    this.#awayUntil = 0;
    if (this.#ending === undefined) {
      this.client.connect();
      return;
    }
    this.#retire(this.#main);
    this.#ending = undefined;
    this.#main = this.#open();
  }

  /** Breaks the link and keeps away for some ms at least. */
  cut(awayMs: number): void {
    const { journal } = this.#parts;
    if (this.#main.ended) return;
    if (awayMs > 0) this.#awayUntil = performance.now() + awayMs;
    journal.happened(awayMs > 0 ? `Link cut, away for ${awayMs / 1000} s` : 'Link cut', 'bad');
    this.#lostAt = performance.now();
    this.client.dropLink(awayMs);
  }

  /** Logs the same player in once more, as another device would. */
  openSecond(): void {
    this.closeSecond();
    const { name, info, server, journal } = this.#parts;
    journal.happened(`A second login of ${name} connects`);
    const second: Login = Login.open(
      { who: `${name}, second login`, ...loginTarget(info), getToken: () => server.token(name) },
      {
        unit: () => undefined,
        welcomed: () => journal.happened(`The second login of ${name} is in`),
        moved: () => undefined,
        slow: () => undefined,
        fault: () => undefined,
        ended: (ending) => {
          if (this.#second !== second) return;
          this.#secondEnding = ending;
          if (ending.kick !== '') journal.happened(`The second login was told ${ending.kick} (${ending.code})`, 'bad');
        },
      },
    );
    this.#second = second;
    // Something to see in its hands; it waits for the Welcome by itself.
    second.client.request('around', { before: 1, after: 1 }).catch(() => undefined);
  }

  closeSecond(): void {
    if (this.#second === undefined) return;
    this.#retire(this.#second);
    this.#second = undefined;
    this.#secondEnding = undefined;
  }

  save(): void {
    this.#main.save();
  }

  /** Adds what the checkers found to the score. */
  score(): void {
    this.#parts.score.collect(this.#main.checker);
    if (this.#second !== undefined) this.#parts.score.collect(this.#second.checker);
  }

  #retire(login: Login): void {
    this.#parts.score.collect(login.checker);
    this.#units += login.units;
    void login.client.close();
  }

  #open(): Login {
    const { name, info, server, saved, journal, window } = this.#parts;
    const login: Login = Login.open(
      {
        who: name,
        ...loginTarget(info),
        getToken: () => server.token(name),
        state: saved.load(),
        save: (state) => saved.save(state),
      },
      {
        unit: (seq, items, replayed) => {
          journal.unit(seq, items, replayed);
          if (replayed) window.replayed(seq);
        },
        welcomed: (verdict, reason, lost) => this.#welcomed(verdict, reason, lost),
        moved: (state) => this.#moved(state),
        slow: (queued) => journal.happened(`The gateway holds ${queued} units for this client: too slow`, 'bad'),
        fault: (error) => (this.#lastFault = error instanceof Error ? error.message : String(error)),
        ended: (ending) => {
          if (this.#main === login) this.#ended(ending);
        },
      },
    );
    return login;
  }

  #welcomed(verdict: Verdict, reason: string, lost: Lost | undefined): void {
    const { journal, window } = this.#parts;
    const away = this.#lostAt === undefined ? '' : ` after ${seconds(performance.now() - this.#lostAt)}`;
    if (verdict === 'FRESH') {
      journal.newEpoch();
      window.newEpoch();
    }
    const why = reason === '' ? '' : ` (${reason})`;
    const what = lost === undefined ? '' : `: units ${lost.from} to ${lost.to} are lost, the gateway says`;
    if (verdict === 'FRESH') journal.happened(`Logged in${away}, a FRESH start${why}`, 'good');
    else journal.happened(`Resumed${away}: ${verdict}${why}${what}`, verdict === 'FULL' ? 'good' : 'bad');
    this.#lostAt = undefined;
    this.#lastFault = '';
    this.#awayUntil = 0;
  }

  #moved(state: ClientState): void {
    const now = performance.now();
    const isLinked = state === 'active' || state === 'leaving';
    this.#parts.window.linked(now, isLinked);
    if (state !== 'waiting' || this.#lostAt !== undefined) return;
    this.#lostAt = now;
    this.#parts.journal.happened('The link is gone, trying again', 'bad');
  }

  #ended(ending: Ending): void {
    this.#ending = ending;
    const { code, reason, kick } = ending;
    const said = kick === '' ? 'ended the session' : `sent Kick ${kick}`;
    const why = reason === kick ? '' : `: ${reason}`;
    this.#parts.journal.happened(`The gateway ${said} and closed with ${code}${why}`, 'bad');
  }
}

function loginTarget({ gateway }: DevInfo): { readonly url: string; readonly certificateHash: string | null } {
  return { url: gateway.url, certificateHash: gateway.certificateHash };
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
