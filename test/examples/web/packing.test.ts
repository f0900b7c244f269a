import assert from 'node:assert/strict';
import { clustersOf, pack } from '../../../examples/web/model/packing.js';
import { Series } from '../../../examples/web/model/series.js';

interface Dot {
  readonly at: number;
}

const grid = { columnMs: 10, rows: 2, spill: 2 };

function series(...times: number[]): Series<Dot> {
  const made = new Series<Dot>(1000);
  for (const at of times) made.add({ at });
  return made;
}

function places(dots: Series<Dot>, from = 0, to = Infinity): [at: number, column: number, row: number][] {
  return pack(dots, from, to, grid).cells.map(({ mark, column, row }) => [mark.at, column, row]);
}

describe('packing marks into columns', () => {
  it('stacks what comes within the time of one column', () => {
    assert.deepEqual(places(series(0, 9, 10, 25)), [
      [0, 0, 0],
      [9, 0, 1],
      [10, 1, 0],
      [25, 2, 0],
    ]);
  });

  it('goes on in the next columns when one is full, and keeps the order of what comes there', () => {
    assert.deepEqual(places(series(0, 0, 0, 10, 11)), [
      [0, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [10, 1, 1],
      [11, 2, 0],
    ]);
  });

  it('counts what finds no room near its time, by the column of its time', () => {
    const { cells, hidden } = pack(series(...Array<number>(9).fill(5)), 0, Infinity, grid);
    assert.equal(cells.length, 6);
    assert.deepEqual([...hidden], [[0, 3]]);
  });

  it('finds its way back to the right columns after a crowd', () => {
    const dots = series(...Array<number>(9).fill(5), 15, 100);
    assert.deepEqual(places(dots).slice(-2), [
      [15, 3, 0],
      [100, 10, 0],
    ]);
  });

  it('gives a mark the same place whatever the present is, once the window begins between two groups', () => {
    const dots = series(0, 0, 0, 200, 200, 200, 210);
    assert.deepEqual(places(dots, 150), places(dots).slice(3));
  });

  it('leaves out what comes later than the window', () => {
    assert.deepEqual(places(series(0, 50, 51), 0, 50), [
      [0, 0, 0],
      [50, 5, 0],
    ]);
  });

  it('joins cells in neighbouring columns to clusters, and says how much room is after each', () => {
    const { cells } = pack(series(0, 10, 10, 50), 0, Infinity, grid);
    assert.deepEqual(
      clustersOf(cells).map(({ first, last, count, room }) => [first.mark.at, last.mark.at, count, room]),
      [
        [0, 10, 3, 3],
        [50, 50, 1, Infinity],
      ],
    );
    assert.deepEqual(clustersOf([]), []);
  });
});
