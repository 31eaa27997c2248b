import type { LinePace } from '../domain/index.ts';
import type { CommonMotion } from './common-motion.ts';

/** Movement per frame, as a fraction of the spacing, from which places alone no longer tell products apart. */
const TOO_FAR = 0.5;
/** Below this they do again, so that a line at the limit does not flicker. */
const ENOUGH = 0.45;
/** What the frame rate that is asked for gives. */
const WANTED = 0.4;

/** Watches whether products move so far between two frames that they may be mistaken for each other. */
export class PaceWatch {
  #outrun: LinePace | undefined;

  /** The worst label; undefined while the frame rate is enough. */
  get outrun(): LinePace | undefined {
    return this.#outrun;
  }

  /** Call this for each frame, at `mediaMs` on the camera's clock. */
  see(motions: ReadonlyMap<string, CommonMotion>, mediaMs: number): void {
    const limit = this.#outrun === undefined ? TOO_FAR : ENOUGH;
    let worst: LinePace | undefined;
    for (const [label, motion] of motions) {
      const pace = motion.pace(mediaMs);
      if (pace === undefined || pace.spacing <= 0) continue;
      const ratio = pace.movement / pace.spacing;
      if (ratio <= limit || ratio <= (worst?.ratio ?? 0)) continue;
      const fps = 1000 / pace.stepMs;
      worst = { label, ratio, fps, movement: pace.movement, spacing: pace.spacing, neededFps: (fps * ratio) / WANTED };
    }
    this.#outrun = worst;
  }
}
