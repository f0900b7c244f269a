import { randomBytes } from 'node:crypto';
import type { EngineConnection } from './engine.js';
import { ID_BYTES } from './packet.js';

/** Spare ids the peer may use after an address change; it gets another when it retires one. */
const ISSUED_IDS = 8;

/** Where datagrams find their connection by the id in their header. */
export interface IdRoutes {
  add(id: Uint8Array): void;
  remove(id: Uint8Array): void;
}

/** The ids under which one connection can be reached: its own, and the spare ones that its peer was given. */
export class ConnectionIds {
  readonly #engine: EngineConnection;
  readonly #routes: IdRoutes;
  #ids: Uint8Array[] = [];

  constructor(engine: EngineConnection, routes: IdRoutes) {
    this.#engine = engine;
    this.#routes = routes;
  }

  add(id: Uint8Array): void {
    this.#ids.push(id);
    this.#routes.add(id);
  }

  /** Gives the peer spare ids up to what both allow. */
  issue(): void {
    while (this.#ids.length < ISSUED_IDS && this.#engine.sourceCidsLeft() > 0) {
      const random = randomBytes(ID_BYTES + 16);
      const id = random.subarray(0, ID_BYTES);
      const resetToken = random.readBigUInt64BE(ID_BYTES) | (random.readBigUInt64BE(ID_BYTES + 8) << 64n);
      this.#engine.newSourceCid(id, resetToken, false);
      this.add(id);
    }
  }

  /** Forgets what the peer has retired, and replaces it unless the connection is over. */
  maintain(isOver: boolean): void {
    let retired = this.#engine.retiredScidNext();
    if (retired === null) return;
    for (; retired !== null; retired = this.#engine.retiredScidNext()) {
      const id = Buffer.from(retired);
      this.#routes.remove(id);
      this.#ids = this.#ids.filter((other) => !id.equals(other));
    }
    if (!isOver) this.issue();
  }

  clear(): void {
    for (const id of this.#ids) this.#routes.remove(id);
    this.#ids = [];
  }
}

/** Asked when a datagram came from a new address: whether the engine has no path left for it. */
export function isOutOfPaths(engine: EngineConnection): boolean {
  let reused = false;
  let opened = false;
  for (let event = engine.pathEventNext(); event !== null; event = engine.pathEventNext()) {
    if (event.type === 'ReusedSourceConnectionId') reused = true;
    if (event.type === 'New') opened = true;
  }
  return reused && !opened;
}
