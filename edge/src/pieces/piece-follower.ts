import {
  type Box,
  jointVerdict,
  laterVerdict,
  type PictureSize,
  type PieceVerdict,
  type Point,
  type Track,
} from '../domain/index.ts';
import type { JudgedFrame, PieceWatch } from '../pipeline/index.ts';
import { CrossingLine, type LinePoints } from '../rules/index.ts';

/** One place in the picture of a camera from which products go on to an output. */
export interface Station {
  readonly id: string;
  readonly camera: string;
  readonly model: string;
  readonly labels: readonly string[];
  readonly line: LinePoints;
  /** Rules of the model that decide about a product; each must say that it is good. */
  readonly rules: readonly string[];
}

export interface PieceNews {
  /** A product was at the line at `capturedAtMs`, monotonic; `piece` rises within the station. */
  piece(
    station: string,
    piece: { readonly piece: number; readonly track: number; readonly capturedAtMs: number },
  ): void;
  /** What is known of it now; comes again when that changes. */
  verdict(station: string, piece: number, verdict: PieceVerdict): void;
}

interface Followed {
  readonly piece: number;
  readonly track: number;
  readonly atMs: number;
  readonly reported: PieceVerdict | undefined;
}

interface Following {
  readonly station: Station;
  readonly line: CrossingLine;
  before: { readonly atMs: number; readonly boxes: ReadonlyMap<number, Box> } | undefined;
  pieces: readonly Followed[];
}

/** Without a result for longer, products may have passed unseen, and nobody knows which one is which. */
const GAP_MS = 2_000;
/** A verdict can come so long after the line. */
const FOLLOW_MS = 60_000;

/** Follows products over the lines of all stations, and tells once of each, and of each change of what is known of it. */
export class PieceFollower implements PieceWatch {
  readonly #news: PieceNews;
  readonly #all: readonly Following[];
  #pieces: number;

  /** `first`: number of the first piece; to be another one than any of the process before, so that pieces stay apart. */
  constructor(stations: readonly Station[], news: PieceNews, first = 1) {
    this.#news = news;
    this.#pieces = first - 1;
    this.#all = stations.map((station) => ({
      ...{ station, line: new CrossingLine(station.line), before: undefined, pieces: [] },
    }));
  }

  judged(frame: JudgedFrame): void {
    for (const one of this.#all) {
      const { camera, model } = one.station;
      if (camera !== frame.camera || model !== frame.model) continue;
      if (frame.tracks !== undefined) this.#follow(one, frame, frame.tracks);
      this.#judge(one, frame);
    }
  }

  #follow(one: Following, { frame }: JudgedFrame, all: readonly Track[]): void {
    const { station, line, before } = one;
    const atMs = frame.capturedMs ?? frame.atMs;
    if (before !== undefined && (atMs - before.atMs > GAP_MS || atMs < before.atMs)) line.clear();
    const tracks = all.filter(({ label }) => station.labels.includes(label));
    for (const { direction, track } of line.see(atMs, tracks, frame)) {
      if (direction === 'backward' || one.pieces.some((known) => known.track === track.id)) continue;
      this.#pieces += 1;
      const piece = this.#pieces;
      const from = before && { atMs: before.atMs, box: before.boxes.get(track.id) };
      const capturedAtMs = crossedAt(station.line, frame, from, { atMs, box: track.box });
      one.pieces = [...one.pieces, { piece, track: track.id, atMs, reported: undefined }];
      this.#news.piece(station.id, { piece, track: track.id, capturedAtMs });
    }
    one.before = { atMs, boxes: new Map(tracks.map(({ id, box }) => [id, box])) };
    one.pieces = one.pieces.filter((piece) => atMs - piece.atMs <= FOLLOW_MS);
  }

  #judge(one: Following, { verdictOf }: JudgedFrame): void {
    const { station } = one;
    one.pieces = one.pieces.map((followed) => {
      const { piece, track, reported } = followed;
      const verdict = laterVerdict(reported, jointVerdict(station.rules.map((rule) => verdictOf(rule, track))));
      if (
        verdict.reason === 'undecided' ||
        (verdict.result === reported?.result && verdict.reason === reported.reason)
      ) {
        return followed;
      }
      this.#news.verdict(station.id, piece, verdict);
      return { ...followed, reported: verdict };
    });
  }
}

interface Moment {
  readonly atMs: number;
  readonly box: Box;
}

/** Between two frames, at the moment at which its centre was at the line. */
function crossedAt(
  line: LinePoints,
  picture: PictureSize,
  from: { readonly atMs: number; readonly box: Box | undefined } | undefined,
  to: Moment,
): number {
  if (from?.box === undefined) return to.atMs;
  const [before, after] = [distanceTo(line, picture, from.box), distanceTo(line, picture, to.box)];
  // The line is left behind by a margin; without movement there is nothing to calculate with.
  if (Math.abs(after - before) < 1) return to.atMs;
  const speed = (after - before) / Math.max(1, to.atMs - from.atMs);
  return Math.max(to.atMs - MOST_BACK_MS, Math.min(to.atMs, to.atMs - after / speed));
}

const MOST_BACK_MS = 5_000;

/** Signed distance of the centre of a box from the line, in pixels. */
function distanceTo([from, to]: LinePoints, { width, height }: PictureSize, [x1, y1, x2, y2]: Box): number {
  const [a, b]: readonly [Point, Point] = [
    [from[0] * width, from[1] * height],
    [to[0] * width, to[1] * height],
  ];
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy);
  return (((x1 + x2) / 2 - a[0]) * -dy + ((y1 + y2) / 2 - a[1]) * dx) / length;
}
