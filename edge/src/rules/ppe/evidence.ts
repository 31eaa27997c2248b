import { area, type Box, intersection, iou, type PictureSize, type Track } from '../../domain/index.ts';
import { type Garment, regionOf } from './garments.ts';

/** What one frame shows of a garment on a person; `track` is what shows it. */
export interface Evidence {
  readonly isWorn: boolean;
  readonly track: Track;
}

/** One frame: the people in it, and what the model of a garment detected. */
export interface Scene {
  readonly persons: readonly Track[];
  readonly detected: readonly Track[];
  /** Labels of persons, by which a part of the body can be known to be visible. */
  readonly personLabels: readonly string[];
  readonly picture: PictureSize;
  /** Whether the score of what shows an absence is high enough. */
  readonly hasScore: (track: Track, person: Track) => boolean;
}

/** Detections with this IoU are one garment, detected under two labels. */
const SAME_IOU = 0.5;
/** A garment's centre may be outside of its part of the body by this fraction of the person's box. */
const MARGIN = 0.1;
/** A part of the body is not visible when this fraction of it is outside of the picture or behind somebody. */
const HIDDEN = 0.3;

/** What a frame shows of one garment, by the track id of the person. People of whom it shows nothing are left out. */
export function evidenceOf(garment: Garment, scene: Scene): ReadonlyMap<number, Evidence> {
  const { detected, persons, personLabels } = scene;
  const worn = detected.filter(({ label }) => garment.present.includes(label));
  const missing = detected.filter(({ label }) => garment.absent.includes(label));
  const found = new Map<number, Evidence>();
  for (const [person, ones] of assign(garment, persons, withoutTwins(worn, missing))) {
    const counting = ones.filter(({ isWorn, track }) => isWorn || scene.hasScore(track, person));
    // A hand without a glove is a hand without a glove, whatever the other one wears.
    const chosen = counting.find(({ isWorn }) => !isWorn) ?? counting[0];
    if (chosen !== undefined) found.set(person.id, chosen);
  }
  const rest = persons.filter(({ id }) => !found.has(id));
  const parts = detected
    .filter(({ label }) => garment.visible.includes(label) && !personLabels.includes(label))
    .map((track) => ({ isWorn: false, track }));
  for (const [person, [part]] of assign(garment, rest, parts)) {
    if (part !== undefined && scene.hasScore(part.track, person)) found.set(person.id, part);
  }
  if (!garment.visible.some((label) => personLabels.includes(label))) return found;
  for (const person of rest) {
    if (!found.has(person.id) && isVisible(person, garment, scene) && scene.hasScore(person, person)) {
      found.set(person.id, { isWorn: false, track: person });
    }
  }
  return found;
}

/** Of two labels on one place the higher score counts, the garment when equal. */
function withoutTwins(worn: readonly Track[], missing: readonly Track[]): readonly Evidence[] {
  const all = [
    ...worn.map((track) => ({ isWorn: true, track })),
    ...missing.map((track) => ({ isWorn: false, track })),
  ];
  const kept: Evidence[] = [];
  for (const one of all.toSorted((a, b) => b.track.score - a.track.score)) {
    const twin = kept.find((other) => other.isWorn !== one.isWorn && iou(other.track.box, one.track.box) >= SAME_IOU);
    if (twin === undefined) kept.push(one);
  }
  return kept;
}

/** Each piece of evidence goes to one person, the best fits first; a person has one, or several where there can be. */
function assign(
  garment: Garment,
  persons: readonly Track[],
  evidence: readonly Evidence[],
): ReadonlyMap<Track, readonly Evidence[]> {
  const fits = persons.flatMap((person) =>
    evidence.flatMap((one) => {
      const fit = fitOf(person.box, one.track.box, garment);
      return fit === undefined ? [] : [{ person, one, fit }];
    }),
  );
  const assigned = new Map<Track, Evidence[]>();
  const taken = new Set<Evidence>();
  for (const { person, one } of fits.toSorted((a, b) => b.fit - a.fit)) {
    const own = assigned.get(person) ?? [];
    if (taken.has(one) || (own.length > 0 && !garment.isSeveral)) continue;
    taken.add(one);
    assigned.set(person, [...own, one]);
  }
  return assigned;
}

/** How well a garment sits on a person, or undefined where its centre is outside of its part of the body. */
function fitOf(person: Box, box: Box, garment: Garment): number | undefined {
  const [width, height] = [person[2] - person[0], person[3] - person[1]];
  const [left, top, right, bottom] = regionOf(person, garment);
  const region: Box = [left - MARGIN * width, top - MARGIN * height, right + MARGIN * width, bottom + MARGIN * height];
  const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  if (x < region[0] || x > region[2] || y < region[1] || y > region[3]) return undefined;
  const overlap = intersection(box, region) / Math.max(1, area(box));
  // Of people who stand one behind the other, it belongs to the one on whose middle it sits.
  const aside = Math.abs(x - (left + right) / 2) / Math.max(1, right - left);
  const apart = Math.abs(y - (top + bottom) / 2) / Math.max(1, height);
  return overlap - aside - apart;
}

/** Whether the part of the body is inside the picture, and nobody stands in front of it. */
function isVisible(person: Track, garment: Garment, { persons, picture }: Scene): boolean {
  if (person.missed > 0) return false;
  const region = regionOf(person.box, garment);
  const frame: Box = [0, 0, picture.width, picture.height];
  const size = Math.max(1, area(region));
  if (intersection(region, frame) < (1 - HIDDEN) * size) return false;
  // A part that touches the edge of the picture is cut off where the box of the person ends there too.
  const [, y1, , y2] = person.box;
  if ((y1 <= 1 && garment.region[1] < MARGIN) || (y2 >= picture.height - 1 && garment.region[3] > 1 - MARGIN))
    return false;
  return persons.every(
    (other) => other.id === person.id || other.box[3] < y2 || intersection(other.box, region) < HIDDEN * size,
  );
}
