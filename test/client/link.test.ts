import assert from 'node:assert/strict';
import { newClientCounters } from '../../lib/client/client-counters.js';
import { Inbox } from '../../lib/client/inbox.js';
import { Link } from '../../lib/client/link.js';
import { encodeDelivery } from '../../lib/protocol/message-codec.js';
import type { ServerFrame } from '../../lib/protocol/message-codec.js';
import type { Connection } from '../../lib/transport/transport.js';
import { FakeClock } from '../support/fake-clock.js';

const VOLATILE = encodeDelivery([{ notify: { topic: 'position' } }]);

/** A connection that hands over what still comes while it closes, as one over QUIC may. */
const closingSlowly: Connection = {
  transport: 'memory',
  peer: { address: 'gateway', port: 1 },
  bufferedBytes: 0,
  maxDatagramBytes: 1_100,
  bringsMessages: false,
  open: () => undefined,
  write: () => true,
  sendDatagram: () => false,
  pause: () => undefined,
  resume: () => undefined,
  admit: () => undefined,
  close: () => undefined,
  abort: () => undefined,
};

describe('the client: a link', () => {
  let frames: ServerFrame[];
  let link: Link;

  beforeEach(() => {
    frames = [];
    const inbox = new Inbox({ mode: 'received', units: 32, bytes: 1024 });
    const options = { clock: new FakeClock(), inbox, counters: newClientCounters(), ackDelayMs: 20 };
    link = new Link(closingSlowly, options, {
      frame: (frame) => frames.push(frame),
      writable: () => undefined,
      ended: () => undefined,
    });
    link.open();
  });

  it('hands over datagrams until it is left, and none of an earlier session afterwards [B10]', () => {
    link.datagram(VOLATILE.slice());
    link.leave(4508, 'leaving');
    link.datagram(VOLATILE.slice());
    assert.equal(frames.length, 1);
  });

  it('hands over none once it was dropped [B10]', () => {
    link.drop();
    link.datagram(VOLATILE.slice());
    assert.deepEqual(frames, []);
  });
});
