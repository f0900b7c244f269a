import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LinkedList, type Linked } from '../../lib/dispatch/linked-list.js';

class Item implements Linked<Item> {
  list: LinkedList<Item> | undefined;
  ahead: Item | undefined;
  behind: Item | undefined;

  constructor(readonly name: number) {}
}

const action = fc.record({ what: fc.constantFrom('append', 'prepend', 'remove' as const), at: fc.nat(30) });

describe('LinkedList', () => {
  it('holds what an array would, whatever comes and leaves in whatever order', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const list = new LinkedList<Item>();
        const model: Item[] = [];
        for (const [name, { what, at }] of actions.entries()) {
          const item = new Item(name);
          if (what === 'append') {
            list.append(item);
            model.push(item);
          } else if (what === 'prepend') {
            list.prepend(item);
            model.unshift(item);
          } else if (model.length > 0) {
            const [gone] = model.splice(at % model.length, 1);
            assert.ok(list.remove(gone!));
          }
          assert.deepEqual(
            [...list].map((each) => each.name),
            model.map((each) => each.name),
          );
          assert.equal(list.first, model[0]);
          assert.equal(list.length, model.length);
        }
      }),
    );
  });

  it('lets nothing leave that is not in it', () => {
    const [one, other] = [new LinkedList<Item>(), new LinkedList<Item>()];
    const item = new Item(1);
    one.append(item);
    assert.equal(other.remove(item), false);
    assert.deepEqual([...one], [item]);
    assert.ok(one.remove(item));
    assert.equal(one.remove(item), false);
  });
});
