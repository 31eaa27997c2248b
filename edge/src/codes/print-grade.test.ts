import { expect, it } from 'vitest';
import { printGrade, type PrintMeasures } from './index.ts';

it.each<[PrintMeasures, string | undefined]>([
  [{}, undefined],
  [{ contrast: 0.7 }, 'A'],
  [{ contrast: 0.69 }, 'B'],
  [{ contrast: 0.54 }, 'C'],
  [{ contrast: 0.2 }, 'D'],
  [{ contrast: 0.19 }, 'F'],
  [{ contrast: 0.8, quietZone: 1 }, 'A'],
  [{ contrast: 0.8, quietZone: 0.99 }, 'F'],
  [{ contrast: 0.8, unusedCorrection: 0.62 }, 'A'],
  [{ contrast: 0.8, unusedCorrection: 0.5 }, 'B'],
  [{ contrast: 0.45, unusedCorrection: 0.3, quietZone: 1.5 }, 'D'],
  [{ unusedCorrection: 0 }, 'F'],
])('the grade of a print that measures %o is %s', (measures, grade) => {
  expect(printGrade(measures)).toBe(grade);
});
