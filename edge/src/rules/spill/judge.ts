import { area, type Box, intersection, type RuleOutput, type Track, WHOLE_PICTURE } from '../../domain/index.ts';
import type { Rule, RuleInput } from '../../pipeline/index.ts';
import { type IncidentState, IncidentTracker, type Subject } from '../incidents/index.ts';
import { type SpillSpec, timingOf } from '../spec.ts';
import { zoneFraction } from './zone-fraction.ts';

/** Boxes of one label that fraction so much of the smaller one are one spill: a spill torn in two, a track born again. */
const SAME_PLACE = 0.3;
const MIN_ZONE_FRACTION = 0.5;

/** One dirty place. */
class SpillCase implements Subject {
  readonly incident: IncidentState;
  readonly label: string;
  readonly tracks = new Set<number>();
  box: Box;
  #zoneFraction = 0;

  constructor(incident: IncidentState, label: string, box: Box) {
    this.incident = incident;
    this.label = label;
    this.box = box;
  }

  see(tracks: readonly InZone[]): void {
    for (const { track } of tracks) this.tracks.add(track.id);
    this.box = tracks.map(({ track }) => track.box).reduce(around);
    this.#zoneFraction = Math.max(...tracks.map(({ fraction }) => fraction));
  }

  /** Ids are never used again, so those that are gone need not be known. */
  forget(live: ReadonlySet<number>): void {
    for (const id of this.tracks) if (!live.has(id)) this.tracks.delete(id);
  }

  details(): NonNullable<RuleOutput['details']> {
    return { zoneFraction: Math.round(this.#zoneFraction * 100) / 100, sightings: this.incident.sightings };
  }
}

interface InZone {
  readonly track: Track;
  readonly fraction: number;
}

/**
 * Spill or litter in the zone for longer than T: one incident per place and label. Only what is detected in a frame is
 * seen in it; what somebody hides for less than `clearAfterMs` stays open, and a track born again at the same place
 * continues the incident.
 */
export class Spill implements Rule {
  readonly id: string;
  readonly model: string;
  readonly colours: NonNullable<Rule['colours']>;
  readonly #spec: SpillSpec;
  readonly #labels: readonly string[];
  readonly #incidents: IncidentTracker<SpillCase>;

  constructor(spec: SpillSpec) {
    this.id = spec.id;
    this.model = spec.model;
    this.#spec = spec;
    this.#labels = spec.labels?.dirt ?? ['spill', 'litter'];
    this.colours = Object.fromEntries(this.#labels.map((label) => [label, 'bad'] as const));
    this.#incidents = new IncidentTracker({
      rule: spec.id,
      ruleType: spec.type,
      kind: 'sanitation',
      severity: spec.severity,
      zone: spec.zone?.id,
      timing: timingOf(spec),
    });
  }

  step({ frame, tracks }: RuleInput): readonly RuleOutput[] {
    const outputs = this.#incidents.beginFrame(frame.atMs, tracks !== undefined);
    if (tracks === undefined) return outputs;
    const zone = this.#spec.zone ?? WHOLE_PICTURE;
    const found = tracks
      .filter((track) => track.missed === 0 && this.#labels.includes(track.label))
      .map((track) => ({ track, fraction: zoneFraction(zone, track.box, frame) }))
      .filter(({ fraction }) => fraction >= (this.#spec.minZoneFraction ?? MIN_ZONE_FRACTION));
    const live = new Set(tracks.map((track) => track.id));
    for (const spill of this.#incidents.subjects) spill.forget(live);
    const spills = this.#group(found);
    for (const [spill, seen] of spills) {
      spill.see(seen);
      const score = Math.max(...seen.map(({ track }) => track.score));
      const sighting = { label: spill.label, score, box: spill.box };
      outputs.push(...this.#incidents.observe(spill, frame.atMs, { condition: true, sighting }));
    }
    outputs.push(...this.#incidents.expireUnseen(frame.atMs, new Set(spills.keys()), 'cleared'));
    return outputs;
  }

  expire(atMs: number): readonly RuleOutput[] {
    return this.#incidents.expire(atMs);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    return this.#incidents.close(atMs, reason);
  }

  /** Patches with what is seen of each: known by track, else by place, else new. Surest detections first. */
  #group(found: readonly InZone[]): Map<SpillCase, InZone[]> {
    const groups = new Map<SpillCase, InZone[]>();
    for (const one of found.toSorted((a, b) => b.track.score - a.track.score)) {
      const spill = this.#find(one.track) ?? this.#begin(one.track);
      // Its place for those that follow in this frame, before the frame's whole extent is known.
      spill.tracks.add(one.track.id);
      groups.set(spill, [...(groups.get(spill) ?? []), one]);
    }
    return groups;
  }

  #begin(track: Track): SpillCase {
    return this.#incidents.add(new SpillCase(this.#incidents.newIncident(), track.label, track.box));
  }

  #find(track: Track): SpillCase | undefined {
    const alike = [...this.#incidents.subjects].filter((spill) => spill.label === track.label);
    return (
      alike.find((spill) => spill.tracks.has(track.id)) ?? alike.find((spill) => isSamePlace(spill.box, track.box))
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
