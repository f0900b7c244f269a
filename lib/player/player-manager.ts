import type { Log } from '../log.js';
import type { Hello } from '../protocol/message-codec.js';
import type { LoginReply, LoginRequestInit, LogoutRequestInit } from '../protocol/upstream-codec.js';
import type { ResumeClaim, ResumeTokens } from './resume-token.js';
import { GatesvrError } from '../errors.js';
import { Reason } from '../protocol/message-codec.js';
import { LOGIN_DATA_BYTES } from '../protocol/protocol.js';
import { PlayerIndex } from './player-index.js';
import { Player, type Arrival, type Link, type Login, type PlayerParts } from './player.js';

/** Longest player id: it stands in tokens, metadata and logs. */
const MAX_PLAYER_ID_CHARS = 256;

/** The Hello service, as login sees it. */
export interface LoginService {
  /** @throws GatesvrError UNAUTHENTICATED or LOGIN_UNAVAILABLE */
  login(request: LoginRequestInit): Promise<LoginReply>;
  /** Best effort; never throws. */
  logout(request: LogoutRequestInit): void;
}

/** Who a client has shown to be; what it becomes is decided when it is attached. */
export interface Identity {
  readonly playerId: string;
  /** The genuine resume token that came with Hello. */
  readonly claim: ResumeClaim | undefined;
  /** Set where Hello was asked. */
  readonly reply: LoginReply | undefined;
}

export interface Attached {
  readonly player: Player;
  readonly arrival: Arrival;
  readonly resumeToken: string;
  readonly data: Uint8Array;
}

/** Why an epoch ends; the Hello service is told in this word. */
export type EndReason = 'logout' | 'expired' | 'kicked';

export interface PlayerManagerParts extends Omit<PlayerParts, 'expired'> {
  readonly tokens: ResumeTokens;
  readonly loginService: LoginService;
  readonly log: Log;
  readonly gatewayId: string;
  /** Random: a token from an earlier process whose player isn't here was lost with it, not expired. */
  readonly processId: string;
}

/** All players of this gateway, live and away, by id: login, resume, replacement, end. */
export class PlayerManager {
  readonly #parts: PlayerManagerParts;
  readonly #playerParts: PlayerParts;
  readonly #index = new PlayerIndex();
  /** Resume tokens refused because a later one had been confirmed: a sign of theft. */
  oldTokens = 0;
  readonly verdicts = new Map<string, number>();

  constructor(parts: PlayerManagerParts) {
    this.#parts = parts;
    this.#playerParts = { ...parts, expired: (player) => this.end(player, 'expired') };
  }

  get size(): number {
    return this.#index.size;
  }

  find(playerId: string): Player | undefined {
    return this.#index.find(playerId);
  }

  /** Whose session that is, or was until another one replaced it: compare with `player.lastSessionId`. */
  ofSession(sessionId: string): Player | undefined {
    return this.#index.ofSession(sessionId);
  }

  /** Live and away. */
  inZone(zone: string): ReadonlySet<Player> {
    return this.#index.inZone(zone);
  }

  /** Every player; for pushes to everyone, metrics, drain and tests. */
  all(): IterableIterator<Player> {
    return this.#index.all();
  }

  /**
   * Finds out who a client is, by its resume token alone where that is enough, else by asking Hello. Changes nothing.
   * @throws GatesvrError UNAUTHENTICATED, IDENTITY_MISMATCH, LOGIN_UNAVAILABLE
   */
  async authenticate(hello: Hello, sessionId: string, peerAddress: string): Promise<Identity> {
    const claim = hello.resumeToken === '' ? undefined : this.#parts.tokens.verify(hello.resumeToken);
    if (this.#whyNotResumed(hello, claim) === 'old-token') this.oldTokens++;
    if (claim !== undefined && this.#canResume(claim) && this.#loginHolds(claim)) {
      matches(hello.playerId, claim.playerId);
      return { playerId: claim.playerId, claim, reply: undefined };
    }
    if (hello.token === '') throw new GatesvrError('UNAUTHENTICATED', this.#whyNotResumed(hello, claim));
    const reply = await this.#parts.loginService.login({
      token: hello.token,
      playerIdHint: hello.playerId,
      sessionId,
      peerAddress,
      clientVersion: hello.clientVersion,
      headers: hello.headers,
      gatewayId: this.#parts.gatewayId,
    });
    check(reply);
    matches(hello.playerId, reply.playerId);
    return { playerId: reply.playerId, claim, reply };
  }

