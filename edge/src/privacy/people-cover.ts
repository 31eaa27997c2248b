import type { Box, Detection, PictureSize } from '../domain/index.ts';
import type { PrivacyPlan } from './plan.ts';

/** Left, top, right and bottom in pixels of the source frame. */
export type Area = Box;

/** What the model reports of one frame. */
export interface Seen {
  /** Milliseconds on the camera's own clock. */
  readonly mediaMs: number;
  readonly detections: readonly Pick<Detection, 'label' | 'box'>[];
  /** Size of the source frame, in whose pixels the boxes are. */
  readonly size: PictureSize;
}

/** Somebody, or a head, that is or was in the picture. */
interface Subject {
  readonly kind: 'head' | 'person';
  box: Box;
  seenMs: number;
  /** Pixels per millisecond of the centre. */
  speed: readonly [x: number, y: number];
}

/** Two boxes are the same subject when the centres are no farther apart than so many sides of the larger box. */
const NEAR = 0.8;
/** A lost subject may move by so many of its sides a second beyond its measured speed. */
const WANDERS_PER_S = 0.5;
/** A head that is no longer detected may turn up anywhere near its last place. */
const LOST_MARGIN = 0.25;

/**
 * Where people have to be covered, from the detections of one model. A subject that is missed stays covered where it was
 * and where it may have gone to, until it is detected again or `holdMs` have passed. A person of whom no head is
 * detected is covered completely.
 */
export class PeopleCover {
  readonly #plan: PrivacyPlan;
  #subjects: Subject[] = [];

  constructor(plan: PrivacyPlan) {
    this.#plan = plan;
  }

  /** Areas to cover in a frame that the model has inspected; frames come in order. */
  areas({ mediaMs, detections, size }: Seen): readonly Area[] {
    const { blur, headLabels, personLabels, holdMs } = this.#plan;
    const boxesOf = (labels: readonly string[]): readonly Box[] =>
      detections.filter(({ label }) => labels.includes(label)).map(({ box }) => box);
    const seen = [
      ...boxesOf(headLabels).map((box) => ({ kind: 'head' as const, box })),
      ...boxesOf(personLabels).map((box) => ({ kind: 'person' as const, box })),
    ];
    this.#follow(seen, mediaMs);
    // A clock that steps back is that of a stream which has begun again.
    this.#subjects = this.#subjects.filter(({ seenMs }) => mediaMs - seenMs <= holdMs && mediaMs >= seenMs);
    const heads = this.#subjects.filter(({ kind }) => kind === 'head');
    const persons = this.#subjects.filter(({ kind }) => kind === 'person');
    const covered = blur === 'persons' ? this.#subjects : [...heads, ...persons.filter((one) => !hasHead(one, heads))];
    return covered.map((one) => this.#areaOf(one, mediaMs, size));
  }

  #follow(seen: readonly Pick<Subject, 'kind' | 'box'>[], nowMs: number): void {
    const free = new Set(this.#subjects);
    for (const { kind, box } of seen) {
      const known = nearestOf(
        box,
        [...free].filter((one) => one.kind === kind),
      );
      if (known === undefined) {
        this.#subjects.push({ kind, box, seenMs: nowMs, speed: [0, 0] });
        continue;
      }
      free.delete(known);
      const passedMs = nowMs - known.seenMs;
      const [x, y] = centreOf(box);
      const [x0, y0] = centreOf(known.box);
      if (passedMs > 0) known.speed = [(x - x0) / passedMs, (y - y0) / passedMs];
      known.box = box;
      known.seenMs = nowMs;
    }
  }

  #areaOf({ box, seenMs, speed, kind }: Subject, nowMs: number, size: PictureSize): Area {
    const [x1, y1, x2, y2] = box;
    const [width, height] = [x2 - x1, y2 - y1];
    const lostMs = nowMs - seenMs;
    const margin = this.#plan.margin + (lostMs > 0 && kind === 'head' ? LOST_MARGIN : 0);
    const wander = (WANDERS_PER_S * lostMs * Math.max(width, height)) / 1000;
    const [dx, dy] = [width * margin + wander, height * margin + wander];
    const [mx, my] = [speed[0] * lostMs, speed[1] * lostMs];
    return [
      Math.max(0, Math.min(x1, x1 + mx) - dx),
      Math.max(0, Math.min(y1, y1 + my) - dy),
      Math.min(size.width, Math.max(x2, x2 + mx) + dx),
      Math.min(size.height, Math.max(y2, y2 + my) + dy),
    ];
  }
}

/** A person's head is in the upper half of the box, and was detected as lately as the person. */
function hasHead(person: Subject, heads: readonly Subject[]): boolean {
  const [x1, y1, x2, y2] = person.box;
  const slack = (x2 - x1) * 0.15;
  return heads.some(({ box, seenMs }) => {
    const [x, y] = centreOf(box);
    const inside = x >= x1 - slack && x <= x2 + slack && y >= y1 - slack && y <= (y1 + y2) / 2;
    return inside && seenMs >= person.seenMs;
  });
}

function nearestOf(box: Box, subjects: readonly Subject[]): Subject | undefined {
  const [x, y] = centreOf(box);
  let best: { readonly subject: Subject; readonly distance: number } | undefined;
  for (const subject of subjects) {
    const [sx, sy] = centreOf(subject.box);
    const distance = Math.hypot(x - sx, y - sy);
    const side = Math.max(longSide(box), longSide(subject.box));
    if (distance <= NEAR * side && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { subject, distance };
  }
  return best?.subject;
}

function centreOf([x1, y1, x2, y2]: Box): readonly [number, number] {
  return [(x1 + x2) / 2, (y1 + y2) / 2];
}

function longSide([x1, y1, x2, y2]: Box): number {
  return Math.max(x2 - x1, y2 - y1);
}
