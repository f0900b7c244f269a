import { CallContext } from './context.js';
import { encodeReply, errorReply, checkCode } from './reply.js';
import { ServiceError } from './service-error.js';
import { ServiceRequest } from './request.js';
import { methods } from '../protocol/upstream-codec.js';
import type { Clock } from '../clock.js';
import type { Handler } from './handler.js';
import type { Reply } from './reply.js';
import type { ServiceLog } from './service-log.js';
import type { UpstreamRequest, UpstreamResponseInit } from '../protocol/upstream-codec.js';

/** A request under way. Knows nothing of how it came and where its answer goes. */
export interface Call {
  /** Nobody waits for the answer any more. */
  abort(reason: string): void;
}

export interface CallsOptions {
  readonly name: string;
  readonly handler: Handler;
  readonly clock: Clock;
  readonly log: ServiceLog;
  readonly maxInFlight: number;
  readonly maxMessageBytes: number;
}

/**
 * Runs requests through the handler. Every one ends in exactly one answer, whatever the handler does: that is what this
 * is for.
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

  /** Starts a request. `answer` is called once, never before `start` has returned. */
  start(message: UpstreamRequest, answer: (response: Uint8Array) => void): Call {
    const context = new CallContext(this.#options.clock, message.remainingMs);
    void this.#run(message, context).then(answer);
    return context;
  }

  /** Tells all handlers under way that nobody waits any more. */
  abortAll(reason: string): void {
    for (const context of this.#running) context.abort(reason);
  }

  async #run(message: UpstreamRequest, context: CallContext): Promise<Uint8Array> {
    if (this.#running.size >= this.#options.maxInFlight) {
      context.finish();
      return encode(message, errorReply(503, 'the service is busy, try again later'));
    }
    this.#running.add(context);
    try {
      const reply = await this.#options.handler(new ServiceRequest(message), context);
      return this.#encodeReply(message, reply ?? {});
    } catch (error) {
      return encode(message, this.#failure(message, error));
    } finally {
      this.#running.delete(context);
      context.finish();
    }
  }

  #encodeReply(message: UpstreamRequest, reply: Reply): Uint8Array {
    const bytes = encode(message, encodeReply(reply));
    const { maxMessageBytes } = this.#options;
    if (bytes.length > maxMessageBytes) {
      throw new RangeError(`the answer has ${bytes.length} bytes, the limit is ${maxMessageBytes}`);
    }
    return bytes;
  }

  #failure(message: UpstreamRequest, error: unknown): UpstreamResponseInit {
    if (error instanceof ServiceError) {
      try {
        return errorReply(checkCode(error.code), error.message);
      } catch (badCode) {
        return this.#failure(message, badCode);
      }
    }
    const { name, log } = this.#options;
    log.error(`${name}: ${message.action} failed for request ${message.epoch}/${message.clientSeq}`, error);
    return errorReply(500, 'the service failed');
  }
}

function encode(message: UpstreamRequest, response: UpstreamResponseInit): Uint8Array {
  return methods.process.encodeReply({ ...response, id: message.id });
}
