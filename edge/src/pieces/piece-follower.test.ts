import { describe, expect, it } from 'vitest';
import type { Box, PieceVerdict, Track } from '../domain/index.ts';
import { PieceFollower, type PieceNews } from './index.ts';

const SIZE = { width: 640, height: 360 };
const STATION = {
  ...{ id: 'gate', camera: 'belt', model: 'defect', labels: ['product'], rules: ['a', 'b'] },
  line: [
    [0.75, 1],
    [0.75, 0],
  ] as const,
};
const OK: PieceVerdict = { result: 'ok', reason: 'none' };
const NOK: PieceVerdict = { result: 'nok', reason: 'defect' };

interface Reported {
  readonly pieces: { readonly piece: number; readonly track: number; readonly capturedAtMs: number }[];
  readonly verdicts: (readonly [piece: number, result: string, reason: string])[];
}

function following(): Reported & { readonly follower: PieceFollower } {
  const reported: Reported = { pieces: [], verdicts: [] };
  const news: PieceNews = {
    piece: (_station, piece) => void reported.pieces.push(piece),
    verdict: (_station, piece, { result, reason }) => void reported.verdicts.push([piece, result, reason]),
  };
  return { ...reported, follower: new PieceFollower([STATION], news) };
}

function trackAt(id: number, x: number, atMs: number): Track {
  const box: Box = [x - 20, 100, x + 20, 200];
  return {
    id,
    label: 'product',
    box,
    score: 0.9,
    hits: 9,
    missed: 0,
    firstSeenMs: 0,
    lastSeenMs: atMs,
    confirmed: true,
  };
}

/** Frames twice a second in which products move by 100 pixels, each from its own place on. */
function play(
  follower: PieceFollower,
  starts: readonly (readonly [id: number, x: number])[],
  verdictOf: (rule: string, track: number, atMs: number) => PieceVerdict | undefined,
  delays: readonly number[] = [],
): void {
  for (let n = 0; n < 12; n += 1) {
    const takenMs = n * 500;
    const atMs = takenMs + 40 + (delays[n] ?? 0);
    const tracks = starts
      .map(([id, x]) => trackAt(id, x + n * 100, atMs))
      .filter(({ box }) => box[0] > 0 && box[2] < 640);
    follower.judged({
      ...{ camera: 'belt', model: 'defect', tracks },
      frame: { camera: 'belt', index: n, atMs, capturedMs: takenMs + 40, ...SIZE },
      verdictOf: (rule, track) => verdictOf(rule, track, atMs),
    });
  }
}

describe('pieces', () => {
  it('begin at the line, each once, at the moment at which the middle of the product was there', () => {
    const { follower, pieces } = following();
    play(
      follower,
      [
        [1, 30],
        [2, -270],
      ],
      () => undefined,
    );
    // 480 pixels are the line: product 1 is there after 4.5 steps, product 2 after 7.5.
    expect(pieces.map(({ piece, track, capturedAtMs }) => [piece, track, Math.round(capturedAtMs)])).toEqual([
      [1, 1, 2290],
      [2, 2, 3790],
    ]);
  });

  it('are where they were taken, whatever the network did to their frame', () => {
    const { follower, pieces } = following();
    play(follower, [[1, 30]], () => undefined, [0, 0, 0, 0, 150, 180]);
    expect(pieces.map(({ capturedAtMs }) => Math.round(capturedAtMs))).toEqual([2290]);
  });

  it('are good when all rules say so, and bad when one does, also late and in another order', () => {
    const { follower, verdicts } = following();
    play(
      follower,
      [
        [1, 330],
        [2, 230],
        [3, 130],
      ],
      (rule, track, atMs) => {
        if (track === 1) return rule === 'a' || atMs > 3_000 ? OK : undefined;
        if (track === 2) return OK;
        return rule === 'b' && atMs > 2_500 ? NOK : OK;
      },
    );
    expect(verdicts).toEqual([
      [2, 'ok', 'none'],
      [3, 'ok', 'none'],
      [3, 'nok', 'defect'],
      [1, 'ok', 'none'],
    ]);
  });

  it('are never good again after they were bad, and stay good when their rule forgets them', () => {
    const { follower, verdicts } = following();
    play(follower, [[1, 330]], (_rule, _track, atMs) => (atMs < 1_700 ? OK : atMs < 2_700 ? NOK : OK));
    expect(verdicts).toEqual([
      [1, 'ok', 'none'],
      [1, 'nok', 'defect'],
    ]);
    const other = following();
    play(other.follower, [[1, 330]], (_rule, _track, atMs) => (atMs < 2_200 ? OK : undefined));
    expect(other.verdicts).toEqual([[1, 'ok', 'none']]);
  });

  it('are none of another camera, another model or another label', () => {
    const { follower, pieces } = following();
    play(follower, [], () => OK);
    for (const [camera, model, label] of [
      ['other', 'defect', 'product'],
      ['belt', 'ppe', 'product'],
      ['belt', 'defect', 'hand'],
    ] as const) {
      for (let n = 0; n < 10; n += 1) {
        const atMs = 20_000 + n * 500;
        const tracks = [{ ...trackAt(7, 30 + n * 100, atMs), label }];
        follower.judged({ camera, model, tracks, frame: { camera, index: n, atMs, ...SIZE }, verdictOf: () => OK });
      }
    }
    expect(pieces).toEqual([]);
  });
});
