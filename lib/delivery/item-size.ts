import type { ItemInit } from '../protocol/message-codec.js';

/** More than an item's tags, lengths and numbers take together. */
const ITEM_FIELDS = 64;
/** More than one header's tags and lengths. */
const HEADER_FIELDS = 20;
/** Most bytes of UTF-8 that one unit of a JavaScript string makes. */
const UTF8_BYTES = 3;

/**
 * Whether the items, encoded as a Delivery, may take more than `limit` bytes. Never wrongly false; wrongly true near the
 * limit, where the caller encodes to be sure. Costs a few additions, so every Response can be asked about.
 */
export function mayExceed(items: readonly ItemInit[], limit: number): boolean {
  let bound = ITEM_FIELDS;
  for (const { response, notify } of items) {
    const part = response ?? notify;
    if (part === undefined || part === null) continue;
    bound += ITEM_FIELDS + (part.payload?.length ?? 0) + headersBound(part.headers);
    bound += UTF8_BYTES * ((response?.message?.length ?? 0) + (notify?.topic?.length ?? 0) + (notify?.id?.length ?? 0));
  }
  return bound > limit;
}

function headersBound(headers: Record<string, string> | null | undefined): number {
  let bound = 0;
  for (const name in headers) bound += HEADER_FIELDS + UTF8_BYTES * (name.length + headers[name]!.length);
  return bound;
}
