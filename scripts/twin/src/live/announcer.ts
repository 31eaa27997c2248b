import type { Incident, Scene } from '../scenes/index.ts';

/** An incident that came into being or passed, as the live line tells it. */
export interface Announcement extends Incident {
  readonly type: 'incident_begin' | 'incident_end';
  readonly streamSeconds: number;
  /** ISO 8601, UTC. */
  readonly wallTime: string;
}

/** Follows stream time and says what begins and ends. Looks only at the declaration, never at pictures. */
export class Announcer {
  readonly #scenes: readonly Scene[];
  readonly #zero: number;
  #told = 0;

  /** `zero`: wall time in ms of stream time 0. */
  constructor(scenes: readonly Scene[], zero: number) {
    this.#scenes = scenes;
    this.#zero = zero;
  }

  /** What happened since the last call, up to `now` (wall time in ms), in order of time. */
  until(now: number): Announcement[] {
    const from = this.#told;
    const to = Math.max(from, (now - this.#zero) / 1000);
    this.#told = to;
    const found: Announcement[] = [];
    for (const scene of this.#scenes) {
      for (const incident of scene.incidents(from - 1, to + 1)) {
        const tell = (type: Announcement['type'], at: number): void => {
          if (at < from || at >= to) return;
          found.push({
            type,
            ...incident,
            streamSeconds: at,
            wallTime: new Date(this.#zero + at * 1000).toISOString(),
          });
        };
        tell('incident_begin', incident.startSeconds);
        tell('incident_end', incident.endSeconds);
      }
    }
    return found.sort((a, b) => a.streamSeconds - b.streamSeconds);
  }
}
