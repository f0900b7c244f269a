import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { encodeContent, ServiceError } from '../../lib/service/service.js';
import type { Context, Handler, Reply, ServiceRequest } from '../../lib/service/service.js';
import type { PushLine, RequestLine } from './entry.js';

type Line = (Pick<RequestLine, 'event' | 'player'> & Partial<RequestLine>) | PushLine;

/** 16 characters that tell payloads apart. */
export function digest(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('base64url').slice(0, 16);
}

/** A file goes up to this size, and the newest so many of a process are kept: 512 MiB, some two million requests. */
const MAX_FILE_BYTES = 64 << 20;
const MAX_FILES = 8;

/** The ledger of one service process. Without a directory it writes nothing. */
export class Ledger {
  readonly #service: string;
  readonly #directory: string | undefined;
  readonly #maxFileBytes: number;
  readonly #startedAt = Date.now();
  #file: number | undefined;
  #fileNumber = 0;
  #fileBytes = 0;

  constructor(service: string, directory: string | undefined, maxFileBytes = MAX_FILE_BYTES) {
    this.#service = service;
    this.#directory = directory === '' ? undefined : directory;
    this.#maxFileBytes = maxFileBytes;
  }

  /** @throws if it can't be written: what isn't in the ledger must not happen. */
  append(line: Line): void {
    if (this.#directory === undefined) return;
    const entry = { service: this.#service, pid: process.pid, at: Date.now(), ...line };
    const bytes = Buffer.from(`${JSON.stringify(entry)}\n`);
    if (this.#file === undefined || this.#fileBytes + bytes.length > this.#maxFileBytes) {
      this.#file = this.#nextFile(this.#directory);
    }
    this.#fileBytes += writeSync(this.#file, bytes);
  }

  /** Puts every request and its answer into the ledger; goes into a service's `wrap`. */
  readonly wrap = (handler: Handler): Handler => {
    if (this.#directory === undefined) return handler;
    return async (request, context) => {
      this.append({ ...identity(request), event: 'received', digest: digest(request.payload) });
      try {
        const reply = withBytes((await handler(request, context)) ?? {});
        this.#answered(request, context, reply);
        return reply;
      } catch (error) {
        this.#answered(request, context, { code: error instanceof ServiceError ? error.code : 500 });
        throw error;
      }
    };
  };

  #answered(request: ServiceRequest, context: Context, reply: Reply): void {
    this.append({
      ...identity(request),
      event: 'answered',
      code: reply.code ?? 200,
      before: reply.before?.map((notify) => notify.id ?? '') ?? [],
      after: reply.after?.map((notify) => notify.id ?? '') ?? [],
      digest: digest(reply.payload ?? new Uint8Array(0)),
      abandoned: context.signal.aborted,
    });
  }

  #nextFile(directory: string): number {
    if (this.#file !== undefined) closeSync(this.#file);
    mkdirSync(directory, { recursive: true });
    this.#fileNumber += 1;
    this.#fileBytes = 0;
    rmSync(this.#path(directory, this.#fileNumber - MAX_FILES), { force: true });
    return openSync(this.#path(directory, this.#fileNumber), 'a', 0o600);
  }

  #path(directory: string, number: number): string {
    return join(directory, `${this.#service}-${process.pid}-${this.#startedAt}.${number}.jsonl`);
  }
}

function identity(request: ServiceRequest): Pick<RequestLine, 'player' | 'key' | 'action'> {
  return { player: request.playerId, key: request.idempotencyKey, action: request.action };
}

/** The same reply with its content written once, for the digest and for the wire. */
function withBytes({ json, text, payload, ...rest }: Reply): Reply {
  const content = {
    ...(json === undefined ? {} : { json }),
    ...(text === undefined ? {} : { text }),
    ...(payload === undefined ? {} : { payload }),
  };
  return { ...rest, payload: encodeContent(content) };
}
