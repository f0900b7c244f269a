import type { CancelTimer, Clock } from '../clock.js';
import type { LoginReply, LoginRequestInit, LogoutRequestInit } from '../protocol/upstream-codec.js';
import type { Instance } from './instance.js';
import type { ServicePool } from './service-pool.js';
import { GatesvrError } from '../errors.js';
import { methods } from '../protocol/upstream-codec.js';
import { loginError } from './grpc-errors.js';
import { UnaryCall, type CallEnd } from './unary-call.js';

/** Logs players in and out at the Hello service. Awaited by Sessions, so outside of the RequestProcessor. */
export class HelloClient {
  readonly #pool: ServicePool | undefined;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #inFlight = 0;

  /** @param pool undefined if no such service is configured: every login fails then */
  constructor(pool: ServicePool | undefined, clock: Clock, timeoutMs = LOGIN_TIMEOUT_MS) {
    this.#pool = pool;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws GatesvrError UNAUTHENTICATED if Hello refused, LOGIN_UNAVAILABLE for everything else */
  async login(request: LoginRequestInit): Promise<LoginReply> {
    const reply = readLogin(await this.#call(methods.login.path, methods.login.encodeRequest(request)));
    if (reply.playerId === '') throw unavailable('Hello named no player');
    if (reply.data.length > MAX_DATA_BYTES) throw unavailable('Hello gave more data than a Welcome holds');
    return reply;
  }

  /** @throws GatesvrError as {@link login} */
  async logout(request: LogoutRequestInit): Promise<void> {
    await this.#call(methods.logout.path, methods.logout.encodeRequest(request));
  }

  async #call(path: string, request: Uint8Array): Promise<Uint8Array> {
    if (this.#inFlight >= MAX_IN_FLIGHT) throw unavailable('too many logins at once');
    this.#inFlight++;
    let instance: Instance | undefined;
    // A call that was given up has its place until its stream has closed.
    const over = (): void => {
      this.#inFlight--;
      if (instance !== undefined) instance.inFlight--;
    };
    const deadlineAt = this.#clock.now() + this.#timeoutMs;
    try {
      const reached = await this.#reachable();
      const remainingMs = Math.max(1, deadlineAt - this.#clock.now());
      return await new Promise((resolve, reject) => {
        new AwaitedCall(resolve, reject, over).ask(reached, path, request, remainingMs, this.#clock);
        reached.calls++;
        reached.inFlight++;
        instance = reached;
      });
    } catch (error) {
      if (instance === undefined) over();
      throw error;
    }
  }

  async #reachable(): Promise<Instance> {
    const instance = await this.#pool?.reachable();
    if (instance === undefined) throw unavailable('Hello is not reachable');
    return instance;
  }
}

/** As many as may log in at the same moment after a storm; what comes on top is told to come back. */
const MAX_IN_FLIGHT = 1024;
const LOGIN_TIMEOUT_MS = 5000;
/** Until Welcome is through frames hold 64 KiB (PROTOCOL 1). */
const MAX_DATA_BYTES = 48 * 1024;

/** A call as a promise of the reply's bytes. */
class AwaitedCall extends UnaryCall {
  #cancelTimer: CancelTimer | undefined;

  /** @param over the call has ended, possibly after it was given up */
  constructor(
    readonly resolve: (bytes: Uint8Array) => void,
    readonly reject: (error: Error) => void,
    readonly over: () => void,
  ) {
    super();
  }

  /** @throws as {@link UnaryCall.start} */
  ask({ channel }: Instance, path: string, request: Uint8Array, remainingMs: number, clock: Clock): void {
    this.start(channel, path, request, undefined, remainingMs);
    this.#cancelTimer = clock.after(remainingMs, () => {
      this.reject(unavailable('Hello did not answer in time'));
      this.cancel();
    });
  }

  protected override ended(end: CallEnd): void {
    this.#cancelTimer?.();
    this.over();
    if (end.ok) this.resolve(end.bytes);
    else this.reject(loginError(end.status));
  }
}

function readLogin(bytes: Uint8Array): LoginReply {
  try {
    return methods.login.decodeReply(bytes);
  } catch (error) {
    throw new GatesvrError('LOGIN_UNAVAILABLE', undefined, error);
  }
}

/** @param reason for the log; the client learns only that it may come back */
function unavailable(reason: string): GatesvrError {
  return new GatesvrError('LOGIN_UNAVAILABLE', undefined, new Error(reason));
}
