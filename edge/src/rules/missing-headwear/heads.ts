import { area, type Box, intersection, iou, type Track } from '../../domain/index.ts';

/** A head in the frame, with headwear or without. */
export interface Head {
  readonly track: Track;
  readonly covered: boolean;
}

/** Heads with this IoU are one head, detected under two labels. */
const SAME_HEAD_IOU = 0.5;
/** Two bare heads of which the smaller lies in the other with this fraction are one head, detected twice. */
const SAME_HEAD_FRACTION = 0.6;
/** A bare head that touches that of the same person and has less than this fraction of its area is a part of it. */
const PART_FRACTION = 0.5;
/** Where a person's head is: the upper third of the box, and a little around it for boxes that cut it off. */
const HEAD_FRACTION = 1 / 3;
const MARGIN = 0.1;

/** Heads detected in this frame; of two labels on one head the higher score counts, headwear when equal. */
export function headsOf(covered: readonly Track[], bare: readonly Track[]): readonly Head[] {
  const all: Head[] = [
    ...covered.map((track) => ({ track, covered: true })),
    ...bare.map((track) => ({ track, covered: false })),
  ];
  const kept: Head[] = [];
  for (const head of all.toSorted((a, b) => b.track.score - a.track.score)) {
    if (!kept.some((better) => isSameHead(better, head))) kept.push(head);
  }
  return kept;
}

function isSameHead(better: Head, head: Head): boolean {
  const [a, b] = [better.track.box, head.track.box];
  if (better.covered !== head.covered) return iou(a, b) >= SAME_HEAD_IOU;
  return intersection(a, b) >= SAME_HEAD_FRACTION * Math.min(area(a), area(b));
}

/** Head of each person, by the person's track id: each head goes to one person, the best fits first. */
export function assignHeads(persons: readonly Track[], heads: readonly Head[]): ReadonlyMap<number, Head> {
  const fits = persons.flatMap((person) =>
    heads.flatMap((head) => {
      const fit = fitOf(person.box, head.track.box);
      return fit === undefined ? [] : [{ person, head, fit }];
    }),
  );
  const headOf = new Map<number, Head>();
  const taken = new Set<Head>();
  for (const { person, head } of fits.toSorted((a, b) => b.fit - a.fit)) {
    if (headOf.has(person.id) || taken.has(head)) continue;
    headOf.set(person.id, head);
    taken.add(head);
  }
  return headOf;
}

/** Whether a bare head without a person is a part of the head of a person on whom it sits too: hair in a knot, or a shadow. */
export function isPartOfHead(head: Head, persons: readonly Track[], headOf: ReadonlyMap<number, Head>): boolean {
  const { box } = head.track;
  return persons.some((person) => {
    const whole = headOf.get(person.id)?.track.box;
    if (whole === undefined || !isHeadOf(person.box, box)) return false;
    return intersection(whole, box) > 0 && area(box) < PART_FRACTION * area(whole);
  });
}

/** Whether a head can be that of a person: its centre is in the head region. */
export function isHeadOf(person: Box, head: Box): boolean {
  return fitOf(person, head) !== undefined;
}

/** How well a head sits on a person, or undefined where its centre is outside of the head region. */
function fitOf(person: Box, head: Box): number | undefined {
  const width = person[2] - person[0];
  const height = person[3] - person[1];
  const region: Box = [
    person[0] - MARGIN * width,
    person[1] - MARGIN * height,
    person[2] + MARGIN * width,
    person[1] + HEAD_FRACTION * height,
  ];
  const [x, y] = [(head[0] + head[2]) / 2, (head[1] + head[3]) / 2];
  if (x < region[0] || x > region[2] || y < region[1] || y > region[3]) return undefined;
  const overlap = intersection(head, region) / Math.max(1, area(head));
  // Of people who stand one behind the other, a head belongs to the one on whose middle and top it sits.
  const aside = Math.abs(x - (person[0] + person[2]) / 2) / Math.max(1, width);
  const below = Math.abs(head[1] - person[1]) / Math.max(1, height);
  return overlap - aside - below;
}
