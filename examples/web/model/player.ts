import type { ClientState, GatesvrClient, Item, Lost, Verdict } from '../../../lib/client/browser.js';
import type { Progress } from './delivery-window.js';
import type { DevInfo, DevServer } from './dev-server.js';
import type { Ending } from './ending.js';
import type { Journal } from './journal.js';
import type { LinkHistory } from './link-history.js';
import { Login, loginTarget } from './login.js';
import { Rival } from './rival.js';
import { roadNames, transportsOf, type Road, type SavedRoad } from './road.js';
import type { SavedLogin } from './saved-login.js';
import type { Score } from './score.js';
import type { Timeline } from './timeline.js';
import type { TopicFeed } from './topic-feed.js';
import type { Transport } from './transport.js';

export interface PlayerParts {
  readonly name: string;
  readonly info: DevInfo;
  readonly server: DevServer;
  readonly saved: SavedLogin;
  readonly savedRoad: SavedRoad;
  readonly journal: Journal;
  readonly timeline: Timeline;
  readonly link: LinkHistory;
  readonly feed: TopicFeed;
  readonly score: Score;
}

/** The page's player: the login that everything here is about, and a second one that pushes it out. */
export class Player {
  readonly #parts: PlayerParts;
  #main: Login;
  #road: Road;
  #isChanging = false;
  #rival: Rival | undefined;
  #ending: Ending | undefined;
  #hasLeft = false;
  #lastFault = '';
  #awayUntil = 0;
  #isLossTold = false;
  #units = 0;

