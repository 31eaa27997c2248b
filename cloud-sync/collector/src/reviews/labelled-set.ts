import type { Review } from './review.ts';
import type { ReviewedEvent } from './review-store.ts';

/** One object of an image; the box in fractions of the image, 0 to 1. */
export interface LabelledBox {
  readonly label: string;
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
}

/** One image with all that is known to be in it, and why. */
export interface LabelledImage {
  readonly sha256: string;
  readonly boxes: readonly LabelledBox[];
  /** Whether its bytes are still here. */
  readonly stored: boolean;
  readonly reviews: readonly Review[];
}

/**
 * Images with a decided review, each once, ordered by hash. A true event is labelled with its box, a false alarm is not, so that
 * the image tells the model that nothing is there; what was missed is added. An image with an event that nobody has decided
 * about is left out: what is not labelled in it would count as not there.
 */
export function labelledImages(
  events: readonly ReviewedEvent[],
  mapped: ReadonlyMap<string, string> = new Map(),
): readonly LabelledImage[] {
  const images = new Map<string, ReviewedEvent[]>();
  for (const reviewed of events) {
    const { snapshot } = reviewed.event;
    if (snapshot !== null) images.set(snapshot, [...(images.get(snapshot) ?? []), reviewed]);
  }
  return [...images]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([sha256, all]) => {
      const decided = all.map((one) => ({ ...one, reviews: standing(one.reviews) }));
      if (decided.some(({ reviews }) => reviews.length === 0)) return [];
      const boxes = decided.flatMap(({ event, reviews }) =>
        reviews.flatMap((review) => boxOf(event, review, mapped) ?? []),
      );
      const stored = decided.every(({ event }) => event.snapshotStored);
      return [{ sha256, boxes, stored, reviews: decided.flatMap(({ reviews }) => reviews) }];
    });
}

/** What still holds: the latest of `true` and `false_alarm`, and all that was missed; nothing from before an `unsure`. */
function standing(reviews: readonly Review[]): readonly Review[] {
  const since = reviews.slice(reviews.findLastIndex(({ verdict }) => verdict === 'unsure') + 1);
  const decision = since.findLast(({ verdict }) => verdict === 'true' || verdict === 'false_alarm');
  if (decision === undefined) return [];
  return [decision, ...since.filter(({ verdict }) => verdict === 'missed')];
}

function boxOf(
  { label, extra }: ReviewedEvent['event'],
  { verdict, details }: Review,
  mapped: ReadonlyMap<string, string>,
): LabelledBox | undefined {
  const { frame } = extra;
  const box = details.box ?? extra.box;
  if (verdict === 'false_alarm' || frame === undefined || box === undefined) return undefined;
  const name = details.label ?? label;
  const [x1, y1, x2, y2] = box;
  const across = (x: number): number => Math.min(1, Math.max(0, x / frame.width));
  const down = (y: number): number => Math.min(1, Math.max(0, y / frame.height));
  const inside = [across(x1), down(y1), across(x2), down(y2)] as const;
  if (inside[0] >= inside[2] || inside[1] >= inside[3]) return undefined;
  return { label: mapped.get(name) ?? name, box: inside };
}
