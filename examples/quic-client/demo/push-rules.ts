import type { ViolationKind } from '../../checker/unit-checker.js';
import type { History } from './history.js';
import type { PushRecord } from './push-record.js';
import type { SeenPushes } from './seen-pushes.js';
import type { PushSighting } from './sighting.js';

/** What is wrong, and with what. */
export type Finding = readonly [kind: ViolationKind, what: string];

/** What the rules need to know beside the push and the client. */
export interface Surroundings {
  /** The sender's process was killed: answers and receipts may have died with it. */
  readonly isSenderKilled: boolean;
  readonly seen: SeenPushes;
}

/**
 * What is wrong with one push at one client. The sender's ledger says what was made and what the gateway answered, the
 * history what came. That a push is missing is fine only for a reason that can be checked: nobody promised it, a newer one
 * of its key came in its place, its time ran out unwritten, or its epoch ended before the client's own eyes.
 */
export function judgePush(record: PushRecord, history: History, surroundings: Surroundings): Finding[] {
  const seen = history.pushes.get(record.made.id) ?? [];
  const [first] = seen;
  if (first === undefined) return isMissing(record, history, surroundings) ? [['lost', 'never arrived']] : [];
  const findings: Finding[] = [];
  if (!isFor(record, history)) findings.push(['misplaced', `came to one who is not among its receivers`]);
  if (seen.length > 1) findings.push(['duplicated', `came ${seen.length} times`]);
  if (isRuledOut(record)) findings.push(['duplicated', 'came although its sender was told that it does not']);
  if (wasSaidGone(record, history)) findings.push(['duplicated', 'came although a receipt said that it is gone']);
  if (first.digest !== record.made.digest) findings.push(['misplaced', 'came with another content']);
  for (const sighting of seen) findings.push(...judgePlace(record, history, sighting));
  return findings;
}

export function isFor({ made }: PushRecord, history: History): boolean {
  if (made.target === 'everyone') return true;
  return made.target === 'zone' ? made.to === history.zone : made.to === history.player;
}

/** A volatile one that was dropped may have been on its way already. */
function isRuledOut(record: PushRecord): boolean {
  return record.isRefused && !(record.made.class === 'volatile' && record.has('dropped'));
}

function isMissing(record: PushRecord, history: History, { isSenderKilled, seen }: Surroundings): boolean {
  if (!isPromised(record, history)) return false;
  if (record.made.class === 'latest' && seen.isOvertaken(record)) return false;
  return !hasExpired(record, history, isSenderKilled) && !hasEpochEnded(record, history, isSenderKilled);
}

/** Whether it had to arrive, were it not for what may happen to it on the way. */
function isPromised(record: PushRecord, history: History): boolean {
  const { target, onlineOnly, at, class: itsClass } = record.made;
  if (!record.isAccepted || itsClass === 'volatile' || !isFor(record, history)) return false;
  const { presence } = history;
  if (target === 'player' || target === 'session') return presence.isThereAfter(record.answeredAt);
  if (!presence.isKnown(at, record.answeredAt)) return false;
  return !onlineOnly || presence.isLive(at, record.answeredAt);
}

/**
 * Only what waited can expire: what was written to a connection never does. And not before its time. A bound one expires
 * when its request never comes.
 */
function hasExpired(record: PushRecord, history: History, isSenderKilled: boolean): boolean {
  const { ttlMs, at, boundTo } = record.made;
  const receipt = record.receipt('expired', history.player);
  if (boundTo !== '') return receipt !== undefined && !history.sightings.has(boundTo);
  if (ttlMs === 0 || !record.has('kept')) return false;
  return receipt === undefined ? isSenderKilled : receipt.at >= at + ttlMs;
}

/**
 * The gateway may give up what it had written only with an epoch, and the client must have seen another one begin; of
 * what went to many nobody is told.
 */
function hasEpochEnded(record: PushRecord, history: History, isSenderKilled: boolean): boolean {
  const { player, epochs, losses } = history;
  const { at, target } = record.made;
  const isUntold = isSenderKilled || target === 'zone' || target === 'everyone';
  const wasTold = (...kinds: string[]) => isUntold || kinds.some((kind) => record.receipt(kind, player));
  if (epochs.some((since, index) => index > 0 && since >= at) && wasTold('unknown', 'epoch-ended')) return true;
  return losses.some((told) => told >= at) && wasTold('lost');
}

function wasSaidGone(record: PushRecord, { player }: History): boolean {
  return ['expired', 'superseded', 'epoch-ended'].some((kind) => record.receipt(kind, player) !== undefined);
}

function judgePlace(record: PushRecord, history: History, seen: PushSighting): Finding[] {
  const { class: itsClass, boundTo, place } = record.made;
  if (itsClass === 'volatile') return judgeVolatile(record, history, seen);
  if (seen.seq === 0) return [['misplaced', `of class ${itsClass} came without a number`]];
  if (seen.key === '' && (boundTo === '' || !record.has('held'))) return [];
  if (seen.key === boundTo && seen.side === place) return [];
  const where = seen.key === '' ? 'alone' : `${seen.side} ${seen.key}`;
  return [['misplaced', `belongs ${boundTo === '' ? 'alone' : `${place} ${boundTo}`} and stands ${where}`]];
}

/** Answered before the session began in which it came: it was kept. */
function judgeVolatile(record: PushRecord, { epochs }: History, { seq, epoch }: PushSighting): Finding[] {
  if (seq > 0) return [['misplaced', 'of class volatile came with a number']];
  return record.answeredAt < epochs[epoch]! ? [['misplaced', 'came late, into another epoch']] : [];
}
