import assert from 'node:assert/strict';
import { status as Status } from '@grpc/grpc-js';
import { Outcome } from '../../lib/protocol/message-codec.js';
import { TestOwner } from '../dispatch/jobs.js';
import { assertEnd, Stand } from './rig.js';
import { refuse, reply } from './test-service.js';
import { behavesAsUpstream } from './upstream-behaviour.js';

describe('UpstreamManager by Tunnel', () => behavesAsUpstream('tunnel'));

describe('UpstreamManager by Process', () => {
  behavesAsUpstream('process');

  const stand = new Stand('process');

  afterEach(() => stand.stop());

  it('sends who asks as metadata where that is wanted, also what a header cannot hold', async () => {
    const business = await stand.service();
    const made = stand.rig({ business: [business.address] }, { identityMetadata: true });
    const { job, answer } = made.submit({ owner: new TestOwner('zoë ✓', 'plains') });
    await answer;
    const seen = business.metadata[0]!.getMap();
    assert.equal(decodeURIComponent(String(seen['gatesvr-player-id'])), 'zoë ✓');
    assert.equal(seen['gatesvr-session-id'], 'session-1');
    assert.equal(seen['gatesvr-zone'], 'plains');
    assert.equal(seen['gatesvr-client-seq'], String(job.clientSeq));
    assert.equal(seen['gatesvr-idempotency-key'], `epoch-1/${job.clientSeq}`);
  });

  describe('when a service answers wrongly', () => {
    it('answers 502 UNKNOWN for bytes that are no answer', async () => {
      const business = await stand.service();
      business.handler = (_, done) => done(null, new Uint8Array([0xff, 0xff, 0xff]));
      const made = stand.rig({ business: [business.address] });
      assertEnd(await made.request(), 502, Outcome.UNKNOWN);
      business.handler = (_, done) => reply(done, {});
      assertEnd(await made.request(), 200, Outcome.ANSWERED);
      await made.assertClean();
    });
  });

  describe('when a service refuses with a status', () => {
    const ANSWERED: Partial<Record<Status, number>> = {
      [Status.INVALID_ARGUMENT]: 400,
      [Status.OUT_OF_RANGE]: 400,
      [Status.FAILED_PRECONDITION]: 400,
      [Status.UNAUTHENTICATED]: 401,
      [Status.PERMISSION_DENIED]: 403,
      [Status.NOT_FOUND]: 404,
      [Status.ALREADY_EXISTS]: 409,
      [Status.ABORTED]: 409,
      [Status.RESOURCE_EXHAUSTED]: 429,
      [Status.UNIMPLEMENTED]: 501,
    };
    const codes = Object.values(Status).filter((code): code is Status => typeof code === 'number');
    for (const code of codes.filter((each) => each !== Status.OK)) {
      const answered = ANSWERED[code];
      it(`takes ${Status[code]} for ${answered === undefined ? 'a failure' : 'its answer'}, without its text`, async () => {
        const business = await stand.service();
        business.handler = (_, done) => refuse(done, code, 'secret at 10.0.0.7');
        const made = stand.rig({ business: [business.address] });
        const answer = await made.request();
        const failed = code === Status.DEADLINE_EXCEEDED ? 504 : 502;
        assertEnd(answer, answered ?? failed, answered === undefined ? Outcome.UNKNOWN : Outcome.ANSWERED);
        assert.doesNotMatch(answer.message, /secret/);
        assert.equal(business.requests.length, 1);
        await made.assertClean();
      });
    }

    it('stops trying again when the budget is spent', async () => {
      const business = await stand.service();
      business.handler = (_, done) => refuse(done, Status.UNAVAILABLE, 'busy');
      const made = stand.rig({ business: [business.address] });
      await Promise.all(Array.from({ length: 100 }, () => made.request({ idempotent: true })));
      assert.equal(made.manager.counters()[0]!.retries, 64);
      assert.equal(business.requests.length, 164);
    });
  });
});
