import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import winston from 'winston';
import type { Clock } from './clock.js';

/**
 * What else is known about an event: ids, numbers, an error under `error`. Never tokens, keys or payloads; not `time`,
 * `level` and `message`, which every event has.
 */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where events are told. `message` is a fixed text, so that events can be counted; what differs goes into `fields`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose every event carries `fields` too. */
  child(fields: LogFields): Log;
}

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** json: one line an event. pretty: text for people. auto: pretty if `stream` is a terminal. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Where lines go; standard output when left out. */
  readonly stream?: LogStream;
}

/** What a log needs of a stream; named by its shape, so that the types of this package need none of Node's. */
export interface LogStream {
  write(line: string): unknown;
  readonly isTTY?: boolean;
}

export function createLog({ level, format, stream = process.stdout }: LogOptions): Log {
  const pretty = format === 'pretty' || (format === 'auto' && stream.isTTY === true);
  const line = winston.format.printf(({ level: shownLevel, message, fields }) => {
    const event = {
      time: new Date().toISOString(),
      level: shownLevel,
      message: String(message),
      fields: fields as LogFields,
    };
    return pretty ? prettyLine(event) : jsonLine(event);
  });
  const logger = winston.createLogger({ level, format: line });
  // winston declares its transports as interfaces, which the rule can't see through.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  logger.add(new winston.transports.Stream({ stream: lineWriter(stream) }));
  return new WinstonLog(logger, {});
}

/** winston writes to nothing but a stream of Node's. */
function lineWriter(stream: LogStream): Writable {
  return new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      stream.write(line);
      done();
    },
  });
}

/** Tells nobody. */
export const noLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => noLog,
};

/** Events of one message that pass at once, and then again every `RATE_WINDOW_MS`. */
const RATE_BURST = 10;
const RATE_WINDOW_MS = 1000;
/** Messages are fixed texts, so there are few; should one not be, the count must not grow without limit. */
const MAX_COUNTED_MESSAGES = 256;

/**
 * A log for what a client can trigger at will: of one message ten events a second pass, and the next one to pass says
 * how many were left out.
 */
export function rateLimited(log: Log, clock: Clock): Log {
  const counts = new Map<string, { windowStart: number; passed: number; leftOut: number }>();
  const gate = (message: string, fields: LogFields | undefined): LogFields | undefined | false => {
    const now = clock.now();
    let count = counts.get(message);
    if (count === undefined) {
      if (counts.size >= MAX_COUNTED_MESSAGES) counts.clear();
      count = { windowStart: now, passed: 0, leftOut: 0 };
      counts.set(message, count);
    }
    if (now - count.windowStart >= RATE_WINDOW_MS) {
      count.windowStart = now;
      count.passed = 0;
    }
    if (++count.passed > RATE_BURST) {
      count.leftOut++;
      return false;
    }
    const { leftOut } = count;
    count.leftOut = 0;
    return leftOut === 0 ? fields : { ...fields, leftOut };
  };
  const limit = (target: Log): Log => ({
    debug: (message, fields) => tell(target, 'debug', message, gate(message, fields)),
    info: (message, fields) => tell(target, 'info', message, gate(message, fields)),
    warn: (message, fields) => tell(target, 'warn', message, gate(message, fields)),
    error: (message, fields) => tell(target, 'error', message, gate(message, fields)),
    child: (fields) => limit(target.child(fields)),
  });
  return limit(log);
}

type Level = 'debug' | 'info' | 'warn' | 'error';

function tell(log: Log, level: Level, message: string, fields: LogFields | undefined | false): void {
  if (fields !== false) log[level](message, fields);
}

class WinstonLog implements Log {
  readonly #logger: winston.Logger;
  readonly #fields: LogFields;

  constructor(logger: winston.Logger, fields: LogFields) {
    this.#logger = logger;
    this.#fields = fields;
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', message, fields);
  }

  child(fields: LogFields): Log {
    return new WinstonLog(this.#logger, { ...this.#fields, ...fields });
  }

  #write(level: Level, message: string, fields: LogFields | undefined): void {
    if (!this.#logger.isLevelEnabled(level)) return;
    this.#logger.log({ level, message, fields: { ...this.#fields, ...fields } });
  }
}

interface Event {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

function jsonLine({ time, level, message, fields }: Event): string {
  return JSON.stringify({ ...{ time, level, message }, ...shown(fields), ...{ time, level, message } });
}

/** `12:34:56.789 info  message  key=value`, an error's stack below it. */
function prettyLine({ time, level, message, fields }: Event): string {
  const { error, ...rest } = shown(fields);
  const pairs = Object.entries(rest).map(([key, value]) => `${key}=${oneWord(value)}`);
  const line = [time.slice(11, 23), level.padEnd(5), printable(message), ...pairs].join(' ');
  return error === undefined ? line : `${line}\n${indented(error)}`;
}

function indented(error: unknown): string {
  const lines: string[] = [];
  let current = error;
  while (typeof current === 'object' && current !== null) {
    const { message, stack, cause } = current as Partial<ShownError>;
    lines.push(...(stack ?? message ?? JSON.stringify(current)).split('\n').map(printable));
    if (cause !== undefined) lines.push('caused by:');
    current = cause;
  }
  return lines.map((line) => `    ${line}`).join('\n');
}

/** Longest text that is logged whole: a client's text must not fill the disk. */
const MAX_TEXT = 4096;
/** A chain of causes longer than this is a loop. */
const MAX_CAUSES = 5;

interface ShownError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly stack?: string | undefined;
  readonly cause?: unknown;
}

function shown(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, shownField(value)]));
}

function shownField(value: unknown): unknown {
  if (value instanceof Error) return shownError(value, 0);
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return isSerializable(value) ? value : inspect(value, { depth: 2 });
}

function isSerializable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

function shownError(error: Error, depth: number): ShownError {
  const { cause } = error;
  const code: unknown = 'code' in error ? error.code : 'error' in error ? error.error : undefined;
  return {
    name: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: shownCause(cause, depth + 1) }),
  };
}

function shownCause(cause: unknown, depth: number): unknown {
  return cause instanceof Error ? shownError(cause, depth) : { message: String(cause) };
}

function oneWord(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/@[\]*-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}

/** Without the control characters that a terminal obeys. */
function printable(line: string): string {
  // eslint-disable-next-line no-control-regex
  return line.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, '\ufffd');
}
