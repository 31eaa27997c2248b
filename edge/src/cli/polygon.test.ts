import { describe, expect, it } from 'vitest';
import { parseLine, parsePolygon } from './polygon.ts';

describe('a line on the command line', () => {
  it('is read with its rule and its two ends, and refused with more or fewer', () => {
    expect(parseLine('packs=0.5,0.9;0.5,0.1')).toEqual([
      'packs',
      [
        [0.5, 0.9],
        [0.5, 0.1],
      ],
    ]);
    for (const text of ['packs=0.5,0.9', 'packs=0,0;1,1;0,1', '=0,0;1,1', 'packs=0,0;1,2']) {
      expect(() => parseLine(text)).toThrow('is no line');
    }
  });
});

describe('a zone on the command line', () => {
  it('is read with its name and its corners', () => {
    expect(parsePolygon('belt=0.1,0.2;0.9,0.2;0.5,1')).toEqual([
      'belt',
      [
        [0.1, 0.2],
        [0.9, 0.2],
        [0.5, 1],
      ],
    ]);
  });

  it('is refused with fewer than three corners, without a name, and outside of the frame', () => {
    for (const text of [
      'belt=0,0;1,1',
      '=0,0;1,0;1,1',
      'belt',
      'belt=0,0;1,0;1,1.2',
      'belt=0,0;1,0;1,x',
      'belt=0,0,1;1,0;1,1',
    ]) {
      expect(() => parsePolygon(text)).toThrow('is no zone');
    }
  });
});
