import assert from 'node:assert/strict';
import fc from 'fast-check';
import { resumeVerdict } from '../../lib/delivery/resume-verdict.js';
import { Resume } from '../../lib/protocol/message-codec.js';

describe('resumeVerdict', () => {
  const cases = [
    { what: 'everything since is kept', position: 5, acked: 3, lostUpTo: 0, sentUpTo: 9, is: ['FULL', '', 0, 0, 6] },
    { what: 'the client has everything', position: 9, acked: 9, lostUpTo: 0, sentUpTo: 9, is: ['FULL', '', 0, 0, 10] },
    { what: 'an untouched epoch', position: 0, acked: 0, lostUpTo: 0, sentUpTo: 0, is: ['FULL', '', 0, 0, 1] },
    { what: 'overflow', position: 3, acked: 3, lostUpTo: 7, sentUpTo: 9, is: ['PARTIAL', 'overflow', 4, 7, 8] },
    {
      what: 'overflow, half of it arrived',
      position: 5,
      acked: 3,
      lostUpTo: 7,
      sentUpTo: 9,
      is: ['PARTIAL', 'overflow', 6, 7, 8],
    },
    { what: 'overflow, all of it arrived', position: 7, acked: 3, lostUpTo: 7, sentUpTo: 9, is: ['FULL', '', 0, 0, 8] },
    {
      what: 'overflow that nobody was told yet',
      position: 2,
      acked: 0,
      lostUpTo: 7,
      sentUpTo: 2,
      is: ['PARTIAL', 'overflow', 3, 7, 8],
    },
    {
      what: 'an older state',
      position: 1,
      acked: 3,
      lostUpTo: 0,
      sentUpTo: 9,
      is: ['PARTIAL', 'older-state', 2, 3, 4],
    },
    {
      what: 'an older state and overflow',
      position: 1,
      acked: 3,
      lostUpTo: 5,
      sentUpTo: 9,
      is: ['PARTIAL', 'older-state', 2, 5, 6],
    },
    {
      what: 'a position that was never sent',
      position: 10,
      acked: 3,
      lostUpTo: 0,
      sentUpTo: 9,
      is: ['FRESH', 'store-lost', 0, 0, 1],
    },
  ];
  for (const { what, position, is, ...positions } of cases) {
    it(`is ${is[0]} for ${what}`, () => {
      const { resume, reason, lostFrom, lostTo, nextSeq } = resumeVerdict(position, positions);
      assert.deepEqual([Resume[resume], reason, lostFrom, lostTo, nextSeq], is);
    });
  }

  it('never loses a number untold: position, lost range and next seq join without a gap', () => {
    const seq = fc.nat(20);
    fc.assert(
      fc.property(seq, seq, seq, seq, (position, acked, beyondAcked, lostUpTo) => {
        const verdict = resumeVerdict(position, { acked, lostUpTo, sentUpTo: acked + beyondAcked });
        if (verdict.resume === Resume.FULL) assert.equal(verdict.nextSeq, position + 1);
        if (verdict.resume !== Resume.PARTIAL) return;
        assert.equal(verdict.lostFrom, position + 1);
        assert.ok(verdict.lostTo >= verdict.lostFrom);
        assert.equal(verdict.nextSeq, verdict.lostTo + 1);
      }),
    );
  });
});
