import { type Line, Scene } from '@lineside/twin';
import type { InferenceResult } from '../../edge/src/domain/index.ts';
import { ByteTracker } from '../../edge/src/tracking/index.ts';
import type { Sight } from './sight.ts';

const MISSED = 0.05;
const WAVER = 0.06;
const LEAST_VISIBLE = 0.3;
const LABELS: readonly string[] = ['product', 'defect'];

/**
 * The truth of the twin in the place of a model: what is true in a frame, of which one object in twenty is missed, with boxes
 * that waver. `random`: 0 to below 1.
 */
export class TruthSight implements Sight {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly tracker = new ByteTracker();
  readonly #scene: Scene;
  readonly #random: () => number;

  constructor(line: Line, random: () => number) {
    this.#scene = new Scene(line, 'product');
    this.#random = random;
    ({ width: this.width, height: this.height, fps: this.fps } = this.#scene);
  }

  resultOf(frame: number): InferenceResult {
    const random = this.#random;
    const waver = (side: number): number => (random() - 0.5) * WAVER * side;
    const detections = this.#scene
      .truth(frame)
      .filter(({ label, visible }) => LABELS.includes(label) && visible > LEAST_VISIBLE && random() >= MISSED)
      .map(({ label, x1, y1, x2, y2 }) => {
        const [dx, dy] = [waver(x2 - x1), waver(y2 - y1)];
        const box = [x1 + dx, y1 + dy, x2 + dx, y2 + dy] as const;
        return { label, classId: 0, score: 0.6 + 0.3 * random(), box };
      });
    return { status: 'ok', detections };
  }
}
