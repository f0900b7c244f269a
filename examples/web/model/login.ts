import { connect } from '../../../lib/client/browser.js';
import type {
  ClientState,
  ClientTransport,
  GatesvrClient,
  Item,
  Lost,
  SavedState,
  Verdict,
} from '../../../lib/client/browser.js';
import { UnitChecker } from '../../checker/unit-checker.js';
import type { DevInfo } from './dev-server.js';
import type { Ending } from './ending.js';

export interface LoginOptions {
  readonly who: string;
  readonly url: string;
  /** SHA-256 of the gateway's own certificate, base64; null where browsers trust it anyway. */
  readonly certificateHash: string | null;
  readonly webSocketUrl: string | null;
  /** What to connect over, the most wanted first; either when left out. */
  readonly transports?: readonly ClientTransport[];
  readonly getToken: () => Promise<string>;
  /** Where an earlier page stopped. */
  readonly state?: SavedState | undefined;
  /** Called with what to store; the gateway keeps what it doesn't cover. Left out: nothing is stored. */
  readonly save?: (state: SavedState | undefined) => void;
}

export interface LoginEvents {
  unit(seq: number, items: readonly Item[], replayed: boolean): void;
  welcomed(verdict: Verdict, reason: string, lost: Lost | undefined): void;
  moved(state: ClientState): void;
  slow(queued: number): void;
  /** An attempt failed, and it tries again. */
  fault(error: unknown): void;
  /** It won't come back by itself. */
  ended(ending: Ending): void;
}

/** Units and time after which the state is stored again: what a crash of the page makes the gateway send twice. */
const SAVE_UNITS = 32;
const SAVE_MS = 250;

/** One client of the player and the checker that watches it. */
export class Login {
  readonly client: GatesvrClient;
  readonly checker: UnitChecker;
  readonly #options: LoginOptions;
  readonly #events: LoginEvents;
  #units = 0;
  #unsaved = 0;
  #isFirstWelcome = true;
  #kick = '';
  #saveTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(client: GatesvrClient, options: LoginOptions, events: LoginEvents) {
    this.client = client;
    this.checker = new UnitChecker(options.who);
    this.#options = options;
    this.#events = events;
  }

  /** Connects, and keeps connected until it is closed. */
  static open(options: LoginOptions, events: LoginEvents): Login {
    const { url, certificateHash, webSocketUrl, transports, getToken, state, save } = options;
    const client = connect({
      url,
      getToken,
      ack: save === undefined ? 'received' : 'saved',
      ...(transports === undefined ? {} : { transports }),
      ...(state === undefined ? {} : { state }),
      ...(webSocketUrl === null ? {} : { webSocketUrl }),
      ...(certificateHash === null ? {} : { serverCertificateHashes: [certificateHash] }),
    });
    const login = new Login(client, options, events);
    login.#listen();
    return login;
  }

  /** Units that were checked. */
  get units(): number {
    return this.#units;
  }

  get ended(): boolean {
    return this.client.connectionState === 'closed' || this.client.connectionState === 'closing';
  }

  save(): void {
    clearTimeout(this.#saveTimer);
    this.#saveTimer = undefined;
    this.#unsaved = 0;
    if (this.#options.save !== undefined && !this.ended) this.#options.save(this.client.state());
  }

  #listen(): void {
    const { client } = this;
    client.onResume((verdict, reason, lost) => {
      this.#welcomed(verdict, lost);
      this.#events.welcomed(verdict, reason, lost);
    });
    client.onUnit((seq, items, replayed, voids) => {
      if (seq > 0) this.#units++;
      this.checker.unit(seq, items, voids);
      if (seq > 0) this.#saveSoon();
      this.#events.unit(seq, items, replayed);
    });
    client.onStateChange((state) => this.#events.moved(state));
    client.onSlow((queued) => this.#events.slow(queued));
    client.onKick((reason) => (this.#kick = reason));
    client.onError((error) => this.#events.fault(error));
    void client.closed.then((parting) => {
      clearTimeout(this.#saveTimer);
      this.#events.ended({ ...parting, kick: this.#kick });
    });
  }

  #welcomed(verdict: Verdict, lost: Lost | undefined): void {
    this.checker.welcomed(this.client.session!.epoch, this.#seenBefore(verdict) ?? lost);
    this.#isFirstWelcome = false;
    this.save();
  }

  /** What an earlier page has seen of this epoch: the checker, which is new, must not miss it. */
  #seenBefore(verdict: Verdict): Lost | undefined {
    const { state } = this.#options;
    if (!this.#isFirstWelcome || state === undefined || verdict !== 'FULL') return undefined;
    return { from: 1, to: state.position };
  }

  #saveSoon(): void {
    if (this.#options.save === undefined) return;
    if (++this.#unsaved >= SAVE_UNITS) this.save();
    this.#saveTimer ??= setTimeout(() => this.save(), SAVE_MS);
  }
}

/** Where `npm start` says the gateway is. */
export function loginTarget({ gateway }: DevInfo): Pick<LoginOptions, 'url' | 'certificateHash' | 'webSocketUrl'> {
  const { url, certificateHash, webSocketUrl } = gateway;
  return { url, certificateHash, webSocketUrl };
}
