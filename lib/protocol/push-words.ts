import { MessageClass, PushOutcome, PushPlace, ReceiptKind, ReceiptWish } from './push-codec.js';

/** The words that stand for the numbers of `upstream.proto` wherever people write or read pushes: the SDK and JSON. */

export type ClassWord = 'reliable' | 'latest' | 'volatile';
export type PlaceWord = 'before' | 'after';
export type WishWord = 'each' | 'none';
export type OutcomeWord = 'delivered' | 'kept' | 'held' | 'refused' | 'dropped' | 'unknown';
export type ReceiptWord =
  'placed' | 'late' | 'expired' | 'epoch-ended' | 'superseded' | 'acknowledged' | 'lost' | 'unknown';

export const CLASSES: Readonly<Record<ClassWord, MessageClass>> = {
  reliable: MessageClass.RELIABLE,
  latest: MessageClass.LATEST,
  volatile: MessageClass.VOLATILE,
};
export const PLACES: Readonly<Record<PlaceWord, PushPlace>> = { before: PushPlace.BEFORE, after: PushPlace.AFTER };
export const WISHES: Readonly<Record<WishWord, ReceiptWish>> = {
  each: ReceiptWish.RECEIPTS_EACH,
  none: ReceiptWish.RECEIPTS_NONE,
};

const OUTCOMES: Partial<Record<PushOutcome, OutcomeWord>> = {
  [PushOutcome.DELIVERED]: 'delivered',
  [PushOutcome.KEPT]: 'kept',
  [PushOutcome.HELD]: 'held',
  [PushOutcome.REFUSED]: 'refused',
  [PushOutcome.DROPPED]: 'dropped',
};
const RECEIPTS: Partial<Record<ReceiptKind, ReceiptWord>> = {
  [ReceiptKind.PLACED]: 'placed',
  [ReceiptKind.LATE]: 'late',
  [ReceiptKind.EXPIRED]: 'expired',
  [ReceiptKind.EPOCH_ENDED]: 'epoch-ended',
  [ReceiptKind.SUPERSEDED]: 'superseded',
  [ReceiptKind.ACKNOWLEDGED]: 'acknowledged',
  [ReceiptKind.LOST]: 'lost',
};

/** An outcome of a later version is unknown. */
export function outcomeWord(outcome: PushOutcome): OutcomeWord {
  return OUTCOMES[outcome] ?? 'unknown';
}

/** A kind of a later version promises nothing. */
export function receiptWord(kind: ReceiptKind): ReceiptWord {
  return RECEIPTS[kind] ?? 'unknown';
}
