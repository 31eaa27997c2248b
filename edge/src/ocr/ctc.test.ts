import { describe, expect, it } from 'vitest';
import { alphabetOf, bestPath } from './ctc.ts';

const alphabet = alphabetOf('1\n2\n疗\nA\n');

/** One row of probabilities for each step: the class that is named has `p`, the others have nothing. */
function steps(...path: readonly (readonly [character: string, p: number])[]): Float32Array {
  const order = ['', '1', '2', '疗', 'A', ' '];
  const values = new Float32Array(path.length * order.length);
  path.forEach(([character, p], step) => (values[step * order.length + order.indexOf(character)] = p));
  return values;
}

describe('the best path of a recognised line', () => {
  it('takes repetitions together, and keeps a character that is printed twice with a blank between', () => {
    const values = steps(['1', 0.9], ['1', 0.8], ['', 0.9], ['1', 0.9], ['2', 0.6], ['2', 0.9]);
    expect(bestPath(values, alphabet)).toMatchObject({ text: '112' });
  });

  it('has the mean probability of its characters as score', () => {
    expect(bestPath(steps(['1', 0.9], ['', 1], ['A', 0.7]), alphabet).score).toBeCloseTo(0.8);
  });

  it('never reads a character that is not printed in Europe', () => {
    expect(bestPath(steps(['1', 0.9], ['疗', 0.9], ['A', 0.7]), alphabet).text).toBe('1A');
  });

  it('has a space as last class, and none at its ends', () => {
    expect(alphabet.classes).toBe(6);
    expect(bestPath(steps([' ', 0.9], ['1', 0.9], [' ', 0.9], ['2', 0.9], [' ', 0.9]), alphabet).text).toBe('1 2');
  });

  it('is empty and worth nothing where all is blank', () => {
    expect(bestPath(steps(['', 0.9], ['', 0.9]), alphabet)).toEqual({ text: '', score: 0 });
  });
});
