import type { Mutation } from './mutation.js';

const QUEUE = 'lib/delivery/ordered-message-queue.ts';
const SENDER = 'lib/delivery/ordered-sender.ts';
const BINDING = 'lib/delivery/notify-ordering-manager.ts';
const PLAYER = 'lib/player/player.ts';
const MANAGER = 'lib/player/player-manager.ts';
const SESSION = 'lib/session/session.ts';
const PROCESSOR = 'lib/dispatch/request-processor.ts';
const PUSHES = 'lib/push/push-service.ts';
const FAN_OUT = 'lib/push/fan-out.ts';
const INBOX = 'lib/client/inbox.ts';

const queueTests = ['test/delivery/ordered-message-queue.test.ts'];
const senderTests = ['test/delivery/ordered-sender.test.ts'];
const bindingTests = ['test/delivery/notify-ordering-manager.test.ts'];
const playerTests = ['test/player/player.test.ts'];
const dispatchTests = ['test/dispatch/request-processor.test.ts'];
const pushTests = ['test/push/push-service.test.ts'];
const clientTests = ['test/client/client.test.ts'];
const sessionTests = ['test/session/session.test.ts'];

/** Every defence that stands against a known failure case, by the number of the case. */
export const mutations: readonly Mutation[] = [
  {
    caseNumber: 1,
    what: 'a unit is forgotten once it was written',
    file: QUEUE,
    find: '    this.#sent.push(unit);\n',
    replace: '',
    tests: queueTests,
  },
  {
    caseNumber: 2,
    what: 'the limit is applied to the Response that fills a reservation',
    file: QUEUE,
    find: '    if (!this.#reservations.delete(seq)) return false;',
    replace: '    if (!this.#fits(body.length, undefined) || !this.#reservations.delete(seq)) return false;',
    tests: queueTests,
  },
  {
    caseNumber: 3,
    what: 'the replay stops after its first unit',
    file: QUEUE,
    find: '    this.#replayNext = unit?.next;\n',
    replace: '    this.#replayNext = undefined;\n',
    tests: queueTests,
  },
  {
    caseNumber: 3,
    what: 'the client delivers what it has had already',
    file: INBOX,
    find: "if (seq <= this.#position) return 'duplicate';",
    replace: "if (seq <= this.#position) return 'new';",
    tests: clientTests,
  },
  {
    caseNumber: 4,
    what: 'the queue has no limit',
    file: QUEUE,
    find: 'return units < this.#limits.maxUnits && total + bytes <= this.#limits.maxBytes;',
    replace: 'return units < Infinity && total + bytes < Infinity;',
    tests: queueTests,
  },
  {
    caseNumber: 4,
    what: 'a client that never acknowledges is taken everything from',
    file: PLAYER,
    find: "    if (this.keptUnits >= this.#parts.limits.maxUnits * HARD_LIMIT) return 'full';\n",
    replace: '',
    tests: playerTests,
  },
  {
    caseNumber: 4,
    what: 'a slow client is never cut',
    file: SESSION,
    find: "    if (verdict === 'cut') this.release(Reason.SLOW);\n    else if",
    replace: '    if',
    tests: sessionTests,
  },
  {
    caseNumber: 4,
    what: 'a turn takes any number of volatile deliveries',
    file: SENDER,
    find: ' || this.#volatileBytes + body.length > VOLATILE_BYTES',
    replace: '',
    tests: senderTests,
  },
  {
    caseNumber: 4,
    what: 'a volatile delivery may be of any size',
    file: 'lib/session/volatile-sender.ts',
    find: "    if (body.length > FRAME_BYTES) return 'tooLarge';\n",
    replace: '',
    tests: sessionTests,
  },
  {
    caseNumber: 5,
    what: 'volatile deliveries are written though the connection has no room',
    file: SENDER,
    find: 'if (this.#stopped || this.#blocked || this.#volatileBytes',
    replace: 'if (this.#stopped || this.#volatileBytes',
    tests: senderTests,
  },
  {
    caseNumber: 5,
    what: 'the sender writes on though the connection has no room',
    file: SENDER,
    find: 'if (this.#sink.write(bytes)) this.#blocked = false;',
    replace: 'this.#sink.write(bytes);\n    this.#blocked = false;',
    tests: senderTests,
  },
  {
    caseNumber: 5,
    what: 'a push to many ends at the first player without room',
    file: FAN_OUT,
    find: '      this.#refused++;\n      return;\n    }\n    if (result',
    replace: '      this.#refused++;\n      this.#next = this.#players.length;\n      return;\n    }\n    if (result',
    tests: pushTests,
  },
  {
    caseNumber: 6,
    what: 'a bound push goes ahead of its Response, where others come between',
    file: PUSHES,
    find: "    if (verdict === 'held') this.#reply(push, record, { outcome: PushOutcome.HELD, receivers: 1 });",
    replace: "    if (verdict === 'held') this.#toQueue(push, record, player, '');",
    tests: pushTests,
  },
  {
    caseNumber: 6,
    what: 'own notifies of an answer go in a place of their own',
    file: PLAYER,
    find: '    const body = encodeDelivery(this.#notifies.compose(clientSeq, response, before, after));',
    replace: `    for (const notify of before) this.notify(notify, undefined, Infinity);
    for (const notify of after) this.notify(notify, undefined, Infinity);
    const body = encodeDelivery(this.#notifies.compose(clientSeq, response));`,
    tests: playerTests,
  },
  {
    caseNumber: 7,
    what: 'an ack beyond what was sent is believed',
    file: QUEUE,
    find: "    if (seq > this.#sentUpTo) return 'beyond';\n",
    replace: '',
    tests: queueTests,
  },
  {
    caseNumber: 8,
    what: 'Welcome names no request in flight',
    file: PLAYER,
    find: '[...this.#pending.keys(), ...this.#queue.responsesBeyond(upTo)]',
    replace: '[...this.#queue.responsesBeyond(upTo)]',
    tests: playerTests,
  },
  {
    caseNumber: 8,
    what: 'a lost player is told to have expired',
    file: MANAGER,
    find: "claim.issuer === this.#parts.processId ? 'expired' : 'store-lost'",
    replace: "'expired'",
    tests: sessionTests,
  },
  {
    caseNumber: 9,
    what: 'a Response for a player who is away is dropped',
    file: PLAYER,
    find: '    const { clientSeq } = job;\n    const { code, message, payload, headers, outcome } = answer;\n',
    replace:
      '    const { clientSeq } = job;\n    const { code, message, payload, headers, outcome } = answer;\n    if (this.#link === undefined) return;\n',
    tests: playerTests,
  },
  {
    caseNumber: 10,
    what: 'a notify for a player who is away is dropped',
    file: PLAYER,
    find: '    let result = this.#queue.enqueue(unit, now);\n',
    replace: "    if (this.#link === undefined) return 'queued';\n    let result = this.#queue.enqueue(unit, now);\n",
    tests: playerTests,
  },
  {
    caseNumber: 10,
    what: 'a volatile delivery before Welcome reaches the application',
    file: 'lib/client/session.ts',
    find: '    if (!this.#isWelcome) {\n      counters.earlyVolatiles++;\n      return;\n    }\n',
    replace: '',
    tests: clientTests,
  },
  {
    caseNumber: 10,
    what: 'a datagram of the session before reaches the application',
    file: 'lib/client/link.ts',
    find: '  datagram(datagram: Uint8Array): void {\n    if (this.#isLeft) return;\n',
    replace: '  datagram(datagram: Uint8Array): void {\n',
    tests: ['test/client/link.test.ts'],
  },
  {
    caseNumber: 11,
    what: 'the clean-up of an old session detaches its successor',
    file: PLAYER,
    find: '    if (this.#link !== link) return;\n    this.#link = undefined;',
    replace: '    this.#link = undefined;',
    tests: playerTests,
  },
  {
    caseNumber: 12,
    what: 'the old session is not told that it was replaced',
    file: PLAYER,
    find: '    old.release(Reason.REPLACED);\n',
    replace: '',
    tests: sessionTests,
  },
  {
    caseNumber: 13,
    what: 'a session that ended stays in the index',
    file: 'lib/session/session-manager.ts',
    find: '    this.#sessions.delete(session.sessionId);\n',
    replace: '',
    tests: sessionTests,
  },
  {
    caseNumber: 13,
    what: "a session's timer runs on after its end",
    file: SESSION,
    find: '    wheel.disarm(this.#timer);\n    wheel.disarm(this.#slowTimer);\n',
    replace: '',
    tests: sessionTests,
  },
  {
    caseNumber: 14,
    what: 'a notify bound to an answered request is held for ever',
    file: BINDING,
    find: "    if (clientSeq <= this.#lastOpened && !this.#open.has(clientSeq)) return 'late';\n",
    replace: '',
    tests: [...bindingTests, ...playerTests],
  },
  {
    caseNumber: 14,
    what: 'a notify whose request never comes is never given up',
    file: PLAYER,
    find: "    if (verdict === 'held') this.#armBoundExpiry();\n    else if",
    replace: '    if',
    tests: playerTests,
  },
  {
    caseNumber: 14,
    what: 'a push bound to an answered request is not delivered',
    file: PUSHES,
    find: "      this.#toQueue(push, record, player, 'its request was answered before: it is not placed');\n",
    replace: '      this.#reply(push, record, { outcome: PushOutcome.HELD, receivers: 1 });\n',
    tests: pushTests,
  },
  {
    caseNumber: 15,
    what: 'a request over the rate does not consume its number',
    file: SESSION,
    find: '    if (!this.#accept(player, seq)) return;\n    if (!this.#requestRate.take(this.#heardAt)) {',
    replace: `    if (!this.#requestRate.take(this.#heardAt)) {
      player.refuse(seq, 'RATE_LIMITED');
    } else if (!this.#accept(player, seq)) {
      return;
    } else if (seq < 0) {`,
    tests: sessionTests,
  },
  {
    caseNumber: 16,
    what: 'the rate is counted in windows',
    file: 'lib/token-bucket.ts',
    find: '    const fullAt = Math.max(this.#fullAt, now) + this.#costMs;',
    replace: '    const fullAt = Math.max(this.#fullAt, now - (now % this.#depthMs)) + this.#costMs;',
    tests: ['test/token-bucket.test.ts'],
  },
  {
    caseNumber: 16,
    what: 'only what waits is counted, not what is under way',
    file: PROCESSOR,
    find: 'while (work.inFlight < work.places && ',
    replace: 'while (',
    tests: dispatchTests,
  },
  {
    caseNumber: 17,
    what: 'a deadline runs on after the answer',
    file: PROCESSOR,
    find: '    this.#wheel.disarm(job);\n',
    replace: '',
    tests: dispatchTests,
  },
  {
    caseNumber: 18,
    what: 'an exception in one request is not caught',
    file: PROCESSOR,
    find: "      this.#fault('an answer could not be delivered', job, error);",
    replace: '      throw error;',
    tests: dispatchTests,
  },
  {
    caseNumber: 20,
    what: "silence is measured by the machine's wall clock",
    file: SESSION,
    find: '    const now = this.#parts.clock.now();\n    const silentMs = now - this.#heardAt;',
    replace: '    const now = this.#parts.clock.wallTime() - 1735689599000;\n    const silentMs = now - this.#heardAt;',
    tests: sessionTests,
  },
  {
    caseNumber: 21,
    what: 'a frame length is not checked before the frame has come',
    file: 'lib/protocol/frame-decoder.ts',
    find: '    if (length > this.#limit) {',
    replace: '    if (length > this.#limit && this.pendingBytes > this.#limit) {',
    tests: sessionTests,
  },
  {
    caseNumber: 21,
    what: 'a connection may stay without a Hello',
    file: SESSION,
    find: '    wheel.arm(this.#timer, limits.loginTimeoutMs);\n',
    replace: '',
    tests: sessionTests,
  },
  {
    caseNumber: 22,
    what: 'a push is called delivered though nothing was written',
    file: PUSHES,
    find: '      const written = wasWritten(unit);\n',
    replace: '      const written = unit !== undefined;\n',
    tests: pushTests,
  },
  {
    caseNumber: 22,
    what: 'a push to many is called delivered to players who are away',
    file: FAN_OUT,
    find: 'this.#units.filter(wasWritten).length',
    replace: 'this.#units.length',
    tests: pushTests,
  },
  {
    caseNumber: 23,
    what: 'handlers are not told of what is replayed',
    file: 'lib/client/delivery.ts',
    find: "else if (item.kind === 'notify') this.#notify(",
    replace: "else if (item.kind === 'notify' && !replayed) this.#notify(",
    tests: clientTests,
  },
  {
    caseNumber: 23,
    what: 'the resume position is not advanced',
    file: INBOX,
    find: "    return this.#policy.mode === 'saved' ? this.#saved : this.#position;",
    replace: '    return this.#saved;',
    tests: clientTests,
  },
  {
    caseNumber: 24,
    what: 'a phase of the stop may take for ever',
    file: 'lib/shutdown.ts',
    find: '  const finished = await Promise.race([done, timeout]);',
    replace: '  const finished = await done.then(() => timeout.then(() => true));',
    tests: ['test/shutdown.test.ts'],
  },
  {
    caseNumber: 25,
    what: 'an error in the place of an answer counts as one',
    file: 'examples/quic-client/demo/request-book.ts',
    find: "    } else if (seen.outcome !== 'ANSWERED') {",
    replace: "    } else if (seen.outcome !== 'ANSWERED' && seen.code === 0) {",
    tests: ['test/examples/checker.test.ts'],
  },
];
