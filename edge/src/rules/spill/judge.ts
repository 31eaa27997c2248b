import {
  area,
  type Box,
  type FrameRef,
  intersection,
  type RuleOutput,
  type Track,
  type Zone,
} from '../../domain/index.ts';
import type { OtherTracks } from '../../pipeline/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { coveredFraction, zoneFraction } from '../geometry/index.ts';
import { type Details, type IncidentState, IncidentTracker, type Subject } from '../incidents/index.ts';
import { type Matter, matterOf, subjectLabels } from './matter.ts';
import type { SpillOptions } from './options.ts';

/**
 * Boxes of one label that overlap by this fraction of the smaller one are one spill: one that was detected in two parts,
 * or whose track was lost and started again.
 */
const SAME_PLACE = 0.3;
/** Something that was detected only elsewhere for this long has moved. */
const MOVED_MS = 2000;
/** A box that would enlarge the place by more does not: the object is moving, or two are detected as one. */
const MOST_GROWTH = 1.5;

/** What lies on a person with this fraction of its box is part of the person, or carried. */
const ON_PERSON = 0.5;
/** People whom another model saw longer ago than this may have moved on. */
const FRESH_MS = 1500;

/** One place on which something lies. */
class SpillCase implements Subject {
  readonly incident: IncidentState;
  readonly label: string;
  readonly #matter: Matter;
  readonly tracks = new Set<number>();
  box: Box;
  /** All of its place: of something that is partly hidden, only a part is detected. */
  extent: Box;
  #zoneFraction = 0;
  #covered = 0;
  #mostCovered = 0;
  #areaM2: number | undefined;
  #awaySinceMs: number | undefined;
  #beganAt: Box | undefined;

  constructor(incident: IncidentState, label: string, matter: Matter, box: Box) {
    this.incident = incident;
    this.label = label;
    this.#matter = matter;
    this.box = box;
    this.extent = box;
  }

  observe({ atMs, ...picture }: FrameRef, tracks: readonly Lying[], zone: Zone): void {
    for (const { track } of tracks) this.tracks.add(track.id);
    this.box = tracks.map(({ track }) => track.box).reduce(around);
    this.#restartIfMoved(atMs);
    this.#locate(atMs, tracks);
    this.#zoneFraction = Math.max(...tracks.map(({ fraction }) => fraction));
    const boxes = tracks.map(({ track }) => track.box);
    this.#covered = coveredFraction(zone, boxes, picture);
    this.#mostCovered = this.incident.isActive ? Math.max(this.#mostCovered, this.#covered) : this.#covered;
    this.#areaM2 = zone.areaM2;
  }

  /** What moves does not lie there: before an incident is open, it begins again at the new place. */
  #restartIfMoved(atMs: number): void {
    const { incident, box } = this;
    if (!incident.isActive) this.#beganAt = box;
    if (incident.isOpen || this.#beganAt === undefined || !isElsewhere(this.#beganAt, box)) return;
    incident.forceClose(atMs, 'cleared', () => this.details());
    this.#beganAt = box;
  }

  /**
   * A track that jumps to a detection beside it does not move the place; one that stays there does. What is detected
   * elsewhere while the object is detected here is another object.
   */
  #locate(atMs: number, tracks: readonly Lying[]): void {
    const here = tracks.filter(({ track }) => isSamePlace(this.extent, track.box));
    if (here.length > 0) {
      for (const { track } of tracks) if (!isSamePlace(this.extent, track.box)) this.tracks.delete(track.id);
    }
    if (here.length === 0) {
      this.#awaySinceMs ??= atMs;
      if (atMs - this.#awaySinceMs < MOVED_MS) return;
      this.extent = this.box;
    }
    this.#awaySinceMs = undefined;
    for (const { track } of here) {
      const { box } = track;
      const both = around(this.extent, box);
      if (area(both) <= MOST_GROWTH * Math.max(area(this.extent), area(box))) this.extent = both;
    }
  }

  /** Track ids are never used again, so those of lost tracks need not be kept. */
  forgetLost(live: ReadonlySet<number>): void {
    for (const id of this.tracks) if (!live.has(id)) this.tracks.delete(id);
  }

