import { describe, expect, it } from 'vitest';
import type { LeastScores } from '../../output/index.ts';
import { createDecoder } from './create-decoder.ts';
import { isBad } from './decoder.ts';

const LABELS = ['person', 'headwear', 'bare_head'];
const SIZE = { width: 320, height: 320 };

/** Scores of the detections of three boxes far from each other, one of each label, read with these least scores. */
function scoresRead(scores: readonly number[], { score, labels }: LeastScores): readonly (readonly [string, number])[] {
  const manifest = {
    input: {
      name: 'i',
      type: 'uint8',
      layout: 'nhwc',
      color: 'rgb',
      ...SIZE,
      letterbox: { anchor: 'center', fill: 114 },
    },
    output: { name: 'o', family: 'yolov8' },
    labels: LABELS,
    thresholds: { score: 0.5, iou: 0.6 },
  } as const;
  const rows = scores.map((own, n) => [
    50 + 100 * n,
    100,
    40,
    40,
    ...LABELS.map((_, label) => (label === n ? own : 0)),
  ]);
  const data = Float32Array.from(
    { length: 7 * rows.length },
    (_, at) => rows[at % rows.length]![Math.floor(at / rows.length)]!,
  );
  const decoder = createDecoder({ manifest, score, labelScores: labels, iou: 0.6, masks: false, maps: false });
  const outputs = new Map([['o', { data, shape: [1, 7, rows.length] }]]);
  const seen = decoder.decode(outputs, { packed: new Uint8Array(SIZE.width * SIZE.height * 3), source: SIZE });
  if (isBad(seen)) throw new Error(seen.message);
  return seen.detections.map((one) => [one.label, Math.round(one.score * 100) / 100]);
}

describe('a decoder with least scores of single labels', () => {
  it('judges each label by its own least score and the others by the common one', () => {
    const least = { score: 0.5, labels: { bare_head: 0.3, headwear: 0.7 } };
    expect(scoresRead([0.55, 0.65, 0.35], least)).toEqual([
      ['person', 0.55],
      ['bare_head', 0.35],
    ]);
    expect(scoresRead([0.45, 0.75, 0.25], least)).toEqual([['headwear', 0.75]]);
  });

  it('is the plain decoder when no label has one of its own', () => {
    expect(scoresRead([0.55, 0.65, 0.35], { score: 0.5 })).toEqual(
      scoresRead([0.55, 0.65, 0.35], { score: 0.5, labels: {} }),
    );
  });
});
