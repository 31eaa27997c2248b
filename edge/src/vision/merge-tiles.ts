import { area, type Box, type Detection, intersection, iou, type PixelRect } from '../domain/index.ts';

/** The detections of one tile; boxes and tile in pixels of the source frame. */
export interface TileDetections {
  readonly tile: PixelRect;
  readonly detections: readonly Detection[];
}

/** A box that ends this close to its tile's edge, as a fraction of the tile, may continue behind it. */
const NEAR_EDGE = 0.01;
/** A clipped box with this fraction of its area inside another detection is a piece of it. */
const PIECE = 0.6;
/** Two pieces belong together when they agree this much along the edge that clipped them. */
const AGREE = 0.5;

interface TiledDetection {
  readonly detection: Detection;
  /** Sides at which a tile's edge inside the frame clipped it. */
  readonly clipped: readonly [left: boolean, top: boolean, right: boolean, bottom: boolean];
}

/**
 * One list out of those of overlapping tiles, best score first. Complete detections are made unique by NMS per label. A
 * detection that a tile's edge clipped is dropped where a complete one contains it, and pieces of one object that no
 * tile shows completely are joined. `bounds` is what the tiles cover: a box that ends there is not clipped.
 */
export function mergeTiles(tiles: readonly TileDetections[], bounds: PixelRect, iouMax: number): Detection[] {
  const tiled = tiles.flatMap(({ tile, detections }) =>
    detections.map((detection) => tiledOf(detection, tile, bounds)),
  );
  const best = tiled.toSorted((a, b) => b.detection.score - a.detection.score);
  const kept: Detection[] = [];
  for (const { detection, clipped } of best) {
    if (clipped.includes(true)) continue;
    if (!kept.some((other) => same(other, detection, iouMax))) kept.push(detection);
  }
  const pieces = best.filter(({ clipped }) => clipped.includes(true));
  const loose = pieces.filter(({ detection }) => !kept.some((complete) => isPieceOf(detection, complete)));
  for (const { detection } of joinPieces(loose)) {
    if (!kept.some((other) => same(other, detection, iouMax) || isPieceOf(detection, other))) kept.push(detection);
  }
  return kept.toSorted((a, b) => b.score - a.score);
}

function tiledOf(detection: Detection, tile: PixelRect, bounds: PixelRect): TiledDetection {
  const [left, top, right, bottom] = detection.box;
  const [nearX, nearY] = [tile.width * NEAR_EDGE, tile.height * NEAR_EDGE];
  const [tileRight, tileBottom] = [tile.left + tile.width, tile.top + tile.height];
  return {
    detection,
    clipped: [
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

function isPieceOf(piece: Detection, complete: Detection): boolean {
  return piece.classId === complete.classId && intersection(piece.box, complete.box) > PIECE * area(piece.box);
}

/** Joins pieces until no two belong together, the best first, so that a joined detection has the best piece's score. */
function joinPieces(pieces: readonly TiledDetection[]): readonly TiledDetection[] {
  const joined: TiledDetection[] = [];
  for (const piece of pieces) {
    let current = piece;
    for (;;) {
      const at = joined.findIndex((other) => belongTogether(other, current));
      const [other] = at === -1 ? [] : joined.splice(at, 1);
      if (other === undefined) break;
      current = joinTwo(other, current);
    }
    joined.push(current);
  }
  return joined;
}

function belongTogether(a: TiledDetection, b: TiledDetection): boolean {
  if (a.detection.classId !== b.detection.classId) return false;
  const [p, q] = [a.detection.box, b.detection.box];
  if (intersection(p, q) === 0) return false;
  if (isPieceOf(a.detection, b.detection) || isPieceOf(b.detection, a.detection)) return true;
  const sideways = (a.clipped[2] && b.clipped[0]) || (a.clipped[0] && b.clipped[2]);
  const upright = (a.clipped[3] && b.clipped[1]) || (a.clipped[1] && b.clipped[3]);
  return (
    (sideways && agreement(p[1], p[3], q[1], q[3]) > AGREE) || (upright && agreement(p[0], p[2], q[0], q[2]) > AGREE)
  );
}

/** Intersection over union of two intervals. */
function agreement(a1: number, a2: number, b1: number, b2: number): number {
  const common = Math.min(a2, b2) - Math.max(a1, b1);
  return common <= 0 ? 0 : common / (Math.max(a2, b2) - Math.min(a1, b1));
}

/** Clipped where the piece that reaches furthest is clipped. The masks of pieces are incomplete and are dropped. */
function joinTwo(a: TiledDetection, b: TiledDetection): TiledDetection {
  const [p, q] = [a.detection.box, b.detection.box];
  const box: Box = [Math.min(p[0], q[0]), Math.min(p[1], q[1]), Math.max(p[2], q[2]), Math.max(p[3], q[3])];
  const { label, classId } = a.detection;
  return {
    detection: { label, classId, score: Math.max(a.detection.score, b.detection.score), box },
    clipped: [
      p[0] <= q[0] ? a.clipped[0] : b.clipped[0],
      p[1] <= q[1] ? a.clipped[1] : b.clipped[1],
      p[2] >= q[2] ? a.clipped[2] : b.clipped[2],
      p[3] >= q[3] ? a.clipped[3] : b.clipped[3],
    ],
  };
}
