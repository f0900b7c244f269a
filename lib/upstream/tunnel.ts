import type { Clock } from '../clock.js';
import type { Job, JobCall } from '../dispatch/job.js';
import type { Log } from '../log.js';
import type { UpstreamResponse } from '../protocol/upstream-codec.js';
import { ProtoWriter } from '../protocol/proto-writer.js';
import type { Callee, CallOutcomes } from './call-outcomes.js';
import { statusError } from './grpc-errors.js';
import { GrpcStatus, ownStatus, type CallStatus } from './grpc-status.js';
import type { CallStarter } from './http2-connection.js';
import { TunnelStream, type TunnelStreamEvents } from './tunnel-stream.js';

/** The way to an instance; gives a new connection when one is lost. */
export interface TunnelChannel extends CallStarter {
  readonly isReady: boolean;
}

export interface TunnelOptions {
  /** Streams that share the requests of an instance. */
  readonly streams: number;
  /** Of one request or answer. */
  readonly maxMessageBytes: number;
  readonly clock: Clock;
  readonly outcomes: CallOutcomes;
  readonly counters: TunnelCounters;
  readonly log?: Pick<Log, 'warn' | 'error'> | undefined;
}

/** What went wrong in the tunnels of a service, for metrics. */
export interface TunnelCounters {
  /** Streams that ended while requests on them waited for their answers. */
  broken: number;
  /** Answers under an id that waited for none. */
  unasked: number;
  /** Answers that came after their request was given up, and were dropped. */
  late: number;
}

/**
 * The fast path to one instance: what the gateway has to say in one turn of the event loop goes as one message on one of a
 * few streams, which take turns.
 *
 *   put ─► line ─► at the end of the turn, or when a stream is writable again ─► stream ─► answer
 *            │                                                                     │
 *            └── never put on a stream: given back, NOT_EXECUTED                   └── stream broke: UNKNOWN
 *
 * The line is bounded by the places of the service (RequestProcessor). Whether an instance has the method turns out by
 * trying, once a connection: one that answers UNIMPLEMENTED executed nothing (upstream.proto), so what was put on
 * its streams goes by `Process`. So does everything after {@link MAX_VAIN} streams in a row that broke without one answer.
 */
export class Tunnel implements JobCall, TunnelStreamEvents {
  readonly #callee: Callee;
  readonly #channel: TunnelChannel;
  readonly #options: TunnelOptions;
  readonly #changed: () => void;
  readonly #writer = new ProtoWriter();
  #speaks: 'unknown' | 'yes' | 'no' = 'unknown';
  #line: Job[] = [];
  #streams: TunnelStream[] = [];
  #turn = 0;
  #vain = 0;
  #scheduled = false;

  /** @param changed called after each change of `spoken` */
  constructor(callee: Callee, channel: TunnelChannel, options: TunnelOptions, changed: () => void) {
    this.#callee = callee;
    this.#channel = channel;
    this.#options = options;
    this.#changed = changed;
  }

  /** Requests may be given to it: the instance is not known to lack the method. */
  get usable(): boolean {
    return this.#speaks !== 'no';
  }

  /** The instance is known to have the method. */
  get isSpoken(): boolean {
    return this.#speaks === 'yes';
  }

  /** What is given to it now goes out at the end of the turn. */
  get hasRoom(): boolean {
    return this.#streams.length === 0 || this.#streams.some(({ writable }) => writable);
  }

  /** Takes a job; its place ends in one of the CallOutcomes. */
  put(job: Job): void {
    job.call = this;
    job.callId = 0;
    this.#line.push(job);
    this.due();
  }

  /** A job that is still in line. */
  cancel(job: Job): void {
    const place = this.#line.indexOf(job);
    if (place < 0) return;
    this.#line.splice(place, 1);
    this.#options.outcomes.unsent(job, this.#callee);
  }

