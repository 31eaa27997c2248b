import { resolve } from 'node:path';
import type { TeachingFolder } from '../teaching/index.ts';
import { cameraSource, type NamedCamera, refuseClearPeople } from './camera-source.ts';
import type { Context } from './context.ts';
import { CliError, UsageError } from './errors.ts';
import { specFor } from './model-spec.ts';
import { Progress } from './text/progress.ts';

/** Where the pieces of a teaching come from. */
export interface PiecesOptions {
  readonly images?: string;
  readonly camera?: string;
  readonly zone?: string;
  readonly stage?: string;
  readonly labels?: string;
  readonly padding: number;
  readonly good: number;
  readonly pieces: number;
  readonly bad?: string;
  readonly fresh?: boolean;
  readonly transport?: string;
}

export interface CollectedPieces {
  readonly folder: TeachingFolder;
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
}

type Region = readonly [number, number, number, number];
interface Place {
  readonly id: string;
  /** Absolute folder of the teaching. */
  readonly dir: string;
}

/** Collects what the options name, beside what the folder of the teaching holds already. */
export async function collectPieces(context: Context, options: PiecesOptions, place: Place): Promise<CollectedPieces> {
  const { TeachingFolder } = await import('../teaching/index.ts');
  if (options.images !== undefined && options.camera !== undefined) {
    throw new UsageError('--images and --camera are both given', 'give one of them');
  }
  if (options.fresh === true) await TeachingFolder.remove(place.dir);
  const [folder, unreadable] =
    options.images !== undefined
      ? await fromImages(context, options.images, place)
      : options.camera !== undefined
        ? [await fromCamera(context, options, place, options.camera), []]
        : [await TeachingFolder.existing(place.dir), []];
  if (options.bad === undefined) return { folder, unreadable };
  return { folder, unreadable: [...unreadable, ...(await addImages(context, folder, 'bad', options.bad))] };
}

type Unreadable = CollectedPieces['unreadable'];

async function fromImages(context: Context, given: string, { dir }: Place): Promise<[TeachingFolder, Unreadable]> {
  const { TeachingFolder, gridForImages, imageFiles } = await import('../teaching/index.ts');
  const images = resolve(context.io.cwd, given);
  const { width, height } = await gridForImages(await imageFiles(images));
  const folder = await TeachingFolder.open(dir, { source: `images in ${images}`, division: 'mixed', width, height });
  return [folder, await addImages(context, folder, 'good', given)];
}

async function addImages(
  { io }: Context,
  folder: TeachingFolder,
  kind: 'good' | 'bad',
  given: string,
): Promise<Unreadable> {
  const { collectImages, imageFiles } = await import('../teaching/index.ts');
  const { probeFfmpeg } = await import('../camera/index.ts');
  const files = await imageFiles(resolve(io.cwd, given));
  const progress = new Progress(io, 'images');
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const onProgress = (done: number, total: number): void => progress.step(done, total);
  return collectImages({ folder, kind, files, capabilities, signal: io.signal, onProgress });
}

async function fromCamera(
  context: Context,
  options: PiecesOptions,
  place: Place,
  camera: string,
): Promise<TeachingFolder> {
  const { io } = context;
  const { collectFromCamera, gridForCamera, TeachingFolder } = await import('../teaching/index.ts');
  const { probeFfmpeg } = await import('../camera/index.ts');
  const named = await cameraSource(context, camera, options.transport);
  const region = options.zone === undefined ? undefined : await regionOf(options.zone, named);
  refuseClearPeople(named, 'pieces', 'give good pieces as image files: --images DIR');
  if (options.stage === undefined) await refuseMasked(named, region ?? [0, 0, 1, 1]);
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const source = { ...named, capabilities, clock: io.clock, signal: io.signal };
  const shown = `${named.shown}${options.zone === undefined ? '' : `, zone ${options.zone}`}`;
  const progress = new Progress(io, 'pieces');
  const common = {
    ...{ source, region, masks: named.masks, durationMs: options.good, wanted: options.pieces },
    onProgress: (done: number, total: number): void => progress.step(done, total),
  };
  if (options.stage !== undefined) return fromStage(context, options, place, { ...common, shown });
  const known = await TeachingFolder.existing(place.dir).catch(() => undefined);
  const { width, height } = known?.state ?? (await gridForCamera(source, region));
  const folder = await TeachingFolder.open(place.dir, { source: shown, division: 'blocks', width, height });
  await collectFromCamera({ ...common, folder });
  return folder;
}

/** A piece with a mask in it would teach the model that grey is good, and without it would show what is covered. */
async function refuseMasked({ masks, shown }: NamedCamera, [x1, y1, x2, y2]: Region): Promise<void> {
  const { regionAround } = await import('../domain/index.ts');
  const masked = masks.map(regionAround).some(([a, b, c, d]) => a < x2 && c > x1 && b < y2 && d > y1);
  if (!masked) return;
  const advice = 'give a --zone beside the masks of the camera (privacy.masks), or --images DIR';
  throw new CliError('privacy_on', `no pieces of ${shown}: a part of them is covered in its pictures`, advice);
}

type StageTask = Parameters<typeof import('../teaching/index.ts').collectFromStage>[0];

async function fromStage(
  context: Context,
  { stage = '', labels, padding }: PiecesOptions,
  { dir }: Place,
  {
    shown,
    ...common
  }: Pick<StageTask, 'source' | 'region' | 'masks' | 'durationMs' | 'wanted'> & { readonly shown: string },
): Promise<TeachingFolder> {
  const { collectFromStage } = await import('../teaching/index.ts');
  const { openPredictor } = await import('../predictor/index.ts');
  const detector = await openPredictor(await specFor(context, { ref: stage }), context.io.signal);
  try {
    return await collectFromStage({
      ...common,
      ...{ dir, detector, padding, labels: labels?.split(',').map((label) => label.trim()) },
      begin: { source: `${shown}, products of ${stage}`, division: 'blocks' },
    });
  } finally {
    await detector.close();
  }
}

/** A zone's bounding box, or four fractions. */
async function regionOf(zone: string, { zones, shown }: NamedCamera): Promise<Region> {
  const numbers = zone.split(',').map(Number);
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = numbers;
  const valid = numbers.length === 4 && numbers.every((n) => n >= 0 && n <= 1) && x1 < x2 && y1 < y2;
  if (valid) return [x1, y1, x2, y2];
  const { regionAround } = await import('../domain/index.ts');
  const found = zones.find(({ id }) => id === zone);
  if (found !== undefined) return regionAround(found.polygon);
  const known = zones.map(({ id }) => id).join(', ') || 'none';
  const advice = `zones there: ${known}; or give left,top,right,bottom as fractions, such as 0.2,0.1,0.8,0.9`;
  throw new CliError('zone_unknown', `${shown} has no zone ${zone}`, advice);
}
