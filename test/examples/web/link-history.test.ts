import assert from 'node:assert/strict';
import { LinkHistory } from '../../../examples/web/model/link-history.js';
import { summaryOf } from '../../../examples/web/view/link-text.js';

describe('the history of the link', () => {
  let link: LinkHistory;

  beforeEach(() => {
    link = new LinkHistory();
  });

  function logIn(now: number): void {
    link.moved(now, 'connecting', undefined);
    link.welcomed(now + 5, 'FRESH', 'new-login', undefined);
    link.moved(now + 5, 'replaying', 'webtransport');
    link.moved(now + 6, 'active', 'webtransport');
  }

  it('takes the time before the first Welcome for no loss', () => {
    assert.equal(summaryOf(link), 'There has been no link yet.');
    logIn(0);
    assert.deepEqual(
      link.spans.map(({ phase, from, to }) => [phase, from, to]),
      [
        ['starting', 0, 5],
        ['replaying', 5, 6],
        ['linked', 6, Infinity],
      ],
    );
    assert.equal(link.cuts, 0);
    assert.equal(summaryOf(link), 'The link has held; the last Welcome said FRESH (new-login).');
  });

  it('counts all attempts to come back as one loss, and says what the Welcome after it said', () => {
    logIn(0);
    for (const state of ['waiting', 'connecting', 'waiting', 'connecting', 'authenticating'] as const) {
      link.moved(100, state, undefined);
    }
    assert.equal(summaryOf(link), 'The link was lost once; there is none now.');
    link.welcomed(400, 'FULL', '', undefined);
    link.moved(400, 'replaying', 'websocket');
    link.unitReplayed();
    link.unitReplayed();
    link.moved(401, 'active', 'websocket');
    assert.deepEqual(
      link.gaps.map(({ from, to }) => [from, to]),
      [[100, 400]],
    );
    assert.equal(link.spans.at(-1)!.transport, 'websocket');
    assert.equal(link.replayed, 2);
    assert.equal(
      summaryOf(link),
      'The link was lost once; the last Welcome said FULL after 300 ms and 2 units were replayed.',
    );
  });

  it('tells a loss of units', () => {
    logIn(0);
    link.moved(100, 'waiting', undefined);
    link.welcomed(2100, 'PARTIAL', 'overflow', { from: 3, to: 8 });
    link.moved(2100, 'active', 'webtransport');
    assert.equal(
      summaryOf(link),
      'The link was lost once; the last Welcome said PARTIAL (overflow) after 2.0 s with units 3 to 8 lost.',
    );
  });

  it('begins a new span when another transport takes over', () => {
    logIn(0);
    link.moved(50, 'active', 'websocket');
    assert.deepEqual(
      link.spans.slice(-2).map(({ transport }) => transport),
      ['webtransport', 'websocket'],
    );
  });
});
