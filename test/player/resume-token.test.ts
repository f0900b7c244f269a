import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ResumeTokens, type ResumeClaim } from '../../lib/player/resume-token.js';

const claim: ResumeClaim = {
  playerId: 'ada',
  epoch: 'AAAAAAAAAAAAAAAAAAAAAA',
  generation: 3,
  loginAt: 1_000,
  loginExpiresAt: 2_000,
  issuer: 'gateway-1',
};
const tokens = new ResumeTokens('0123456789abcdef0123456789abcdef');

describe('ResumeTokens', () => {
  it('gives back what it signed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 256 }), fc.nat(), (playerId, generation) => {
        const mine = { ...claim, playerId, generation };
        assert.deepEqual(tokens.verify(tokens.sign(mine)), mine);
      }),
    );
  });

  it('refuses a token that was changed in any character', () => {
    const token = tokens.sign(claim);
    for (let i = 0; i < token.length; i++) {
      const other = token[i] === 'A' ? 'B' : 'A';
      const forged = token.slice(0, i) + other + token.slice(i + 1);
      assert.equal(tokens.verify(forged), undefined, `character ${i}`);
    }
  });

  it("refuses a token of another gateway's secret", () => {
    const others = new ResumeTokens('another secret, also 32 bytes long');
    assert.equal(tokens.verify(others.sign(claim)), undefined);
  });

  it('refuses rubbish of any kind without throwing', () => {
    fc.assert(fc.property(fc.string({ maxLength: 4_000 }), (text) => tokens.verify(text) === undefined));
    for (const text of ['', '.', '..', 'r1.', 'r1..', 'r1.e30.', `r1.${'A'.repeat(10_000)}.AAAA`]) {
      assert.equal(tokens.verify(text), undefined);
    }
  });
});
