import type { ClientHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import type { CancelTimer } from '../clock.js';
import type { Job, JobCall } from '../dispatch/job.js';
import type { ProtoWriter } from '../protocol/proto-writer.js';
import type { UpstreamResponse } from '../protocol/upstream-codec.js';
import {
  LastAsker,
  loneResponseId,
  TUNNEL_MESSAGE_BYTES,
  TUNNEL_PATH,
  TunnelResponseReader,
  writeTunnelCancels,
} from '../protocol/tunnel-codec.js';
import { frameMessage, MessageSplitter, type MessageSink } from './grpc-frame.js';
import { GrpcStatus, ownStatus, type CallStatus } from './grpc-status.js';
import { GrpcStream } from './grpc-stream.js';
import { writeJob } from './job-codec.js';
import { faultStatus } from './unary-call.js';

/** Who is told what happens on a stream. Must not throw. */
export interface TunnelStreamEvents {
  /** The service has the method. */
  spoken(): void;
  /** Something is to be written, or what waits may be written now. */
  due(): void;
  /** @param now Clock.now(), in ms */
  answered(job: Job, response: UpstreamResponse, now: number): void;
  /** The job was put on the stream and ends without an answer; the stream goes on. */
  unanswered(job: Job, status: CallStatus): void;
  /** The job can't be put on any stream. */
  tooLarge(job: Job): void;
  /** An answer came to a job that was given up, and was dropped. */
  late(): void;
  /**
   * An answer came under an id that waits for none.
   * @param first the first on this stream
   */
  unasked(id: number, first: boolean): void;
  /** It has closed. `jobs` were put on it and have no answer. */
  streamEnded(stream: TunnelStream, status: CallStatus, jobs: readonly Job[]): void;
}

/**
 * One stream of a Tunnel: requests under way, matched with their answers by id.
 *
 *   waiting ─► open ─► retired ─► ended      the peer allows it; it takes no more requests; all are answered; it has closed
 *                └──────────────────┘
 */
export class TunnelStream extends GrpcStream implements JobCall, MessageSink {
  readonly #events: TunnelStreamEvents;
  readonly #maxMessageBytes: number;
  readonly #splitter: MessageSplitter;
  readonly #pending = new Map<number, Job>();
  /** Ids of jobs that were given up: answers to them may still come. */
  readonly #late = new Set<number>();
  readonly #asker = new LastAsker();
  #cancels: number[] = [];
  #lastId = 0;
  #blocked = false;
  #idle = true;
  #heard = false;
  #unasked = 0;
  #retired = false;
  #ended = false;
  #cancelLinger: CancelTimer | undefined;

  /** @param maxMessageBytes of one request or answer */
  constructor(maxMessageBytes: number, events: TunnelStreamEvents) {
    super();
    this.#events = events;
    this.#maxMessageBytes = maxMessageBytes;
    this.#splitter = new MessageSplitter(Math.max(maxMessageBytes, TUNNEL_MESSAGE_BYTES) + TAG_BYTES, this);
  }

  /** It takes requests, now or later. */
  get live(): boolean {
    return !this.#retired && !this.#ended && this.endsWith === undefined && this.connection?.ready !== false;
  }

  /** Requests may be written now. */
  get writable(): boolean {
    return this.live && this.stream !== undefined && !this.#blocked;
  }

  /** A message of the service has come: it has the method, and works. */
  get heard(): boolean {
    return this.#heard;
  }

  /**
   * Puts the first of `line` on the stream, as many as one message holds, and what is to be cancelled.
   * @param instance address of the service
   * @returns how many of `line` need no more care
   */
  write(line: readonly Job[], writer: ProtoWriter, instance: string, now: number): number {
    this.#begin(writer);
    const tooLarge: Job[] = [];
    let taken = 0;
    for (; taken < line.length; taken++) {
      const job = line[taken]!;
      const start = writer.length;
      writeJob(writer, this.#lastId + 1, job, now, this.#asker);
      const size = writer.length - start;
      if (size > this.#maxMessageBytes) {
        writer.rewind(start);
        tooLarge.push(job);
      } else if (start > 0 && writer.length > TUNNEL_MESSAGE_BYTES) {
        writer.rewind(start);
        break;
      } else {
        this.#put(job, instance);
      }
    }
    this.#send(writer);
    for (const job of tooLarge) this.#events.tooLarge(job);
    return taken;
  }

  /** Tells the service what nobody waits for any more, if that may be written now. */
  writeCancels(writer: ProtoWriter): void {
    if (this.#cancels.length === 0 || this.#blocked) return;
    this.#begin(writer);
    this.#send(writer);
  }

  /** Its place is free at once; the service is told. */
  cancel(job: Job): void {
    if (!this.#pending.delete(job.callId)) return;
    if (this.#late.size >= MAX_LATE) this.#late.delete(this.#late.values().next().value!);
    this.#late.add(job.callId);
    this.#cancels.push(job.callId);
    this.#events.due();
    this.#events.unanswered(job, ownStatus(GrpcStatus.CANCELLED, 'given up by the gateway'));
    this.#settled();
  }

  /** Takes no more requests, and ends when those under way are answered. */
  retire(): void {
    if (this.#retired || this.#ended) return;
    this.#retired = true;
    if (this.stream === undefined) this.giveUp();
    else this.#settled();
  }

  message(bytes: Uint8Array): void {
    this.#heard = true;
    try {
      const reader = new TunnelResponseReader(bytes);
      const now = this.connection!.clock.now();
      for (let response = reader.next(); response !== undefined; response = reader.next()) {
        this.#answer(response, reader.size, now);
      }
    } catch {
      this.refuse(ownStatus(GrpcStatus.OK, 'a message of the tunnel cannot be read'));
    }
    this.#settled();
  }

  oversized(head: Uint8Array, length: number): boolean {
    const id = loneResponseId(head, length);
    if (id === undefined || length > MAX_PASSED_BYTES) return false;
    this.#heard = true;
    const job = this.#pending.get(id);
    if (job === undefined) return this.#unexpected(id);
    this.#pending.delete(id);
    this.#events.unanswered(job, faultStatus('too large', 'the reply'));
    this.#settled();
    return true;
  }

  protected override headers(): Record<string, string> {
    return { ':path': TUNNEL_PATH };
  }

  protected override sent(stream: ClientHttp2Stream): void {
    this.connection!.streamIdle(true);
    stream.on('drain', () => {
      this.#blocked = false;
      this.#events.due();
    });
  }

  protected override accepted(): void {
    this.#events.spoken();
  }

  protected override received(chunk: Uint8Array): void {
    const fault = this.#splitter.push(chunk);
    if (fault !== undefined) this.refuse(faultStatus(fault, 'a message of the tunnel'));
  }

  /** What is still to be written would be for nobody. */
  protected override concluded(): void {
    if (this.stream?.writableEnded === false) this.stream.close(constants.NGHTTP2_CANCEL);
  }

  protected override finished(status: CallStatus): void {
    this.#ended = true;
    this.#cancelLinger?.();
    const jobs = [...this.#pending.values()];
    this.#pending.clear();
    if (this.#idle && this.stream !== undefined) this.connection?.streamIdle(false);
    this.#events.streamEnded(this, status, jobs);
  }

  #begin(writer: ProtoWriter): void {
    writer.rewind(0);
    writeTunnelCancels(writer, this.#cancels);
    if (this.#cancels.length > 0) this.#cancels = [];
  }

  #put(job: Job, instance: string): void {
    job.callId = ++this.#lastId;
    job.call = this;
    job.attempts++;
    job.lastInstance = instance;
    this.#pending.set(job.callId, job);
    this.#setIdle(false);
  }

  #send(writer: ProtoWriter): void {
    if (writer.length > 0) this.#blocked = !this.stream!.write(frameMessage(writer.written));
  }

  #answer(response: UpstreamResponse, size: number, now: number): void {
    const { id } = response;
    const job = this.#pending.get(id);
    if (job === undefined) {
      this.#unexpected(id);
      return;
    }
    this.#pending.delete(id);
    if (size > this.#maxMessageBytes) this.#events.unanswered(job, faultStatus('too large', 'the reply'));
    else this.#events.answered(job, response, now);
  }

  /** @returns true */
  #unexpected(id: number): true {
    if (this.#late.delete(id)) this.#events.late();
    else this.#events.unasked(id, ++this.#unasked === 1);
    return true;
  }

  /** After jobs have ended. */
  #settled(): void {
    if (this.#pending.size > 0 || this.#ended) return;
    this.#setIdle(true);
    const stream = this.stream;
    if (!(this.#retired || this.connection?.ready === false) || stream === undefined || stream.writableEnded) return;
    this.#retired = true;
    stream.end();
    this.#cancelLinger = this.connection!.clock.after(LINGER_MS, () => this.giveUp());
  }

  #setIdle(idle: boolean): void {
    if (this.#idle === idle) return;
    this.#idle = idle;
    this.connection?.streamIdle(idle);
  }
}

/** Tag, length and id that stand around an answer in a stream message. */
const TAG_BYTES = 16;
/** As many as four gateways' worth of places: what a service answers though nobody waits, it answers soon or never. */
const MAX_LATE = 4096;
/** An answer over the limit is passed over up to here; a service that sends more is stopped. */
const MAX_PASSED_BYTES = 64 << 20;
/** For the service to end its side after the gateway has ended its own. */
const LINGER_MS = 5000;
