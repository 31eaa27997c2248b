import { type CellGrid, inputSizeFor } from '@lineside/models';
import { inputFrames, type InputFrame } from '../camera/index.ts';
import type { Box, FrameRef, PictureSize, PixelRect, Point, Region, Track } from '../domain/index.ts';
import { regionAround, regionRect } from '../domain/index.ts';
import type { Predictor } from '../predictor/index.ts';
import { ByteTracker } from '../tracking/index.ts';
import { rectAround, scaledCrop } from '../vision/index.ts';
import type { CameraSource } from './from-camera.ts';
import { median } from './limit.ts';
import { inputOf } from './manifest.ts';
import { TeachingFolder, type TeachingState } from './state.ts';

export interface StagePieces {
  readonly dir: string;
  readonly begin: Pick<TeachingState, 'source' | 'division'>;
  readonly source: CameraSource;
  /** The detector whose products are taught; it stays open. */
  readonly detector: Predictor;
  /** Labels that are products; all when left out. */
  readonly labels: readonly string[] | undefined;
  /** Margin around the box, as a fraction of its sides; the same as the stage's in the configuration. */
  readonly padding: number;
  /** Only products whose centre is in it. */
  readonly region: Region | undefined;
  /** Polygons in fractions of the frame; a product whose crop touches one is left out. */
  readonly masks?: readonly (readonly Point[])[];
  readonly durationMs: number;
  readonly wanted: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Pieces of one product at most: more of the same would crowd out others. */
const PER_TRACK = 2;
/** Time between two pieces of one product. */
const APART_MS = 1_000;
/** Products that are measured before the shape of the input is fixed. */
const MEASURED = 12;
/** A product nearer to the frame's edge than this fraction of it may be cut off. */
const EDGE = 0.01;

/** A frame with a product in it. */
interface Sighting {
  readonly frame: InputFrame;
  readonly track: Track;
}

/** Adds crops of tracked products, cut as a second stage cuts them. The shape of the input follows from the first ones. */
export async function collectFromStage(task: StagePieces): Promise<TeachingFolder> {
  let folder = await TeachingFolder.existing(task.dir).catch(() => undefined);
  const waiting: Sighting[] = [];
  for await (const sighting of sightings(task)) {
    if (folder === undefined) {
      waiting.push({ ...sighting, frame: { ...sighting.frame, pixels: Uint8Array.from(sighting.frame.pixels) } });
      if (waiting.length < MEASURED) continue;
      folder = await openFor(task, waiting);
      for (const one of waiting.splice(0)) await addCrop(folder, one, task);
    } else await addCrop(folder, sighting, task);
    await folder.save();
    task.onProgress?.(folder.state.good.length, task.wanted);
    if (folder.state.good.length >= task.wanted) break;
  }
  folder ??= await openFor(task, waiting);
  for (const one of waiting) await addCrop(folder, one, task);
  await folder.save();
  return folder;
}

async function openFor({ dir, begin, padding }: StagePieces, seen: readonly Sighting[]): Promise<TeachingFolder> {
  const aspects = seen.map(({ frame, track }) => {
    const { width, height } = rectAround(track.box, padding, frame);
    return width / height;
  });
  const { width, height }: CellGrid = inputSizeFor(aspects.length === 0 ? 1 : median(aspects));
  return TeachingFolder.open(dir, { ...begin, width, height });
}

async function addCrop(folder: TeachingFolder, { frame, track }: Sighting, { padding }: StagePieces): Promise<void> {
  const from = `product ${track.id} at ${frame.timeS.toFixed(1)} s`;
  if (folder.has('good', from)) return;
  const { pixels: bytes, width, height } = frame;
  const size = { width, height };
  const rect = rectAround(track.box, padding, size);
  await folder.add('good', from, await scaledCrop({ bytes, size }, rect, inputOf(folder.grid)));
}

/** Products that were followed, fully in the frame, each a few times. */
async function* sightings(task: StagePieces): AsyncGenerator<Sighting, void, void> {
  const { source, detector, durationMs } = task;
  const { capabilities, clock, signal, transport } = source;
  const tracker = new ByteTracker();
  const taken = new Map<number, { count: number; atMs: number }>();
  let startedMs: number | undefined;
  for await (const frame of inputFrames(source.url, { capabilities, clock, signal, transport })) {
    const atMs = frame.timeS * 1000;
    startedMs ??= atMs;
    if (atMs - startedMs > durationMs) return;
    for (const track of await tracksOf(task, tracker, frame, atMs, detector)) {
      const before = taken.get(track.id) ?? { count: 0, atMs: Number.NEGATIVE_INFINITY };
      if (before.count >= PER_TRACK || atMs - before.atMs < APART_MS) continue;
      taken.set(track.id, { count: before.count + 1, atMs });
      yield { frame, track };
    }
  }
}

async function tracksOf(
  { labels, region, masks = [], padding }: StagePieces,
  tracker: ByteTracker,
  { pixels: bytes, width, height, index }: InputFrame,
  atMs: number,
  detector: Predictor,
): Promise<readonly Track[]> {
  const size = { width, height };
  const input = await scaledCrop({ bytes, size }, { left: 0, top: 0, ...size }, detector.spec.manifest.input);
  const prediction = await detector.predict(input, size);
  const frame: FrameRef = { camera: 'teach', index, atMs, ...size };
  const times = { waitMs: 0, inferMs: 0, decodeMs: 0 };
  const result =
    prediction.status === 'no_result'
      ? { status: 'no_result' as const, reason: 'inference_error' as const }
      : { ...prediction, status: 'ok' as const };
  const tracks = tracker.update({ frame, model: detector.spec.id, result, times });
  return tracks.filter(
    ({ label, confirmed, missed, box }) =>
      confirmed &&
      missed === 0 &&
      (labels?.includes(label) ?? true) &&
      isInside(box, size, region) &&
      !isMasked(rectAround(box, padding, size), size, masks),
  );
}

function isMasked(crop: PixelRect, size: PictureSize, masks: readonly (readonly Point[])[]): boolean {
  return masks.some((mask) => {
    const { left, top, width, height } = regionRect(regionAround(mask), size);
    const across = crop.left < left + width && left < crop.left + crop.width;
    return across && crop.top < top + height && top < crop.top + crop.height;
  });
}

function isInside([x1, y1, x2, y2]: Box, size: PictureSize, region: Region | undefined): boolean {
  const [dx, dy] = [size.width * EDGE, size.height * EDGE];
  if (x1 < dx || y1 < dy || x2 > size.width - dx || y2 > size.height - dy) return false;
  if (region === undefined) return true;
  const { left, top, width, height } = regionRect(region, size);
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return x >= left && x <= left + width && y >= top && y <= top + height;
}
