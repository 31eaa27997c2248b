import { type FieldVerdict, type PackVerdict, voteOnPack } from '../../codes/index.ts';
import type { Box, FrameRef } from '../../domain/index.ts';
import { ReadingPlaces } from './reading-places.ts';

/** What one frame says of a pack. */
export interface PackReading {
  readonly frame: FrameRef;
  readonly box: Box;
  readonly fields: readonly FieldVerdict[];
  readonly tookMs: number;
}

/** A pack that was lost may be detected again under another track for this long. */
const REMEMBERED_MS = 2000;

/** Sum of scores from which a field is proven: one code, one line of print; two frames without a forbidden phrase. */
const PROVEN = 0.5;

/** One pack on its way past the camera. */
export class PackCase {
  readonly label: string;
  track: number;
  box: Box;
  seenMs: number;
  /** Readings that were asked for, and the answers that are still to come with the time at which they were asked for. */
  asked = 0;
  readonly waiting = new Map<number, { readonly atMs: number; readonly box: Box }>();
  readonly readings: PackReading[] = [];
  readonly places = new ReadingPlaces();
  /** Why it could not be read or checked. */
  readonly reasons = new Set<string>();
  /** Fields whose code was measured. */
  readonly measured = new Set<string>();
  /** What it was judged to be; a pack is judged once. */
  verdict: PackVerdict['verdict'] | undefined;
  /** It passed the middle of the picture, so that it should have been read. */
  wasCentral = false;
  /** It was seen without an edge of the picture across it. */
  wasWhole = false;
  #velocity: readonly [x: number, y: number] = [0, 0];

  constructor(track: number, label: string, box: Box, atMs: number) {
    this.track = track;
    this.label = label;
    this.box = box;
    this.seenMs = atMs;
  }

  /** Its place in another frame. */
  see(track: number, box: Box, atMs: number): void {
    const elapsedMs = atMs - this.seenMs;
    if (elapsedMs > 0) {
      const [x, y] = centre(box);
      const [fromX, fromY] = centre(this.box);
      this.#velocity = [(x - fromX) / elapsedMs, (y - fromY) / elapsedMs];
    }
    this.track = track;
    this.box = box;
    this.seenMs = atMs;
  }

  /** Whether an object at `box`, whose track has just begun, can be this pack. */
  isAt(label: string, box: Box, atMs: number): boolean {
    const elapsedMs = atMs - this.seenMs;
    if (label !== this.label || elapsedMs <= 0 || elapsedMs > REMEMBERED_MS) return false;
    const [x, y] = centre(this.box);
    const moved = [x + this.#velocity[0] * elapsedMs, y + this.#velocity[1] * elapsedMs] as const;
    const at = centre(box);
    const [width, height] = [this.box[2] - this.box[0], this.box[3] - this.box[1]];
    const near = (place: readonly [number, number]): boolean =>
      Math.abs(place[0] - at[0]) < width / 2 && Math.abs(place[1] - at[1]) < height / 2;
    return near(moved);
  }

  /** Nobody can detect it again under another track. */
  isForgotten(atMs: number): boolean {
    return atMs - this.seenMs > REMEMBERED_MS;
  }

  /** Everything was read well: further readings can only say the same. */
  get isSettled(): boolean {
    const votes = this.readings.map(({ fields }) => fields);
    const worthOf = (name: string): number =>
      votes.flat().reduce((total, vote) => total + (vote.name === name && vote.verdict === 'good' ? vote.score : 0), 0);
    const { verdict, fields } = voteOnPack(votes);
    return verdict === 'good' && fields.every(({ name }) => worthOf(name) >= PROVEN);
  }

  /** Something was read on each field, right or wrong. */
  get isAnswered(): boolean {
    const { verdict, fields } = voteOnPack(this.readings.map((reading) => reading.fields));
    return verdict === 'wrong' || (fields.length > 0 && fields.every((field) => field.verdict === 'good'));
  }

  /** The verdict of its frames; unreadable where nobody read it. */
  vote(fields: readonly { readonly id: string; readonly expected: string }[]): PackVerdict {
    const unread = fields.map(({ id, expected }) => ({ name: id, verdict: 'unreadable' as const, expected, score: 0 }));
    const votes = this.readings.map((reading) => reading.fields);
    return voteOnPack(votes.length === 0 ? [unread] : votes);
  }

  /** The frame that shows best what a field was judged to be. */
  bestOf(field: FieldVerdict | undefined): PackReading | undefined {
    const same = this.readings.flatMap((reading) => {
      const vote = reading.fields.find(({ name }) => name === field?.name);
      return vote === undefined || vote.verdict !== field?.verdict ? [] : [{ reading, score: vote.score }];
    });
    return same.toSorted((a, b) => b.score - a.score)[0]?.reading ?? this.readings.at(-1);
  }

  get tookMs(): number {
    return this.readings.reduce((total, { tookMs }) => total + tookMs, 0);
  }
}

function centre([x1, y1, x2, y2]: Box): readonly [number, number] {
  return [(x1 + x2) / 2, (y1 + y2) / 2];
}
