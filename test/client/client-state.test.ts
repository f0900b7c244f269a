import assert from 'node:assert/strict';
import { clientStates } from '../../lib/client/client-state.js';
import type { ClientEvent, ClientState } from '../../lib/client/client-state.js';

const states = Object.keys(clientStates) as ClientState[];

function go(state: ClientState, ...events: ClientEvent[]): ClientState | undefined {
  let at: ClientState | undefined = state;
  for (const event of events) at = at === undefined ? undefined : clientStates[at].on[event];
  return at;
}

describe('the state table of the client', () => {
  it('leads from idle to active', () => {
    assert.equal(go('idle', 'dial', 'opened', 'welcomed', 'replayed'), 'active');
  });

  it('ends from every state, and closed is the end', () => {
    for (const state of states) {
      if (state === 'closed') assert.deepEqual(clientStates.closed.on, {});
      else assert.equal(state === 'closing' ? go(state, 'ended') : go(state, 'end', 'ended'), 'closed', state);
    }
  });

  it('comes back after a loss in every state that has a link or wants one', () => {
    for (const state of ['connecting', 'authenticating', 'replaying', 'active', 'leaving'] as const) {
      assert.equal(go(state, 'lost', 'dial'), 'connecting', state);
    }
  });

  it('lets requests be written after Welcome alone, and not once asked to leave', () => {
    assert.deepEqual(
      states.filter((state) => clientStates[state].requests),
      ['replaying', 'active'],
    );
    assert.deepEqual(
      states.filter((state) => clientStates[state].welcome),
      ['replaying', 'active', 'leaving'],
    );
  });
});
