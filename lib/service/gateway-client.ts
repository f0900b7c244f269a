import { randomUUID } from 'node:crypto';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { asBuffer } from './grpc-server.js';
import { PendingPushes } from './pending-pushes.js';
import { PushError } from './push-error.js';
import { messageOf, pushReceipt, pushRequest, pushResult } from './push.js';
import { systemClock } from '../clock.js';
import { pushMethods } from '../protocol/push-codec.js';
import { TimerWheel } from '../timer-wheel.js';
import type { ClientDuplexStream, ServiceError as GrpcError } from '@grpc/grpc-js';
import type { CancelTimer, Clock } from '../clock.js';
import type { PushEvent } from '../protocol/push-codec.js';
import type { Method } from '../protocol/upstream-codec.js';
import type { Broadcast, Push, PushReceipt, PushResult } from './push.js';

export interface GatewayClientOptions {
  /** "host:port" of the gateway's push port. */
  readonly address: string;
  /** Its `push.token`. */
  readonly token?: string;
  /** How long a push waits for its answer, in ms. Default 10,000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

export interface Kick {
  /** Either `player` or `session`. */
  readonly player?: string;
  readonly session?: string;
  /** For the client. */
  readonly message?: string;
  /** The player is kept and may come back; otherwise it is logged out. */
  readonly mayResume?: boolean;
}

/** A service's way to players: pushes, and what became of them. */
export interface GatewayClient {
  /**
   * Pushes to a player, a session, a zone or everyone. Pushes reach the gateway in the order of the calls.
   * @returns what the gateway said, also when it refused
   * @throws PushError when it said nothing: the connection was lost and found again at another process, or the time is
   *   up; TypeError for a push that can't be written
   */
  push(push: Push): Promise<PushResult>;
  /** Pushes to a list of players. Takes no part in the order of pushes. @throws as `push` does */
  broadcast(broadcast: Broadcast): Promise<PushResult>;
  /** Sends a player away. @returns whether it was there; where it was refused, why. @throws PushError */
  kick(kick: Kick): Promise<{ readonly found: boolean; readonly code: number; readonly message: string }>;
  /**
   * Called with what becomes of this client's pushes later. Receipts come over the connection that brought the push:
   * when that is lost those of earlier pushes don't come.
   * @returns takes the handler back
   */
  onReceipt(handler: (receipt: PushReceipt) => void): () => void;
  /** Waits for the answers of what was pushed, and lets go of the connection. */
  close(): Promise<void>;
}

/** Nothing is connected before the first push. */
export function connectGateway(options: GatewayClientOptions): GatewayClient {
  return new GrpcGatewayClient(options);
}

const MIN_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2000;
const BACKOFF_FACTOR = 1.6;
/** What no further try can change. */
const FINAL: ReadonlySet<status> = new Set([
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.UNIMPLEMENTED,
  status.INVALID_ARGUMENT,
]);

type Stream = ClientDuplexStream<Uint8Array, PushEvent>;

/** Keeps one PushStream while there is something to push; what it had not answered is pushed again over the next one. */
class GrpcGatewayClient implements GatewayClient {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #metadata = new Metadata();
  readonly #client: Client;
  readonly #pending: PendingPushes;
  readonly #receiptHandlers = new Set<(receipt: PushReceipt) => void>();
  #stream: Stream | undefined;
  /** The gateway has said which process it is: pushes may be written. */
  #isOpen = false;
  /** The process that has what was written: it remembers the ids of pushes. */
  #process: string | undefined;
  #failures = 0;
  #cancelBackoff: CancelTimer | undefined;
  #closing: Promise<void> | undefined;

