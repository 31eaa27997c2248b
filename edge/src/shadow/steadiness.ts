import type { Inspection, Track } from '../domain/index.ts';

/** Frames in which an object must be detected to count as steady. */
export const STEADY_HITS = 3;

/** What follows objects from frame to frame. */
export interface Follower {
  update(inspection: Inspection): readonly Track[];
}

interface Followed {
  hits: number;
  missed: number;
}

/**
 * How steadily one model sees on one camera. A real object is detected in one frame after the other; what is detected in one or
 * two frames and never again, and a frame in between in which a known object is not detected, are errors of the model more often than not.
 */
export class Steadiness {
  readonly #follower: Follower;
  #known = new Map<number, Followed>();
  #seen = 0;
  #unsteady = 0;

  constructor(follower: Follower) {
    this.#follower = follower;
  }

  /** Objects that this frame shows, those that are not detected in it left out. */
  update(inspection: Inspection): readonly Track[] {
    const tracks = this.#follower.update(inspection);
    const next = new Map<number, Followed>();
    for (const { id, hits, missed } of tracks) {
      const before = this.#known.get(id);
      // Weak sightings keep an object alive: they are sightings.
      this.#seen += hits - (before?.hits ?? 0);
      if (missed === 0 && before !== undefined && before.missed > 0) {
        this.#seen += before.missed;
        this.#unsteady += before.missed;
      }
      next.set(id, { hits, missed });
    }
    for (const [id, { hits }] of this.#known) {
      if (!next.has(id) && hits < STEADY_HITS) this.#unsteady += hits;
    }
    this.#known = next;
    return tracks.filter(({ missed }) => missed === 0);
  }

  /** Detections so far, those that were missed in between among them, and how many of these were unsteady. */
  get figures(): { readonly seen: number; readonly unsteady: number } {
    return { seen: this.#seen, unsteady: this.#unsteady };
  }
}
