import { CallContext } from './context.js';
import { encodeReply, errorReply, checkCode } from './reply.js';
import { ServiceError } from './service-error.js';
import { ServiceRequest } from './request.js';
import { encodeAnswer } from '../protocol/upstream-codec.js';
import type { TimerWheel } from '../timer-wheel.js';
import type { Answer, Handler } from './handler.js';
import type { Reply } from './reply.js';
import type { ServiceLog } from './service-log.js';
import type { UpstreamRequest, UpstreamResponseInit } from '../protocol/upstream-codec.js';

/** Where answers go. Knows how the requests came. */
export interface Receiver {
  /** Called once a request, possibly before {@link Calls.start} has returned. */
  answered(call: Call, response: Uint8Array): void;
}

/** A request under way. */
export interface Call {
  /** By which the gateway knows it on the stream it came on. */
  readonly id: number;
  /** It was answered. */
  readonly finished: boolean;
  /** Nobody waits for the answer any more. */
  abort(reason: string): void;
}

export interface CallsOptions {
  readonly name: string;
  readonly handler: Handler;
  readonly wheel: TimerWheel;
  readonly log: ServiceLog;
  readonly maxInFlight: number;
  readonly maxMessageBytes: number;
}

/**
 * Runs requests through the handler. Every one ends in exactly one answer, whatever the handler does: that is what this
 * is for. A handler that answers at once costs no promise and no timer.
 */
export class Calls {
  readonly #options: CallsOptions;
  readonly #running = new Set<CallContext>();

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#running.size;
  }

  /** Starts a request. */
  start(message: UpstreamRequest, receiver: Receiver): Call {
    const context = new CallContext(message.id);
    if (this.#running.size >= this.#options.maxInFlight) {
      const busy = errorReply(503, 'the service is busy, try again later');
      this.#answer(context, receiver, encode(message, busy));
      return context;
    }
    let answer: Answer;
    try {
      answer = this.#options.handler(new ServiceRequest(message), context);
    } catch (error) {
      this.#answer(context, receiver, this.#failure(message, error));
      return context;
    }
    if (isPromise(answer)) this.#await(answer, message, context, receiver);
    else this.#answer(context, receiver, this.#encodeReply(message, answer));
    return context;
  }

  /** Tells all handlers under way that nobody waits any more. */
  abortAll(reason: string): void {
    for (const context of this.#running) context.abort(reason);
  }

  #await(answer: Promise<Reply | undefined>, message: UpstreamRequest, context: CallContext, receiver: Receiver): void {
    this.#running.add(context);
    context.armDeadline(this.#options.wheel, message.remainingMs);
    const done = (response: Uint8Array): void => {
      this.#running.delete(context);
      this.#options.wheel.disarm(context);
      this.#answer(context, receiver, response);
    };
    answer.then(
      (reply) => {
        done(this.#encodeReply(message, reply));
      },
      (error: unknown) => {
        done(this.#failure(message, error));
      },
    );
  }

  #answer(context: CallContext, receiver: Receiver, response: Uint8Array): void {
    context.finish();
    receiver.answered(context, response);
  }

  #encodeReply(message: UpstreamRequest, reply: Reply | undefined): Uint8Array {
    try {
      const bytes = encode(message, encodeReply(reply ?? {}));
      const { maxMessageBytes } = this.#options;
      if (bytes.length > maxMessageBytes) {
        throw new RangeError(`the answer has ${bytes.length} bytes, the limit is ${maxMessageBytes}`);
      }
      return bytes;
    } catch (error) {
      return this.#failure(message, error);
    }
  }

  #failure(message: UpstreamRequest, error: unknown): Uint8Array {
    return encode(message, this.#failureReply(message, error));
  }

  #failureReply(message: UpstreamRequest, error: unknown): UpstreamResponseInit {
    if (error instanceof ServiceError) {
      try {
        return errorReply(checkCode(error.code), error.message);
      } catch (badCode) {
        return this.#failureReply(message, badCode);
      }
    }
    const { name, log } = this.#options;
    log.error(`${name}: ${message.action} failed for request ${message.epoch}/${message.clientSeq}`, error);
    return errorReply(500, 'the service failed');
  }
}

/** Also one of another realm or library. */
function isPromise(answer: Answer): answer is Promise<Reply | undefined> {
  return typeof (answer as { then?: unknown } | undefined)?.then === 'function';
}

function encode(message: UpstreamRequest, response: UpstreamResponseInit): Uint8Array {
  return encodeAnswer(message.id, response);
}