  private constructor(parts: PlayerParts) {
    this.#parts = parts;
    this.#road = parts.savedRoad.load();
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

  /** What carries the session; undefined while nothing does. */
  get transport(): Transport | undefined {
    const { connectionState, transport } = this.client;
    const isLinked = connectionState === 'active' || connectionState === 'replaying' || connectionState === 'leaving';
    return isLinked ? transport : undefined;
  }

  /** What the session may go over. */
  get road(): Road {
    return this.#road;
  }

  /** It waits for what is under way, to go on over another road. */
  get isChanging(): boolean {
    return this.#isChanging;
  }

  /** The second login; undefined while there is none. */
  get rival(): Rival | undefined {
    return this.#rival;
  }

  /** How the login ended; undefined while it goes on. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** It ended because the person wanted it. */
  get hasLeft(): boolean {
    return this.#hasLeft;
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
    return this.#units + this.#main.units + (this.#rival?.units ?? 0);
  }

  /** Tries again now; after its end, with a new login that goes on where the old one stopped. */
  connect(): void {
    this.#awayUntil = 0;
    if (this.#ending === undefined) {
      this.client.connect();
      return;
    }
    this.#retire();
    this.#ending = undefined;
    this.#hasLeft = false;
    this.#main = this.#open();
  }

  /** From now on over `road`: once what is under way is answered a new login goes on where the old one stops. */
  async goOver(road: Road): Promise<void> {
    if (road === this.#road) return;
    this.#road = road;
    this.#parts.savedRoad.save(road);
    const main = this.#main;
    if (this.#ending !== undefined || this.#isChanging) return;
    this.#isChanging = true;
    await answered(main.client);
    this.#isChanging = false;
    // Meanwhile it ended, and its next login goes over the new road anyway.
    if (this.#main !== main || main.ended) return;
    this.#parts.journal.happened(`Changes to ${roadNames[this.#road]}`);
    this.#isLossTold = true;
    main.save();
    this.#retire();
    this.#main = this.#open();
  }

  /** Leaves, and stays away until `connect`; the gateway keeps the player meanwhile. */
  disconnect(): void {
    if (this.#main.ended) return;
    this.#parts.journal.happened('Disconnected: the gateway keeps what comes', 'bad');
    this.#hasLeft = true;
    this.#main.save();
    void this.client.close();
  }

  /** Breaks the link and keeps away for some ms at least. */
  cut(awayMs: number): void {
    if (this.#main.ended) return;
    if (awayMs > 0) this.#awayUntil = performance.now() + awayMs;
    this.#parts.journal.happened(awayMs > 0 ? `Link cut, away for ${awayMs / 1000} s` : 'Link cut', 'bad');
    this.#isLossTold = true;
    this.client.dropLink(awayMs);
  }

  /** Logs the same player in once more, as another device would. */
  openRival(): void {
    this.closeRival();
    this.#rival = Rival.open(this.#parts);
  }

  closeRival(): void {
    if (this.#rival === undefined) return;
    this.#rival.close();
    this.#units += this.#rival.units;
    this.#rival = undefined;
  }

  save(): void {
    this.#main.save();
  }

  /** Takes note of how it stands now: what the checkers found, what was acknowledged. */
  observe(now: number): void {
    this.#parts.score.collect(this.#main.checker);
    this.#rival?.score();
    if (this.client.session !== undefined) this.#parts.timeline.acknowledged(now, this.progress.acknowledged);
  }

  #retire(): void {
    this.#parts.score.collect(this.#main.checker);
    this.#units += this.#main.units;
    void this.client.close();
  }

  #open(): Login {
    const { name, info, server, saved, journal } = this.#parts;
    const login: Login = Login.open(
      {
        who: name,
        ...loginTarget(info),
        transports: transportsOf(this.#road),
        getToken: () => server.token(name),
        state: saved.load(),
        save: (state) => saved.save(state),
      },
      {
        unit: (seq, items, replayed) => this.#unit(seq, items, replayed),
        welcomed: (verdict, reason, lost) => this.#welcomed(verdict, reason, lost),
        moved: (state) => {
          if (this.#main === login) this.#moved(state);
        },
        slow: (queued) => journal.happened(`The gateway holds ${queued} units for this client: too slow`, 'bad'),
        fault: (error) => (this.#lastFault = error instanceof Error ? error.message : String(error)),
        ended: (ending) => {
          if (this.#main === login) this.#ended(ending);
        },
      },
    );
    return login;
  }

  #unit(seq: number, items: readonly Item[], replayed: boolean): void {
    const { journal, timeline, link, feed } = this.#parts;
    if (replayed) link.unitReplayed();
    timeline.unit(performance.now(), journal.unit(seq, items, replayed));
    feed.unit(seq, items);
  }

  #welcomed(verdict: Verdict, reason: string, lost: Lost | undefined): void {
    const { journal, timeline, link } = this.#parts;
    const { awayMs } = link.welcomed(performance.now(), verdict, reason, lost);
    if (verdict === 'FRESH') {
      journal.newEpoch();
      timeline.newEpoch();
    }
    const away = awayMs === undefined ? '' : ` after ${seconds(awayMs)}`;
    const why = reason === '' ? '' : ` (${reason})`;
    const what = lost === undefined ? '' : `: units ${lost.from} to ${lost.to} are lost, the gateway says`;
    if (verdict === 'FRESH') journal.happened(`Logged in${away}, a FRESH start${why}`, 'good');
    else journal.happened(`Resumed${away}: ${verdict}${why}${what}`, verdict === 'FULL' ? 'good' : 'bad');
    this.#lastFault = '';
    this.#awayUntil = 0;
  }

  #moved(state: ClientState): void {
    this.#parts.link.moved(performance.now(), state, this.transport);
    if (state === 'waiting' && !this.#isLossTold) this.#parts.journal.happened('The link is gone, trying again', 'bad');
    // What it tries in vain until it is back is one and the same loss.
    this.#isLossTold = state !== 'active';
  }

  #ended(ending: Ending): void {
    this.#ending = ending;
    if (this.#hasLeft) return;
    const { code, reason, kick } = ending;
    const said = kick === '' ? 'ended the session' : `sent Kick ${kick}`;
    const why = reason === kick ? '' : `: ${reason}`;
    this.#parts.journal.happened(`The gateway ${said} and closed with ${code}${why}`, 'bad');
  }
}

/** What is under way may take so long, in ms: the slowest of the page's own requests, and a little. */
const PATIENCE_MS = 4000;
const LOOK_MS = 20;

/** Resolves when nothing is under way, or the patience has run out. */
async function answered(client: GatesvrClient): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  const isBusy = (): boolean => client.pendingRequests.underWay + client.pendingRequests.waiting > 0;
  while (isBusy() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
