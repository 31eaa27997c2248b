import type { ExpectedLabel } from './expectation.ts';
import type { FieldVerdict } from './judge-field.ts';
import type { ReadMark, RegionReading } from './reading.ts';

/** A label is in its place where what is on it is: its codes, or its print where it has none. */
export function labelVerdict({ name, place, angle }: ExpectedLabel, reading: RegionReading): FieldVerdict {
  const { printed, codes, lines } = reading;
  const expected = [
    ...(place === undefined ? [] : [`at ${shown(place.at)}`]),
    ...(angle === undefined ? [] : [`${Math.round(angle.degrees)}°`]),
  ].join(', ');
  const field = { name, expected: expected === '' ? 'label' : expected };
  if (!printed && codes.length + lines.length === 0) return { ...field, verdict: 'missing', score: 0 };
  if (place === undefined && angle === undefined) return { ...field, verdict: 'good', read: 'label', score: 1 };
  const mark = markOf(reading);
  if (mark === undefined) return { ...field, verdict: 'unreadable', score: 0 };
  const isInPlace =
    place === undefined || Math.hypot(mark.at[0] - place.at[0], mark.at[1] - place.at[1]) <= place.tolerance;
  const isStraight = angle === undefined || between(mark.angle, angle.degrees) <= angle.tolerance;
  const read = `at ${shown(mark.at)}, ${Math.round(mark.angle)}°`;
  const wrong = [isInPlace ? '' : 'place', isStraight ? '' : 'angle'].join(' ').trim();
  if (wrong === '') return { ...field, verdict: 'good', read, score: 1 };
  return { ...field, verdict: 'wrong', read, content: wrong, score: 1 };
}

/** The mean place of the codes, or of the lines where there are none, and the angle of the first of them. */
export function markOf({ codes, lines }: RegionReading): ReadMark | undefined {
  const ofCodes = codes.flatMap(({ mark }) => mark ?? []);
  const marks = ofCodes.length > 0 ? ofCodes : lines.flatMap(({ mark }) => mark ?? []);
  const [first] = marks;
  if (first === undefined) return undefined;
  const mean = (axis: 0 | 1): number => marks.reduce((total, { at }) => total + at[axis], 0) / marks.length;
  return { at: [mean(0), mean(1)], angle: first.angle };
}

/** Degrees between two directions, 0 to 180. */
function between(a: number, b: number): number {
  const turned = Math.abs(a - b) % 360;
  return Math.min(turned, 360 - turned);
}

function shown([x, y]: readonly [number, number]): string {
  return `${x.toFixed(2)} ${y.toFixed(2)}`;
}
