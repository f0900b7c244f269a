import { QueueCounters } from '../../lib/delivery/ordered-message-queue.js';
import type { Job } from '../../lib/dispatch/job.js';
import { newPlayerCounters, type Link, type Login, type Player, type PlayerParts } from '../../lib/player/player.js';
import type { PlayerLimits } from '../../lib/player/player-limits.js';
import type { Reason } from '../../lib/protocol/message-codec.js';
import { decodeServerFrame, type Item, type ServerFrame } from '../../lib/protocol/message-codec.js';
import { frameSize, writeFrame } from '../../lib/protocol/message-codec.js';
import { FrameDecoder } from '../../lib/protocol/frame-decoder.js';
import { TimerWheel } from '../../lib/timer-wheel.js';
import { FakeClock } from './fake-clock.js';

export const playerLimits: PlayerLimits = {
  resumeWindowMs: 300_000,
  maxUnits: 64,
  maxBytes: 64 * 1024,
  overflow: 'refuse',
  maxPendingRequests: 16,
  maxBoundNotifies: 8,
  boundWaitMs: 30_000,
  loginMaxAgeMs: 86_400_000,
  maxFrameBytes: 1024 * 1024,
  maxPlayers: 100,
};

/** Everything a Player needs, with a clock driven by hand, and a record of what it asked of the rest. */
export class PlayerWorld implements PlayerParts {
  readonly clock = new FakeClock();
  readonly wheel = new TimerWheel(this.clock);
  readonly counters = newPlayerCounters();
  readonly queueCounters = new QueueCounters();
  readonly cancelled: Job[] = [];
  readonly ended: Player[] = [];
  readonly limits: PlayerLimits;
  #epochs = 0;

  constructor(limits: Partial<PlayerLimits> = {}) {
    this.limits = { ...playerLimits, ...limits };
  }

  newEpoch = (): string => `epoch-${++this.#epochs}`;

  cancel = (job: Job): void => {
    this.cancelled.push(job);
  };

  expired = (player: Player): void => {
    this.ended.push(player);
  };

  login(fields: Partial<Login> = {}): Login {
    const now = this.clock.wallTime();
    return { zone: 'north', roles: [], loginAt: now, expiresAt: now + this.limits.loginMaxAgeMs, ...fields };
  }
}

/** A session's place at a Player: takes what is due when told to, and remembers why it was let go. */
export class TestLink implements Link {
  released: Reason | undefined;
  readonly frames: ServerFrame[] = [];
  readonly volatiles: Uint8Array[] = [];
  /** What `sendVolatile` says. */
  hasRoom = true;

  constructor(readonly sessionId: string) {}

  wake(): boolean {
    // Tests take when they want to.
    return false;
  }

  sendVolatile(body: Uint8Array): boolean {
    this.volatiles.push(body);
    return this.hasRoom;
  }

  release(reason: Reason): void {
    this.released ??= reason;
  }

  /** Takes everything that is due, as a client would read it. */
  takeAll(player: Player, now: number): ServerFrame[] {
    const taken: ServerFrame[] = [];
    for (let unit; (unit = player.take(this, now)) !== undefined;) {
      const first = unit.first === unit.seq ? 0 : unit.first;
      const bytes = new Uint8Array(frameSize(unit.body, unit.seq, 0, first));
      writeFrame(bytes, 0, unit.body, unit.seq, 0, first);
      const decoder = new FrameDecoder(Infinity);
      decoder.push(bytes);
      taken.push(decodeServerFrame(decoder.next()!));
    }
    this.frames.push(...taken);
    return taken;
  }
}

/** What a unit holds, in short: "notify:topic", "response:7:200". */
export function shape(frame: ServerFrame): string[] {
  if (frame.body !== 'delivery') return [frame.body ?? 'bare'];
  return frame.delivery.items.map(shapeOfItem);
}

function shapeOfItem(item: Item): string {
  if (item.kind === 'notify') return `notify:${item.notify.topic}`;
  if (item.kind === 'response') return `response:${item.response.clientSeq}:${item.response.code}`;
  return item.kind ?? 'unknown';
}
