import { expect, test } from 'vitest';
import { combineListeners } from './combine-listeners.ts';

test('every listener that has a method for a report is called, in order', () => {
  const calls: string[] = [];
  const combined = combineListeners([
    { up: () => calls.push('first up'), ended: (camera) => calls.push(`first ended ${camera}`) },
    { down: (reason) => calls.push(`second down ${reason}`) },
    { up: () => calls.push('third up') },
  ]);
  combined.up();
  combined.down('killed');
  combined.ended('packing');
  combined.fate('packing', 'ppe', { fate: 'skipped', reason: 'newer_frame' }, 1);
  expect(calls).toEqual(['first up', 'third up', 'second down killed', 'first ended packing']);
});

test('a method of a class keeps its object', () => {
  class Counter {
    ups = 0;
    up(): void {
      this.ups += 1;
    }
  }
  const counter = new Counter();
  combineListeners([counter]).up();
  expect(counter.ups).toBe(1);
});