  details(): Details {
    const area = this.#areaM2 === undefined ? {} : { areaM2: rounded(this.#covered * this.#areaM2, 100) };
    return {
      ...{ matter: this.#matter, zoneFraction: rounded(this.#zoneFraction, 100) },
      ...{ zoneCovered: rounded(this.#covered, 1e4), mostZoneCovered: rounded(this.#mostCovered, 1e4) },
      ...area,
      sightings: this.incident.sightings,
    };
  }
}

/** A detection, and how much of it is in the zone. */
interface Lying {
  readonly track: Track;
  readonly fraction: number;
}

/**
 * One incident per place and label. An object counts only in frames in which it is detected. While something stands in
 * front of its place, it is not observed. A track that starts again at the same place continues the incident.
 */
export class SpillJudge implements Judge {
  readonly incidents: IncidentTracker<SpillCase>;
  readonly #setup: JudgeSetup<SpillOptions>;

  constructor(setup: JudgeSetup<SpillOptions>) {
    this.#setup = setup;
    this.incidents = new IncidentTracker(setup.facts);
  }

  judge(frame: FrameRef, tracks: readonly Track[], others: readonly OtherTracks[]): RuleOutput[] {
    const { zone, options, occluders } = this.#setup;
    const labels = subjectLabels(options);
    const near = others.flatMap((other) => (Math.abs(frame.atMs - other.atMs) <= FRESH_MS ? other.tracks : []));
    const people = [...tracks, ...near].filter(({ label }) => options.ignoreOn.includes(label));
    const lying = tracks
      .filter((track) => track.missed === 0 && labels.includes(track.label) && !isOn(people, track.box))
      .map((track) => ({ track, fraction: zoneFraction(zone, track.box, frame) }));
    const live = new Set(tracks.map((track) => track.id));
    for (const spill of this.incidents.subjects) spill.forgetLost(live);
    const spills = this.#group(lying);
    const outputs = [...spills].flatMap(([spill, seen]) => {
      spill.observe(frame, seen, zone);
      const score = Math.max(...seen.map(({ track }) => track.score));
      const sighting = { label: spill.label, score, box: spill.box };
      return this.incidents.observe(spill, frame.atMs, { condition: true, sighting });
    });
    const isHidden = (spill: SpillCase): boolean => !isLying(spill, lying) && occluders.hides(spill, spill.extent);
    return [...outputs, ...this.incidents.expireUnseen(frame.atMs, new Set(spills.keys()), 'cleared', isHidden)];
  }

  /** The detections of each spill, known by its track, else by its place, else new. Best scores first. */
  #group(lying: readonly Lying[]): Map<SpillCase, Lying[]> {
    const groups = new Map<SpillCase, Lying[]>();
    for (const one of lying.toSorted((a, b) => b.track.score - a.track.score)) {
      const known = this.#find(one.track);
      if (!this.#counts(one, known?.incident.isOpen === true)) continue;
      const spill = known ?? this.#begin(one.track);
      // The next detections of this frame find it by this track too.
      spill.tracks.add(one.track.id);
      groups.set(spill, [...(groups.get(spill) ?? []), one]);
    }
    return groups;
  }

  #counts({ track, fraction }: Lying, isOpen: boolean): boolean {
    const { hysteresis, options } = this.#setup;
    return (
      hysteresis.hasScore(track.score, isOpen) && hysteresis.hasFraction(fraction, options.minZoneFraction, isOpen)
    );
  }

  #begin(track: Track): SpillCase {
    const matter = matterOf(track.label, this.#setup.options);
    return this.incidents.add(new SpillCase(this.incidents.newIncident(), track.label, matter, track.box));
  }

  #find(track: Track): SpillCase | undefined {
    const alike = [...this.incidents.subjects].filter((spill) => spill.label === track.label);
    return (
      alike.find((spill) => spill.tracks.has(track.id)) ??
      alike.find((spill) => spill.incident.isOpen && isSamePlace(spill.extent, track.box)) ??
      alike.find((spill) => isSamePlace(spill.extent, track.box))
    );
  }
}

/** Whether its object is detected in this frame, although it does not count: it has left the zone. */
function isLying(spill: SpillCase, lying: readonly Lying[]): boolean {
  return lying.some(({ track }) => spill.tracks.has(track.id));
}

function isOn(people: readonly Track[], box: Box): boolean {
  return people.some((person) => intersection(person.box, box) >= ON_PERSON * area(box));
}

/** Whether the centre has moved by more than the larger of the two sizes. */
function isElsewhere(before: Box, now: Box): boolean {
  const size = Math.sqrt(Math.max(area(before), area(now)));
  return Math.hypot(before[0] + before[2] - now[0] - now[2], before[1] + before[3] - now[1] - now[3]) / 2 > size;
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}

function isSamePlace(a: Box, b: Box): boolean {
  return intersection(a, b) >= SAME_PLACE * Math.min(area(a), area(b));
}

/** The smallest box that holds both. */
function around(a: Box, b: Box): Box {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
