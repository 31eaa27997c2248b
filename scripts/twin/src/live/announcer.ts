import type { Incident, Scene } from '../scenes/index.ts';

/** An incident that began or ended, as the live line reports it. */
export interface Announcement extends Incident {
  readonly type: 'incident_begin' | 'incident_end';
  readonly streamSeconds: number;
  /** ISO 8601, UTC. */
  readonly wallTime: string;
}

/** Follows stream time and reports what begins and ends. It reads only the declaration, never frames. */
export class Announcer {
  readonly #scenes: readonly Scene[];
  readonly #zero: number;
  #reportedUntil = 0;

  /** `zero`: wall time in ms of stream time 0. */
  constructor(scenes: readonly Scene[], zero: number) {
    this.#scenes = scenes;
    this.#zero = zero;
  }

  /** What happened since the last call, up to `now` (wall time in ms), in order of time. */
  until(now: number): Announcement[] {
    const from = this.#reportedUntil;
    const to = Math.max(from, (now - this.#zero) / 1000);
    this.#reportedUntil = to;
    const found: Announcement[] = [];
    for (const scene of this.#scenes) {
      for (const incident of scene.incidents(from - 1, to + 1)) {
        const report = (type: Announcement['type'], at: number): void => {
          if (at < from || at >= to) return;
          found.push({
            type,
            ...incident,
            streamSeconds: at,
            wallTime: new Date(this.#zero + at * 1000).toISOString(),
          });
        };
        report('incident_begin', incident.startSeconds);
        report('incident_end', incident.endSeconds);
      }
    }
    return found.sort((a, b) => a.streamSeconds - b.streamSeconds);
  }
}