  /**
   * Gives `link` its Player, in one synchronous step: resumes it, or logs it in with a fresh epoch. Whoever served the
   * Player before is told that it was replaced.
   * @throws GatesvrError LOGIN_UNAVAILABLE when there is no room for another player, UNAUTHENTICATED when what
   *   `authenticate` found has meanwhile ended
   */
  attach(identity: Identity, link: Link, hello: Hello): Attached {
    const { claim, reply, playerId } = identity;
    const resumed = claim?.playerId === playerId && this.#canResume(claim) ? this.find(playerId) : undefined;
    if (resumed === undefined && reply === undefined) {
      throw new GatesvrError('UNAUTHENTICATED', this.#whyNotResumed(hello, claim));
    }
    const login = reply === undefined ? undefined : this.#login(reply);
    if (resumed !== undefined) {
      if (login !== undefined) this.#renew(resumed, login);
      this.#index.served(resumed, link.sessionId);
      return this.#welcome(resumed, resumed.arriveAgain(link, hello.lastServerSeq), reply);
    }
    const reason = this.#whyNotResumed(hello, claim);
    const player = this.find(playerId) ?? this.#create(playerId, login!);
    this.#renew(player, login!);
    this.#index.served(player, link.sessionId);
    return this.#welcome(player, player.arriveFresh(link, reason), reply);
  }

  /**
   * Renews the login of a live player. Where that takes it to another zone, its client is told by the reserved notify
   * `gatesvr.zone`, in its place in the order.
   * @returns how long it holds now, in ms
   * @throws GatesvrError as `authenticate` does
   */
  async refresh(player: Player, token: string, sessionId: string): Promise<number> {
    const { loginService, gatewayId } = this.#parts;
    const request = { token, playerIdHint: player.id, sessionId, gatewayId, refresh: true };
    const reply = await loginService.login(request);
    check(reply);
    matches(player.id, reply.playerId);
    const login = this.#login(reply);
    if (!player.hasEnded && this.#renew(player, login)) player.tellZone();
    return login.expiresAt - login.loginAt;
  }

  /**
   * Sends a player away, with a message for its client.
   * @param mayResume its epoch and resume token stay good for the resume window; otherwise it ends
   */
  kick(player: Player, message: string, mayResume: boolean): void {
    if (mayResume) player.release(Reason.KICKED, message);
    else this.end(player, 'kicked', message);
  }

  /** Ends a Player: its epoch and tokens are void, and Hello is told. */
  end(player: Player, reason: EndReason, message = ''): void {
    if (player.hasEnded) return;
    this.#index.remove(player);
    player.end(reason === 'kicked' ? Reason.KICKED : Reason.LOGOUT, message);
    const { loginService, gatewayId } = this.#parts;
    loginService.logout({ playerId: player.id, epoch: player.epoch, reason, gatewayId });
  }

  /** Lets go of every player without telling Hello: the process ends, not their logins. */
  stop(): void {
    for (const player of [...this.all()]) {
      this.#index.remove(player);
      player.end(Reason.DRAINING);
    }
  }

  #create(playerId: string, login: Login): Player {
    if (this.size >= this.#parts.limits.maxPlayers) {
      throw new GatesvrError('LOGIN_UNAVAILABLE', 'this gateway has no room for another player');
    }
    const player = new Player(playerId, login, this.#playerParts);
    this.#index.add(player);
    return player;
  }

  /** @returns whether the player is in another zone now */
  #renew(player: Player, login: Login): boolean {
    const { zone } = player;
    player.renew(login);
    this.#index.moved(player, zone);
    return zone !== login.zone;
  }

  #welcome(player: Player, arrival: Arrival, reply: LoginReply | undefined): Attached {
    const { tokens, processId } = this.#parts;
    const label = arrival.reason === '' ? 'full' : arrival.reason;
    this.verdicts.set(label, (this.verdicts.get(label) ?? 0) + 1);
    const resumeToken = tokens.sign({
      playerId: player.id,
      epoch: player.epoch,
      generation: player.generation,
      loginAt: player.login.loginAt,
      loginExpiresAt: player.login.expiresAt,
      issuer: processId,
    });
    return { player, arrival, resumeToken, data: reply?.data ?? NO_DATA };
  }

  #login(reply: LoginReply): Login {
    const loginAt = this.#parts.clock.wallTime();
    const holdsMs = reply.expiresInMs || this.#parts.limits.loginMaxAgeMs;
    return { zone: reply.zone, roles: reply.roles, loginAt, expiresAt: loginAt + holdsMs };
  }

  #canResume(claim: ResumeClaim): boolean {
    return this.find(claim.playerId)?.honours(claim.epoch, claim.generation) === true;
  }

  #loginHolds(claim: ResumeClaim): boolean {
    const { clock, limits } = this.#parts;
    return clock.wallTime() < Math.min(claim.loginExpiresAt, claim.loginAt + limits.loginMaxAgeMs);
  }

  /** The word that Welcome or Error gives for why there is no resume. */
  #whyNotResumed(hello: Hello, claim: ResumeClaim | undefined): string {
    if (hello.resumeToken === '') return 'new-login';
    if (claim === undefined) return 'unknown-token';
    const player = this.find(claim.playerId);
    if (player === undefined) return claim.issuer === this.#parts.processId ? 'expired' : 'store-lost';
    if (player.epoch !== claim.epoch) return 'other-epoch';
    if (player.honours(claim.epoch, claim.generation)) return 'login-expired';
    return 'old-token';
  }
}

const NO_DATA = new Uint8Array(0);

function matches(hint: string, playerId: string): void {
  if (hint !== '' && hint !== playerId) throw new GatesvrError('IDENTITY_MISMATCH');
}

/** What a wrong Hello service could do to the gateway ends here. */
function check(reply: LoginReply): void {
  if (reply.playerId === '' || reply.playerId.length > MAX_PLAYER_ID_CHARS) {
    throw new GatesvrError('LOGIN_UNAVAILABLE', 'the login service gave no usable player id');
  }
  if (reply.data.length > LOGIN_DATA_BYTES) {
    throw new GatesvrError('LOGIN_UNAVAILABLE', `the login service gave over ${LOGIN_DATA_BYTES} bytes of data`);
  }
}
