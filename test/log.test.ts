import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { GatesvrError } from '../lib/errors.js';
import { createLog, rateLimited } from '../lib/log.js';
import type { Log, LogOptions } from '../lib/log.js';
import { FakeClock } from './support/fake-clock.js';

/** A log and the lines it wrote. */
function logInto(options: Partial<LogOptions> & { isTTY?: boolean } = {}): { log: Log; lines: () => string[] } {
  const stream = Object.assign(new PassThrough(), { isTTY: options.isTTY ?? false });
  const log = createLog({ level: 'debug', format: 'auto', stream, ...options });
  return {
    log,
    lines: () =>
      String((stream.read() as Buffer | null) ?? '')
        .split('\n')
        .slice(0, -1),
  };
}

function parsed(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createLog', () => {
  it('writes one line of JSON an event, with time, level, message and fields', () => {
    const { log, lines } = logInto();
    log.info('session opened', { session: 's1', peer: '::1', text: 'two\nlines' });
    const [event] = parsed(lines());
    assert.match(String(event!.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(
      { ...event, time: '' },
      { time: '', level: 'info', message: 'session opened', session: 's1', peer: '::1', text: 'two\nlines' },
    );
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = logInto({ level: 'warn' });
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    assert.deepEqual(
      parsed(lines()).map(({ level, message }) => [level, message]),
      [
        ['warn', 'c'],
        ['error', 'd'],
      ],
    );
  });

  it('gives every event of a child its fields, and those of the child of a child', () => {
    const { log, lines } = logInto();
    log.child({ gateway: 'g' }).child({ session: 's' }).info('x', { n: 1 });
    log.info('y');
    const [x, y] = parsed(lines());
    assert.deepEqual([x!.gateway, x!.session, x!.n], ['g', 's', 1]);
    assert.equal(y!.gateway, undefined);
  });

  it('keeps time, level and message whatever a field is called', () => {
    const { log, lines } = logInto();
    log.info('real', { message: 'forged', level: 'error', time: 0 });
    const [event] = parsed(lines());
    assert.deepEqual([event!.level, event!.message], ['info', 'real']);
    assert.notEqual(event!.time, 0);
  });

  it('prints an error with its name in the table and the chain of its causes', () => {
    const { log, lines } = logInto();
    const cause = new Error('connect refused', { cause: 'a text' });
    log.error('call failed', { error: new GatesvrError('UPSTREAM_FAILED', 'business', cause) });
    const { error } = parsed(lines())[0] as { error: Record<string, unknown> };
    assert.equal(error.code, 'UPSTREAM_FAILED');
    assert.equal(error.message, 'the service failed: business');
    assert.match(String(error.stack), /log\.test\.ts/);
    assert.equal((error.cause as Error).message, 'connect refused');
    assert.equal(((error.cause as Error).cause as Error).message, 'a text');
  });

  it('never throws: what JSON cannot hold is described', () => {
    const { log, lines } = logInto();
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    const error = new Error('a loop');
    error.cause = error;
    log.info('x', { loop, big: 2n ** 64n, bytes: new Uint8Array(3), error, none: undefined, symbol: Symbol('s') });
    const [event] = parsed(lines());
    assert.match(String(event!.loop), /Circular/);
    assert.equal(event!.big, '18446744073709551616');
    assert.equal(event!.bytes, '3 bytes');
  });

  it('cuts a text that a client may have made long', () => {
    const { log, lines } = logInto();
    log.info('x', { text: 'a'.repeat(100_000) });
    assert.ok(lines()[0]!.length < 5000);
  });

  it('writes for people on a terminal: a short line, an error below it', () => {
    const { log, lines } = logInto({ isTTY: true });
    log.warn('call failed', { service: 'zone', text: 'a b', error: new Error('outer', { cause: new Error('inner') }) });
    const [first, ...rest] = lines();
    assert.match(first!, /^\d\d:\d\d:\d\d\.\d{3} warn {2}call failed service=zone text="a b"$/);
    assert.equal(rest[0], '    Error: outer');
    const caused = rest.indexOf('    caused by:');
    assert.equal(rest[caused + 1], '    Error: inner');
  });

  it('hands no control characters to a terminal', () => {
    const { log, lines } = logInto({ format: 'pretty' });
    log.info('x\u001b[2J', { text: '\u001b]0;owned\u0007', error: new Error('\u001b[31m') });
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(lines().join(''), /[\u0000-\u001f]/);
  });
});

describe('rateLimited', () => {
  it('lets ten events of one message a second pass, and says how many were left out', () => {
    const clock = new FakeClock();
    const { log, lines } = logInto();
    const limited = rateLimited(log, clock);
    for (let i = 0; i < 1000; i++) limited.warn('bad frame', { i });
    assert.equal(lines().length, 10);
    clock.advance(1000);
    limited.warn('bad frame');
    limited.warn('bad frame');
    assert.deepEqual(
      parsed(lines()).map(({ leftOut }) => leftOut),
      [990, undefined],
    );
  });

  it('counts each message for itself, over all children', () => {
    const { log, lines } = logInto();
    const limited = rateLimited(log, new FakeClock());
    for (let i = 0; i < 20; i++) {
      limited.child({ session: i }).info('opened');
      limited.child({ session: i }).info('closed');
    }
    const events = parsed(lines());
    assert.equal(events.filter(({ message }) => message === 'opened').length, 10);
    assert.equal(events.filter(({ message }) => message === 'closed').length, 10);
    assert.equal(events[18]!.session, 9);
  });
});
