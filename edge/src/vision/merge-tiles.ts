import { area, type Box, type Detection, intersection, iou, type PixelRect } from '../domain/index.ts';

/** What was found in one tile; boxes and tile in pixels of the source. */
export interface TileFinds {
  readonly tile: PixelRect;
  readonly detections: readonly Detection[];
}

/** A box that ends this close to its tile's edge, as a share of the tile, may go on behind it. */
const NEAR_EDGE = 0.01;
/** A cut box that lies so far inside another find is a piece of it. */
const PIECE = 0.6;
/** Two pieces belong together when they agree so far along the edge that cut them. */
const AGREE = 0.5;

interface Find {
  readonly detection: Detection;
  /** Sides at which a tile's edge inside the picture cut it. */
  readonly crop: readonly [left: boolean, top: boolean, right: boolean, bottom: boolean];
}

/**
 * One list out of those of overlapping tiles, best score first. Whole finds are made unique by NMS per label. What a
 * tile's edge cut is dropped where a whole find holds it, and pieces of one object that no tile saw whole are joined.
 * `bounds` is what the tiles cover: an object that ends there ends in truth.
 */
export function mergeTiles(tiles: readonly TileFinds[], bounds: PixelRect, iouMax: number): Detection[] {
  const finds = tiles.flatMap((finds) => finds.detections.map((detection) => findOf(detection, finds.tile, bounds)));
  const best = finds.toSorted((a, b) => b.detection.score - a.detection.score);
  const kept: Detection[] = [];
  for (const { detection, crop } of best) {
    if (crop.includes(true)) continue;
    if (!kept.some((other) => same(other, detection, iouMax))) kept.push(detection);
  }
  const pieces = best.filter(({ crop }) => crop.includes(true));
  const loose = pieces.filter(({ detection }) => !kept.some((whole) => isPieceOf(detection, whole)));
  for (const { detection } of joinPieces(loose)) {
    if (!kept.some((other) => same(other, detection, iouMax) || isPieceOf(detection, other))) kept.push(detection);
  }
  return kept.toSorted((a, b) => b.score - a.score);
}

function findOf(detection: Detection, tile: PixelRect, bounds: PixelRect): Find {
  const [left, top, right, bottom] = detection.box;
  const [nearX, nearY] = [tile.width * NEAR_EDGE, tile.height * NEAR_EDGE];
  const [tileRight, tileBottom] = [tile.left + tile.width, tile.top + tile.height];
  return {
    detection,
    crop: [
      tile.left > bounds.left && left - tile.left <= nearX,
      tile.top > bounds.top && top - tile.top <= nearY,
      tileRight < bounds.left + bounds.width && tileRight - right <= nearX,
      tileBottom < bounds.top + bounds.height && tileBottom - bottom <= nearY,
    ],
  };
}

function same(a: Detection, b: Detection, iouMax: number): boolean {
  return a.classId === b.classId && iou(a.box, b.box) > iouMax;
}

function isPieceOf(piece: Detection, whole: Detection): boolean {
  return piece.classId === whole.classId && intersection(piece.box, whole.box) > PIECE * area(piece.box);
}

/** Joins pieces until no two belong together: first the best, so that the joint find has the best piece's score. */
function joinPieces(pieces: readonly Find[]): readonly Find[] {
  const joined: Find[] = [];
  for (const piece of pieces) {
    let find = piece;
    for (;;) {
      const at = joined.findIndex((other) => belongTogether(other, find));
      const [other] = at === -1 ? [] : joined.splice(at, 1);
      if (other === undefined) break;
      find = joinTwo(other, find);
    }
    joined.push(find);
  }
  return joined;
}

function belongTogether(a: Find, b: Find): boolean {
  if (a.detection.classId !== b.detection.classId) return false;
  const [p, q] = [a.detection.box, b.detection.box];
  if (intersection(p, q) === 0) return false;
  if (isPieceOf(a.detection, b.detection) || isPieceOf(b.detection, a.detection)) return true;
  const sideways = (a.crop[2] && b.crop[0]) || (a.crop[0] && b.crop[2]);
  const upright = (a.crop[3] && b.crop[1]) || (a.crop[1] && b.crop[3]);
  return (
    (sideways && agreement(p[1], p[3], q[1], q[3]) > AGREE) || (upright && agreement(p[0], p[2], q[0], q[2]) > AGREE)
  );
}

/** Intersection over union of two intervals. */
function agreement(a1: number, a2: number, b1: number, b2: number): number {
  const shared = Math.min(a2, b2) - Math.max(a1, b1);
  return shared <= 0 ? 0 : shared / (Math.max(a2, b2) - Math.min(a1, b1));
}

/** The joint find is cut where the piece that reaches furthest is cut. A mask does not survive: it was never whole. */
function joinTwo(a: Find, b: Find): Find {
  const [p, q] = [a.detection.box, b.detection.box];
  const box: Box = [Math.min(p[0], q[0]), Math.min(p[1], q[1]), Math.max(p[2], q[2]), Math.max(p[3], q[3])];
  const { label, classId } = a.detection;
  return {
    detection: { label, classId, score: Math.max(a.detection.score, b.detection.score), box },
    crop: [
      p[0] <= q[0] ? a.crop[0] : b.crop[0],
      p[1] <= q[1] ? a.crop[1] : b.crop[1],
      p[2] >= q[2] ? a.crop[2] : b.crop[2],
      p[3] >= q[3] ? a.crop[3] : b.crop[3],
    ],
  };
}