  constructor({ address, token = '', timeoutMs = 10_000, clock = systemClock }: GatewayClientOptions) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#pending = new PendingPushes(new TimerWheel(clock), timeoutMs);
    if (token !== '') this.#metadata.set('authorization', `Bearer ${token}`);
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': MIN_BACKOFF_MS,
      'grpc.max_reconnect_backoff_ms': MAX_BACKOFF_MS,
      'grpc.enable_channelz': 0,
    });
  }

  async push(push: Push): Promise<PushResult> {
    const id = push.id ?? randomUUID();
    const bytes = pushMethods.pushStream.encodeRequest(pushRequest(push, id));
    return new Promise((resolve, reject) => {
      if (this.#closing !== undefined) throw new PushError('the client is closed', false);
      const pending = this.#pending.add(id, bytes, { resolve, reject });
      if (this.#isOpen) {
        pending.written = true;
        this.#stream!.write(bytes);
      } else if (this.#stream === undefined && this.#cancelBackoff === undefined) this.#open();
    });
  }

  async broadcast({ players, ...message }: Broadcast): Promise<PushResult> {
    const push = messageOf(message, message.id ?? randomUUID());
    return pushResult(await this.#call(pushMethods.broadcast, { push, playerIds: [...players] }));
  }

  async kick({
    player,
    session,
    message,
    mayResume,
  }: Kick): Promise<{ found: boolean; code: number; message: string }> {
    const request = { playerId: player ?? '', sessionId: session ?? '', message: message ?? '' };
    const reply = await this.#call(pushMethods.kick, { ...request, mayResume: mayResume ?? false });
    return { found: reply.found, code: reply.code, message: reply.message };
  }

  onReceipt(handler: (receipt: PushReceipt) => void): () => void {
    this.#receiptHandlers.add(handler);
    return () => void this.#receiptHandlers.delete(handler);
  }

  close(): Promise<void> {
    this.#closing ??= this.#pending.emptied().then(() => {
      this.#cancelBackoff?.();
      this.#isOpen = false;
      this.#stream?.end();
      this.#client.close();
    });
    return this.#closing;
  }

  #open(): void {
    this.#cancelBackoff = undefined;
    const { path, decodeReply } = pushMethods.pushStream;
    const stream: Stream = this.#client.makeBidiStreamRequest(path, asBuffer, decodeReply, this.#metadata);
    this.#stream = stream;
    stream.on('metadata', (header: Metadata) => this.#opened(stream, header.get('gatesvr-process')[0]?.toString()));
    stream.on('data', (event: PushEvent) => this.#heard(event));
    stream.on('error', (error: GrpcError) => this.#lost(stream, error));
    stream.on('end', () => this.#lost(stream, undefined));
  }

  #opened(stream: Stream, process: string | undefined): void {
    if (this.#stream !== stream) return;
    this.#failures = 0;
    // Another process knows nothing of what the former one had: to push it again could be twice.
    if (process === undefined || process !== this.#process) {
      this.#pending.failWritten('the gateway was restarted before it answered');
    }
    this.#process = process;
    this.#isOpen = true;
    for (const push of this.#pending) {
      push.written = true;
      stream.write(push.bytes);
    }
  }

  #heard(event: PushEvent): void {
    if (event.event === 'reply') this.#pending.answer(event.reply);
    else if (event.event === 'receipt') {
      const receipt = pushReceipt(event.receipt);
      for (const handler of this.#receiptHandlers) handler(receipt);
    }
  }

  #lost(stream: Stream, error: GrpcError | undefined): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    this.#isOpen = false;
    if (error !== undefined && FINAL.has(error.code)) this.#pending.failAll(error.details, error);
    if (this.#pending.size === 0) return;
    const delayMs = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * BACKOFF_FACTOR ** this.#failures++);
    this.#cancelBackoff = this.#clock.after(delayMs * (0.8 + 0.4 * Math.random()), () => this.#reopen());
  }

  #reopen(): void {
    this.#cancelBackoff = undefined;
    if (this.#pending.size > 0) this.#open();
  }

  #call<RequestInit, Reply>(
    { path, encodeRequest, decodeReply }: Method<unknown, RequestInit, Reply, never>,
    request: RequestInit,
  ): Promise<Reply> {
    const bytes = encodeRequest(request);
    const options = { deadline: Date.now() + this.#timeoutMs };
    return new Promise((resolve, reject) => {
      if (this.#closing !== undefined) throw new PushError('the client is closed', false);
      this.#client.makeUnaryRequest(path, asBuffer, decodeReply, bytes, this.#metadata, options, (error, reply) => {
        if (error === null) resolve(reply!);
        else reject(new PushError(error.details, !FINAL.has(error.code), { cause: error }));
      });
    });
  }
}
