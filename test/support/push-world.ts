import { Player } from '../../lib/player/player.js';
import type { PlayerLimits } from '../../lib/player/player-limits.js';
import {
  MessageClass,
  PushPlace,
  ReceiptWish,
  type PushReplyInit,
  type PushRequest,
  type Receipt,
} from '../../lib/protocol/push-codec.js';
import { PushCounters } from '../../lib/push/push-counters.js';
import type { PushLane } from '../../lib/push/push-lane.js';
import type { PushSender } from '../../lib/push/push-record.js';
import type { RecentLimits } from '../../lib/push/recent-pushes.js';
import { PushService, type PlayerDirectory } from '../../lib/push/push-service.js';
import { PlayerWorld, TestLink } from './player-parts.js';

/** A push request as it is decoded: to ann, reliable, unless told otherwise. */
export function pushRequest(fields: Partial<PushRequest> = {}): PushRequest {
  return {
    id: '',
    target: { kind: 'playerId', playerId: 'ann', onlineOnly: false },
    topic: 'mail',
    payload: new Uint8Array(0),
    headers: {},
    class: MessageClass.RELIABLE,
    key: '',
    ttlMs: 0,
    boundTo: '',
    place: PushPlace.IMMEDIATE,
    receipts: ReceiptWish.RECEIPTS_DEFAULT,
    ...fields,
  };
}

/** Who pushes, with all that it was told. */
export class RecordingSender implements PushSender {
  readonly replies: PushReplyInit[] = [];
  readonly receipts: Receipt[] = [];

  reply(reply: PushReplyInit): void {
    this.replies.push(reply);
  }

  receipt(receipt: Receipt): void {
    this.receipts.push(receipt);
  }
}

/** PushService over real Players, whose turns end when the test says so. Every live link takes what is due then. */
export class PushWorld implements PlayerDirectory {
  readonly players: PlayerWorld;
  readonly counters = new PushCounters();
  readonly service: PushService;
  readonly links = new Map<Player, TestLink>();
  readonly kicked: { player: string; message: string; mayResume: boolean }[] = [];
  /** Players that don't read: their links take nothing. */
  readonly blocked = new Set<Player>();
  readonly #all = new Map<string, Player>();
  #afterTurn: (() => void)[] = [];

  constructor(limits: Partial<PlayerLimits & RecentLimits> = {}) {
    const { maxIds = 1000, idWindowMs = 120_000, maxFrameBytes = 64 * 1024, ...ofPlayers } = limits;
    this.players = new PlayerWorld(ofPlayers);
    this.service = new PushService({
      players: this,
      clock: this.players.clock,
      afterTurn: (work) => this.#afterTurn.push(work),
      limits: { maxIds, idWindowMs, maxFrameBytes },
      counters: this.counters,
    });
  }

  /** A player with a session that reads. */
  live(id: string, zone = 'north'): Player {
    const player = new Player(id, this.players.login({ zone }), this.players);
    this.#all.set(id, player);
    this.arrive(player);
    return player;
  }

  arrive(player: Player): void {
    const link = new TestLink(`session-of-${player.id}`);
    this.links.set(player, link);
    player.arriveFresh(link, 'new-login');
    player.confirm();
  }

  leave(player: Player): void {
    player.detach(this.links.get(player)!);
    this.links.delete(player);
  }

  /** What is due is written, and what waits for that goes on. @returns whether anything waited */
  endTurn(): boolean {
    for (const [player, link] of this.links) if (!this.blocked.has(player)) link.takeAll(player, this.now);
    const work = this.#afterTurn;
    this.#afterTurn = [];
    for (const item of work) item();
    return work.length > 0;
  }

  /** Ends turns until nothing is under way. */
  settle(): void {
    while (this.endTurn()) continue;
  }

  /** Ends turns by itself, as an event loop does. @returns stops that */
  run(): () => void {
    const timer = setInterval(() => this.endTurn(), 1);
    return () => clearInterval(timer);
  }

  /** Topics of all that came to the player, units and volatile ones apart. */
  topics(player: Player): string[] {
    const frames = this.links.get(player)?.frames ?? [];
    return frames.flatMap((frame) => {
      if (frame.body !== 'delivery') return [];
      return frame.delivery.items.map((item) => (item.kind === 'notify' ? item.notify.topic : `${item.kind}`));
    });
  }

  /** Pushes on a lane of its own. @returns its sender, told by the time the turn has ended */
  push(fields: Partial<PushRequest> = {}, sender = new RecordingSender()): RecordingSender {
    this.service.push(pushRequest(fields), this.lane(sender));
    return sender;
  }

  lane(sender: PushSender): PushLane {
    return this.service.lane(sender);
  }

  get now(): number {
    return this.players.clock.now();
  }

  find(id: string): Player | undefined {
    return this.#all.get(id);
  }

  ofSession(sessionId: string): Player | undefined {
    return [...this.#all.values()].find((player) => player.lastSessionId === sessionId);
  }

  *inZone(zone: string): Iterable<Player> {
    for (const player of this.#all.values()) if (player.zone === zone) yield player;
  }

  all(): Iterable<Player> {
    return this.#all.values();
  }

  kick(player: Player, message: string, mayResume: boolean): void {
    this.kicked.push({ player: player.id, message, mayResume });
  }
}
