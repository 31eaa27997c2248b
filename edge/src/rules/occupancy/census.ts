import { type Box, type Track } from '../../domain/index.ts';
import { Place } from '../visibility/index.ts';

/** How many people are in a zone: those that are detected, and those that may be there although they are not. */
export interface Count {
  readonly seen: readonly Track[];
  readonly hidden: number;
}

/** A person who vanished inside of the zone may still be there for this long: detections and tracks fail for moments. */
const LINGER_MS = 3000;

interface Known {
  readonly place: Place;
  box: Box;
  seenMs: number;
}

export interface Sight {
  readonly atMs: number;
  /** Confirmed tracks in the zone, missed ones included. */
  readonly inside: readonly Track[];
  /** Confirmed tracks outside of it. */
  readonly outside: readonly Track[];
  /** Whether something stands in front of a place. */
  readonly isHidden: (subject: object, place: Box) => boolean;
}

/**
 * Counts the people in a zone over time. Who vanished behind something is hidden as long as that stands there; who
 * vanished otherwise may be there for a moment. Only who was seen to walk out, or whose place was seen empty, is gone.
 */
export class Census {
  readonly #known = new Map<number, Known>();

  count({ atMs, inside, outside, isHidden }: Sight): Count {
    const seen = inside.filter(({ missed }) => missed === 0);
    for (const track of seen) this.#see(track, atMs);
    for (const { id } of outside) this.#known.delete(id);
    const here = new Set(seen.map(({ id }) => id));
    let hidden = 0;
    for (const [id, known] of this.#known) {
      if (here.has(id)) continue;
      const isLingering = atMs - known.seenMs <= LINGER_MS;
      if (!isLingering && !(known.place.isStill && isHidden(known, known.box))) this.#known.delete(id);
      else hidden += 1;
    }
    return { seen, hidden };
  }

  /** Nobody knows what was before. */
  reset(): void {
    this.#known.clear();
  }

  /** A person whose track began anew where another one stood still is that one. */
  #see(track: Track, atMs: number): void {
    let known = this.#known.get(track.id);
    if (known === undefined) {
      const [before] = [...this.#known].find(([, { place, seenMs }]) => seenMs < atMs && place.isAt(track.box)) ?? [];
      if (before !== undefined) {
        known = this.#known.get(before);
        this.#known.delete(before);
      }
    }
    known ??= { place: new Place(), box: track.box, seenMs: atMs };
    known.place.see(track.box, atMs);
    known.box = track.box;
    known.seenMs = atMs;
    this.#known.set(track.id, known);
  }
}
