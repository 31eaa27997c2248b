import { area, type Box, intersection, type RuleOutput, type Track, WHOLE_PICTURE } from '../domain/index.ts';
import type { Rule, RuleInput } from '../pipeline/index.ts';
import type { Case } from './case.ts';
import { Casebook, type Subject } from './casebook.ts';
import { type DirtSpec, timingOf } from './spec.ts';
import { zoneShare } from './zone-share.ts';

/** Boxes of one label that share so much of the smaller one are one patch: a spill torn in two, a track born again. */
const SAME_PLACE = 0.3;
const MIN_ZONE_SHARE = 0.5;

/** One dirty place. */
class Patch implements Subject {
  readonly case: Case;
  readonly label: string;
  readonly tracks = new Set<number>();
  box: Box;
  #zoneShare = 0;

  constructor(of: Case, label: string, box: Box) {
    this.case = of;
    this.label = label;
    this.box = box;
  }

  see(tracks: readonly Found[]): void {
    for (const { track } of tracks) this.tracks.add(track.id);
    this.box = tracks.map(({ track }) => track.box).reduce(around);
    this.#zoneShare = Math.max(...tracks.map(({ share }) => share));
  }

  /** Ids are never used again, so those that are gone need not be known. */
  forget(live: ReadonlySet<number>): void {
    for (const id of this.tracks) if (!live.has(id)) this.tracks.delete(id);
  }

  details(): NonNullable<RuleOutput['details']> {
    return { zoneShare: Math.round(this.#zoneShare * 100) / 100, sightings: this.case.sightings };
  }
}

interface Found {
  readonly track: Track;
  readonly share: number;
}

/**
 * Spill or litter in the zone for longer than T: one incident per place and label. Only what is detected in a frame is
 * seen in it; what somebody hides for less than `clearAfterMs` stays open, and a track born again at the same place
 * continues the incident.
 */
export class Dirt implements Rule {
  readonly id: string;
  readonly model: string;
  readonly colours: NonNullable<Rule['colours']>;
  readonly #spec: DirtSpec;
  readonly #labels: readonly string[];
  readonly #book: Casebook<Patch>;

  constructor(spec: DirtSpec) {
    this.id = spec.id;
    this.model = spec.model;
    this.#spec = spec;
    this.#labels = spec.labels?.dirt ?? ['spill', 'litter'];
    this.colours = Object.fromEntries(this.#labels.map((label) => [label, 'bad'] as const));
    this.#book = new Casebook({
      rule: spec.id,
      kind: 'sanitation',
      severity: spec.severity,
      zone: spec.zone?.id,
      timing: timingOf(spec),
    });
  }

  step({ frame, tracks }: RuleInput): readonly RuleOutput[] {
    const said = this.#book.arrive(frame.atMs, tracks !== undefined);
    if (tracks === undefined) return said;
    const zone = this.#spec.zone ?? WHOLE_PICTURE;
    const found = tracks
      .filter((track) => track.missed === 0 && this.#labels.includes(track.label))
      .map((track) => ({ track, share: zoneShare(zone, track.box, frame) }))
      .filter(({ share }) => share >= (this.#spec.minZoneShare ?? MIN_ZONE_SHARE));
    const live = new Set(tracks.map((track) => track.id));
    for (const patch of this.#book.subjects) patch.forget(live);
    const patches = this.#group(found);
    for (const [patch, seen] of patches) {
      patch.see(seen);
      const score = Math.max(...seen.map(({ track }) => track.score));
      const sighting = { label: patch.label, score, box: patch.box };
      said.push(...patch.case.holds(frame.atMs, sighting, () => patch.details()));
    }
    said.push(...this.#book.sweep(frame.atMs, new Set(patches.keys()), 'cleared'));
    return said;
  }

  lapse(atMs: number): readonly RuleOutput[] {
    return this.#book.lapse(atMs);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    return this.#book.close(atMs, reason);
  }

  /** Patches with what is seen of each: known by track, else by place, else new. Surest detections first. */
  #group(found: readonly Found[]): Map<Patch, Found[]> {
    const groups = new Map<Patch, Found[]>();
    for (const one of found.toSorted((a, b) => b.track.score - a.track.score)) {
      const patch = this.#find(one.track) ?? this.#begin(one.track);
      // Its place for those that follow in this frame, before the frame's whole extent is known.
      patch.tracks.add(one.track.id);
      groups.set(patch, [...(groups.get(patch) ?? []), one]);
    }
    return groups;
  }

  #begin(track: Track): Patch {
    return this.#book.add(new Patch(this.#book.newCase(), track.label, track.box));
  }

  #find(track: Track): Patch | undefined {
    const alike = [...this.#book.subjects].filter((patch) => patch.label === track.label);
    return (
      alike.find((patch) => patch.tracks.has(track.id)) ?? alike.find((patch) => isSamePlace(patch.box, track.box))
    );
  }
}

function isSamePlace(a: Box, b: Box): boolean {
  return intersection(a, b) >= SAME_PLACE * Math.min(area(a), area(b));
}

/** The smallest box around two. */
function around(a: Box, b: Box): Box {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
