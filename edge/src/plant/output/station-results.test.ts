import { expect, it } from 'vitest';
import { OutputStation, type PieceOrder } from './index.ts';

const OPTIONS = {
  id: 'gate',
  distance: 1_000,
  pulseMs: 50,
  toleranceMs: 50,
  onMissing: 'reject',
  silentMs: 500,
} as const;
const order = (piece: number, capturedAtMs: number): PieceOrder => ({ piece, track: piece, capturedAtMs });

it('tells of every result once, also where two pieces are judged between two looks, and again where a verdict changes', () => {
  const station = new OutputStation(OPTIONS);
  for (const piece of [1, 2, 3]) station.piece(order(piece, piece * 100));
  station.verdict(1, { result: 'ok', reason: 'none' }, 400);
  station.verdict(2, { result: 'ok', reason: 'none' }, 400);
  station.verdict(2, { result: 'ok', reason: 'none' }, 410);
  station.verdict(3, { result: 'no_result', reason: 'undecided' }, 420);
  const reported = (): unknown => station.takeResults().map(({ piece, result, reason }) => [piece, result, reason]);
  expect(reported()).toEqual([
    [1, 'ok', 'none'],
    [2, 'ok', 'none'],
  ]);
  expect(reported()).toEqual([]);
  station.verdict(2, { result: 'nok', reason: 'defect' }, 500);
  expect(reported()).toEqual([[2, 'nok', 'defect']]);
  // What arrives without a verdict has a result too, and nothing comes again that was reported before.
  station.step(1_500);
  expect(reported()).toEqual([[3, 'no_result', 'undecided']]);
});
