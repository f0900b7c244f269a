/**
 * The life of a client as one table: where each event leads, and what may be written to the gateway meanwhile. Nothing
 * else in the client compares states.
 */
export type ClientState =
  'idle' | 'connecting' | 'authenticating' | 'replaying' | 'active' | 'leaving' | 'waiting' | 'closing' | 'closed';

export type ClientEvent =
  /** The application wants a connection, or the wait for the next attempt is over. */
  | 'dial'
  | 'opened'
  | 'welcomed'
  | 'replayed'
  /** A better transport has opened: the session goes on over it. */
  | 'moved'
  /** The gateway asked to come back elsewhere or later. */
  | 'redirected'
  /** The link is gone, or no link came about, and the client tries again. */
  | 'lost'
  /** The client ends: `close` was called, or the gateway doesn't want it back. */
  | 'end'
  /** The last link is gone after `end`. */
  | 'ended';

interface StateRow {
  readonly on: Partial<Record<ClientEvent, ClientState>>;
  /** Whether requests may be written. */
  readonly requests: boolean;
  /** Whether the gateway knows who this is, so that Bye means something. */
  readonly welcome: boolean;
}

const AWAY = { requests: false, welcome: false };

export const clientStates: Record<ClientState, StateRow> = {
  idle: { on: { dial: 'connecting', end: 'closing' }, ...AWAY },
  connecting: { on: { opened: 'authenticating', lost: 'waiting', end: 'closing' }, ...AWAY },
  // Hello is written; until Welcome nothing but Bye may follow it (PROTOCOL 5).
  authenticating: { on: { welcomed: 'replaying', lost: 'waiting', end: 'closing' }, ...AWAY },
  replaying: {
    on: { replayed: 'active', redirected: 'leaving', lost: 'waiting', end: 'closing' },
    requests: true,
    welcome: true,
  },
  active: {
    on: { moved: 'authenticating', redirected: 'leaving', lost: 'waiting', end: 'closing' },
    requests: true,
    welcome: true,
  },
  // Answers under way still come; new requests are held for the next Welcome (PROTOCOL 6).
  leaving: {
    on: { replayed: 'leaving', redirected: 'leaving', lost: 'waiting', end: 'closing' },
    requests: false,
    welcome: true,
  },
  waiting: { on: { dial: 'connecting', end: 'closing' }, ...AWAY },
  closing: { on: { ended: 'closed' }, ...AWAY },
  closed: { on: {}, ...AWAY },
};
