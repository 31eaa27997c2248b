import type { Track } from '../../domain/index.ts';
import type { Details, IncidentState, Sighting, Subject } from '../incidents/index.ts';
import { Place } from '../visibility/index.ts';
import type { Evidence } from './evidence.ts';
import { type Vote, Wear, type WearState } from './wear.ts';

/** One person, and what is known of each garment. */
export class PersonCase implements Subject {
  readonly incident: IncidentState;
  readonly place = new Place();
  readonly #wear: ReadonlyMap<string, Wear>;
  /** Where the absence of each garment was seen last. */
  readonly #absences = new Map<string, { readonly place: Place; readonly track: number }>();
  #person: number;
  /** Garments that were missing at any time of this incident. */
  readonly #everMissing = new Set<string>();
  #sighting: Sighting | undefined;
  #reported = '';

  constructor(incident: IncidentState, person: number, garments: readonly string[]) {
    this.incident = incident;
    this.#person = person;
    this.#wear = new Map(garments.map((id) => [id, new Wear()]));
  }

  get person(): number {
    return this.#person;
  }

  get missing(): readonly string[] {
    return this.#named('absent');
  }

  /** What showed the absence last. */
  get sighting(): Sighting | undefined {
    return this.#sighting;
  }

  see(person: Track): void {
    this.#person = person.id;
    if (person.missed === 0) this.place.see(person.box, person.lastSeenMs);
  }

  /**
   * Takes in what one frame shows of each garment. Returns whether it is an observation: a garment that is missing, or
   * that was missing in the incident, must be seen or seen to be absent. `counts`: the garments are required where the person is.
   */
  vote(evidence: ReadonlyMap<string, Evidence>, atMs: number, counts: boolean): boolean {
    if (!this.incident.isActive) this.#everMissing.clear();
    for (const [id, { isWorn, track }] of evidence) {
      this.#wear.get(id)?.vote({ atMs, isWorn, counts });
      if (isWorn) continue;
      this.#sighting = track;
      const place = this.#absences.get(id)?.place ?? new Place();
      this.#absences.set(id, { place, track: track.id });
      place.see(track.box, track.lastSeenMs);
    }
    const { missing } = this;
    for (const id of missing) this.#everMissing.add(id);
    const asked = missing.length > 0 ? missing : [...this.#everMissing];
    return asked.length === 0 ? evidence.size > 0 : asked.some((id) => evidence.has(id));
  }

  /**
   * Whether what is seen is an absence that was seen on this person: the same track close to where it was, or the place at which
   * the person stood still.
   */
  isSeenAgain(evidence: ReadonlyMap<string, Evidence>): boolean {
    return [...evidence].some(([id, { isWorn, track }]) => {
      const before = this.#absences.get(id);
      if (isWorn || before === undefined) return false;
      return (before.track === track.id && before.place.isNear(track.box)) || before.place.isAt(track.box);
    });
  }

  /** The earlier frames in which what is missing now was missing already, before enough of them said so; the longest of all garments. */
  missingBefore(atMs: number): readonly Vote[] {
    const votes = this.missing.map((id) => this.#wear.get(id)?.absentSince() ?? []);
    const longest = votes.toSorted((a, b) => (a[0]?.atMs ?? atMs) - (b[0]?.atMs ?? atMs))[0] ?? [];
    return longest.filter((vote) => vote.atMs < atMs);
  }

  /** Whether other garments are missing than when this was asked last. */
  takeNews(): boolean {
    const missing = this.missing.join();
    const isNews = missing !== this.#reported;
    this.#reported = missing;
    return isNews;
  }

  details(): Details {
    const named = {
      missing: this.missing,
      everMissing: [...this.#everMissing],
      worn: this.#named('present'),
      notVisible: this.#named('not_visible'),
    };
    const texts = Object.entries(named).flatMap(([name, ids]) => (ids.length === 0 ? [] : [[name, ids.join(', ')]]));
    return { ...(Object.fromEntries(texts) as Record<string, string>), personTrack: this.#person };
  }

  #named(state: WearState): readonly string[] {
    return [...this.#wear].flatMap(([id, wear]) => (wear.state === state ? [id] : []));
  }
}
