import { Worker } from 'node:worker_threads';

/** How often the main loop says that it lives, and how often the thread looks. */
const BEAT_MS = 500;

/**
 * Ends the process when its main loop hangs. The QUIC engine may hold an endless loop that a packet can set off
 * (CVE-2025-7054), and no thread can be stopped inside native code: a second thread watches, and sends SIGKILL. Whoever
 * supervises the process starts it again, and clients resume.
 */
export class Watchdog {
  readonly #limitMs: number;
  #worker: Worker | undefined;
  #beat: NodeJS.Timeout | undefined;

  /** @param limitMs how long the main loop may be silent */
  constructor(limitMs = 10_000) {
    this.#limitMs = limitMs;
  }

  start(): void {
    if (this.#worker !== undefined) return;
    const beats = new Int32Array(new SharedArrayBuffer(4));
    const looks = Math.max(2, Math.ceil(this.#limitMs / BEAT_MS));
    this.#worker = new Worker(WATCH, { eval: true, workerData: { beats, looks, pauseMs: BEAT_MS } });
    this.#worker.unref();
    this.#beat = setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS);
    this.#beat.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#beat);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

/**
 * The thread. It counts its own looks instead of reading a clock, so that a machine that slept, or a process that was
 * stopped and continued, doesn't count as a hang. Plain JavaScript in a string: it must start from sources and from a
 * bundle alike.
 */
const WATCH = `
  const { workerData } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const { beats, looks, pauseMs } = workerData;
  const never = new Int32Array(new SharedArrayBuffer(4));
  let last = -1;
  let silent = 0;
  for (;;) {
    Atomics.wait(never, 0, 0, pauseMs);
    const beat = Atomics.load(beats, 0);
    silent = beat === last ? silent + 1 : 0;
    last = beat;
    if (silent < looks) continue;
    writeSync(2, 'watchdog: the main loop has not answered for ' + (looks * pauseMs) / 1000 + ' s, ending the process\\n');
    process.kill(process.pid, 'SIGKILL');
  }
`;
