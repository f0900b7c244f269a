import type { ClientFrame } from '../protocol/message-codec.js';

/**
 * The life of a Session as one table: where each event leads, and which frames a state takes. A frame that a state
 * doesn't take is a protocol error. Nothing else in the gateway compares states.
 */
export type SessionState = 'connected' | 'authenticating' | 'active' | 'draining' | 'closed';

export type SessionEvent = 'hello' | 'welcome' | 'drain' | 'close';

/** `bare` is a frame without a body, or with one that this version doesn't know. */
export type FrameKind = NonNullable<ClientFrame['body']> | 'bare';

export interface StateRow {
  readonly name: SessionState;
  readonly on: Partial<Record<SessionEvent, SessionState>>;
  readonly takes: ReadonlySet<FrameKind>;
}

const WHEN_WELCOME: ReadonlySet<FrameKind> = new Set(['request', 'heartbeat', 'bye', 'cancel', 'refresh', 'bare']);

export const sessionStates: Record<SessionState, StateRow> = {
  // The link stands; nobody knows who it is.
  connected: {
    name: 'connected',
    on: { hello: 'authenticating', drain: 'connected', close: 'closed' },
    takes: new Set(['hello', 'bye']),
  },
  // Hello was read and is being checked; the client waits for Welcome (PROTOCOL 5).
  authenticating: {
    name: 'authenticating',
    on: { welcome: 'active', drain: 'authenticating', close: 'closed' },
    takes: new Set(['bye']),
  },
  active: { name: 'active', on: { drain: 'draining', close: 'closed' }, takes: WHEN_WELCOME },
  // The client was told to come back elsewhere; until it goes, or the time is up, it is served as before (PROTOCOL 6).
  draining: { name: 'draining', on: { close: 'closed' }, takes: WHEN_WELCOME },
  closed: { name: 'closed', on: {}, takes: new Set() },
};
