import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Router, type Route } from '../../lib/dispatch/router.js';
import { GatesvrError } from '../../lib/errors.js';
import { makeRoute } from './jobs.js';

const router = (...matches: string[]): Router =>
  new Router(
    matches.map((match) => makeRoute({ match })),
    ['business'],
  );

describe('Router', () => {
  it('finds an exact match before any prefix', () => {
    const { route } = bound(router('*', 'zone.*', 'zone.move', 'zone.move*'));
    assert.equal(route('zone.move'), 'zone.move');
    assert.equal(route('zone.mover'), 'zone.move*');
  });

  it('finds the longest prefix, whatever the order of the routes', () => {
    const { route } = bound(router('*', 'zone.*', 'zone.battle.*', 'z*'));
    assert.equal(route('zone.battle.hit'), 'zone.battle.*');
    assert.equal(route('zone.chat'), 'zone.*');
    assert.equal(route('zap'), 'z*');
    assert.equal(route('echo'), '*');
  });

  it('lets a prefix match the action that is just the prefix', () => {
    assert.equal(bound(router('zone.*')).route('zone.'), 'zone.*');
    assert.equal(bound(router('zone.*')).route('zone'), undefined);
  });

  it('finds nothing where nothing matches, and for the empty action', () => {
    assert.equal(bound(router('echo')).route('echoes'), undefined);
    assert.equal(bound(router('*')).route(''), undefined);
  });

  it("keeps the gateway's own names out of every route", () => {
    assert.equal(bound(router('*')).route('gatesvr.zone'), undefined);
    assert.equal(bound(router('*')).route('gatesvrx'), '*');
  });

  it('is not fooled by names that every object has', () => {
    assert.equal(bound(router('echo')).route('constructor'), undefined);
    assert.equal(bound(router('echo')).route('__proto__'), undefined);
  });

  for (const [what, routes] of Object.entries<Partial<Route>[]>({
    'an unknown service': [{ service: 'nowhere' }],
    'two equal matches': [{ match: 'echo' }, { match: 'echo' }],
    'two equal prefixes': [{ match: 'zone.*' }, { match: 'zone.*' }],
    'an empty match': [{ match: '' }],
    'a star in the middle': [{ match: 'zone.*.move' }],
    'a reserved match': [{ match: 'gatesvr.zone' }],
  })) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => new Router(routes.map(makeRoute), ['business']),
        (error) => error instanceof GatesvrError && error.error === 'BAD_CONFIG',
      );
    });
  }

  it('agrees with trying every route', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 5 });
    const match = fc.tuple(name, fc.boolean()).map(([text, isPrefix]) => (isPrefix ? `${text}*` : text));
    fc.assert(
      fc.property(fc.uniqueArray(match, { maxLength: 12 }), name, (matches, action) => {
        const fitting = matches
          .filter((m) => m === action || (m.endsWith('*') && action.startsWith(m.slice(0, -1))))
          .sort((a, b) => Number(b === action) - Number(a === action) || b.length - a.length);
        assert.equal(bound(router(...matches)).route(action), fitting[0]);
      }),
    );
  });
});

function bound(made: Router): { route: (action: string) => string | undefined } {
  return { route: (action) => made.route(action)?.match };
}
