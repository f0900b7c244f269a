import { Metadata } from '@grpc/grpc-js';
import { ProtoWriter } from '../protocol/proto-writer.js';
import { TUNNEL_MESSAGE_BYTES, writeTunnelResponse, type TunnelRequest } from '../protocol/tunnel-codec.js';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Call, Calls, Receiver } from './calls.js';

export type TunnelCall = ServerDuplexStream<TunnelRequest, Uint8Array>;

/**
 * One stream of a gateway's Tunnel. What is answered in one turn of the event loop goes back as one message. A gateway that
 * doesn't take its answers is asked for no more requests.
 *
 *   serving ─► ending ─► over      the gateway ended its side; all is answered and written
 *      └─────────┴────────┘        the connection broke, or the gateway gave the stream up: handlers are told
 */
export class ServedTunnel implements Receiver {
  readonly #stream: TunnelCall;
  readonly #calls: Calls;
  /** By the gateway's id. */
  readonly #running = new Map<number, Call>();
  readonly #writer = new ProtoWriter();
  #answers: Uint8Array[] = [];
  #answerBytes = 0;
  #starting = false;
  #scheduled = false;
  #blocked = false;
  #ending = false;
  #over = false;

  /** Serves at once. */
  constructor(stream: TunnelCall, calls: Calls) {
    this.#stream = stream;
    this.#calls = calls;
    stream.on('data', (message: TunnelRequest) => {
      this.#take(message);
    });
    stream.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
    stream.on('end', () => {
      this.#ending = true;
      this.#endIfDone();
    });
    stream.on('error', () => {
      this.#broken();
    });
    stream.on('cancelled', () => {
      this.#broken();
    });
    // The headers say that this service has the method, sooner than a first answer would.
    stream.sendMetadata(new Metadata());
  }

  answered(call: Call, response: Uint8Array): void {
    const wanted = this.#running.delete(call.id) || this.#starting;
    if (this.#over || !wanted) return;
    this.#answers.push(response);
    this.#answerBytes += response.length;
    if (this.#answerBytes > MAX_ANSWER_BYTES) this.#stream.pause();
    if (this.#scheduled || this.#blocked) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  #take({ requests, cancel }: TunnelRequest): void {
    for (const id of cancel) this.#abort(id);
    for (const request of requests) {
      this.#starting = true;
      const call = this.#calls.start(request, this);
      this.#starting = false;
      if (!call.finished) this.#running.set(call.id, call);
    }
  }

  #abort(id: number): void {
    const call = this.#running.get(id);
    this.#running.delete(id);
    call?.abort('the gateway cancelled');
    this.#endIfDone();
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#over) return;
    const answers = this.#answers;
    let written = 0;
    while (written < answers.length && !this.#blocked) written = this.#writeFrom(answers, written);
    this.#answers = answers.slice(written);
    if (this.#answerBytes <= MAX_ANSWER_BYTES && this.#stream.isPaused()) this.#stream.resume();
    this.#endIfDone();
  };

  /** @returns the index behind what one message took */
  #writeFrom(answers: readonly Uint8Array[], from: number): number {
    this.#writer.rewind(0);
    let index = from;
    for (; index < answers.length; index++) {
      const answer = answers[index]!;
      if (index > from && this.#writer.length + answer.length > TUNNEL_MESSAGE_BYTES) break;
      writeTunnelResponse(this.#writer, answer);
      this.#answerBytes -= answer.length;
    }
    this.#blocked = !this.#stream.write(this.#writer.written.slice());
    return index;
  }

  #endIfDone(): void {
    if (!this.#ending || this.#over || this.#running.size > 0 || this.#answers.length > 0) return;
    this.#over = true;
    this.#stream.end();
  }

  #broken(): void {
    if (this.#over) return;
    this.#over = true;
    this.#answers = [];
    const running = [...this.#running.values()];
    this.#running.clear();
    for (const call of running) call.abort('the connection to the gateway broke');
  }
}

/** Answers that wait for a gateway to take them: four messages. */
const MAX_ANSWER_BYTES = 4 * TUNNEL_MESSAGE_BYTES;