  /** The channel has changed: streams of a connection that takes no more calls retire, a new one is tried afresh. */
  update(): void {
    for (const stream of this.#streams) if (!stream.live) stream.retire();
    if (this.#channel.isReady) return;
    this.#vain = 0;
    this.#become('unknown');
    this.#giveBack();
  }

  /** Takes no more; what is under way ends by itself. */
  close(): void {
    for (const stream of this.#streams) stream.retire();
    this.#giveBack();
  }

  // What streams tell.

  due(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  spoken(): void {
    this.#become('yes');
  }

  answered(job: Job, response: UpstreamResponse, now: number): void {
    this.#vain = 0;
    this.#options.outcomes.answered(job, this.#callee, response, now);
  }

  unanswered(job: Job, status: CallStatus): void {
    this.#options.outcomes.ended(job, this.#callee, status);
  }

  tooLarge(job: Job): void {
    this.#options.outcomes.tooLarge(job, this.#callee);
  }

  late(): void {
    this.#options.counters.late++;
  }

  unasked(id: number, first: boolean): void {
    this.#options.counters.unasked++;
    if (first) this.#warn('a service answered what nobody asked for; said once a stream', { id });
  }

  streamEnded(stream: TunnelStream, status: CallStatus, jobs: readonly Job[]): void {
    this.#streams.splice(this.#streams.indexOf(stream), 1);
    const end = this.#judge(stream, status, jobs.length);
    for (const job of jobs) this.#options.outcomes.ended(job, this.#callee, end, true);
    if (!this.usable) this.#giveBack();
    else if (this.#line.length > 0) this.due();
  }

  /** @returns what the end of a stream means for the jobs on it */
  #judge(stream: TunnelStream, status: CallStatus, jobs: number): CallStatus {
    if (status.code === GrpcStatus.UNIMPLEMENTED && status.fromService && !stream.heard) {
      this.#become('no');
      return { ...status, handedOver: 'unsent' };
    }
    if (jobs === 0) return status;
    // One refusal, however many it concerns: they may all be tried again if there is budget for one.
    if (status.handedOver === 'refused') {
      return this.#options.outcomes.budget.spend() ? { ...status, handedOver: 'unsent' } : status;
    }
    if (status.handedOver === 'maybe') this.#broken(status, jobs);
    // A status of the service says how the stream ended, it answers no request.
    if (status.code === GrpcStatus.OK && status.fromService) {
      return ownStatus(GrpcStatus.UNAVAILABLE, 'the service ended the tunnel');
    }
    return { ...status, fromService: false };
  }

  #broken(status: CallStatus, jobs: number): void {
    this.#options.counters.broken++;
    this.#warn('a tunnel broke', { requests: jobs, error: statusError(status) });
    if (++this.#vain < MAX_VAIN) return;
    this.#become('no');
    this.#warn('tunnels break again and again: requests go one by one until the next connection', {});
  }

  #become(speaks: 'unknown' | 'yes' | 'no'): void {
    const before = this.isSpoken;
    this.#speaks = speaks;
    if (this.isSpoken !== before) this.#changed();
  }

  #giveBack(): void {
    const jobs = this.#line;
    this.#line = [];
    for (const job of jobs) this.#options.outcomes.unsent(job, this.#callee);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    try {
      if (this.#line.length > 0) this.#writeLine();
      for (const stream of this.#streams) stream.writeCancels(this.#writer);
    } catch (error) {
      this.#options.log?.error('a tunnel could not be written', { instance: this.#callee.address, error });
    }
  };

  #writeLine(): void {
    this.#open();
    const now = this.#options.clock.now();
    for (let tries = this.#streams.length; tries > 0 && this.#line.length > 0; tries--) {
      this.#turn = (this.#turn + 1) % this.#streams.length;
      const stream = this.#streams[this.#turn]!;
      if (!stream.writable) continue;
      const line = this.#line;
      this.#line = [];
      const taken = stream.write(line, this.#writer, this.#callee.address, now);
      // What came meanwhile stands behind what is left.
      if (taken < line.length) this.#line = [...line.slice(taken), ...this.#line];
    }
  }

  /** One stream until the instance is known to have the method, then all. */
  #open(): void {
    if (!this.#channel.isReady) return;
    const { streams, maxMessageBytes } = this.#options;
    const wanted = this.isSpoken ? streams : 1;
    const live = this.#streams.reduce((count, stream) => count + Number(stream.live), 0);
    for (let missing = wanted - live; missing > 0; missing--) {
      const stream = new TunnelStream(maxMessageBytes, this);
      this.#streams.push(stream);
      this.#channel.begin(stream);
    }
  }

  #warn(message: string, details: Record<string, unknown>): void {
    this.#options.log?.warn(message, { instance: this.#callee.address, ...details });
  }
}

/** Often enough that a restart and a passing fault are no reason to do without. */
const MAX_VAIN = 3;
