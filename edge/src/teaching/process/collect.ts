import { systemClock } from '@lineside/kit';
import { type FfmpegCapabilities, probeFfmpeg } from '../../camera/index.ts';
import { openPredictor } from '../../predictor/index.ts';
import {
  collectFromCamera,
  collectFromStage,
  collectImages,
  gridForCamera,
  gridForImages,
  imageFiles,
  TeachingFolder,
} from '../index.ts';
import type { CameraPart, Collecting, TeachOrder, TeachProgress, Unreadable } from './order.ts';

interface Tools {
  readonly signal: AbortSignal;
  readonly tell: (progress: TeachProgress) => void;
}

type Order = Pick<TeachOrder, 'dir' | 'fresh' | 'collect' | 'bad'>;

/** Collects what the order names, beside what the folder of the teaching holds already. */
export async function collectPieces(
  { dir, fresh, collect, bad }: Order,
  tools: Tools,
): Promise<{ readonly folder: TeachingFolder; readonly unreadable: Unreadable }> {
  if (fresh === true) await TeachingFolder.remove(dir);
  const { folder, unreadable } = await good(dir, collect, tools);
  tools.signal.throwIfAborted();
  if (bad === undefined) return { folder, unreadable };
  return { folder, unreadable: [...unreadable, ...(await addImages(folder, 'bad', bad, tools))] };
}

async function good(dir: string, collect: Collecting | undefined, tools: Tools) {
  switch (collect?.from) {
    case undefined:
      return { folder: await TeachingFolder.existing(dir), unreadable: [] };
    case 'images': {
      const { width, height } = await gridForImages(await imageFiles(collect.dir));
      const source = `images in ${collect.dir}`;
      const folder = await TeachingFolder.open(dir, { source, division: 'mixed', width, height });
      return { folder, unreadable: await addImages(folder, 'good', collect.dir, tools) };
    }
    case 'camera':
      return { folder: await fromCamera(dir, collect, tools), unreadable: [] };
    case 'stage':
      return { folder: await fromStage(dir, collect, tools), unreadable: [] };
  }
}

async function addImages(
  folder: TeachingFolder,
  kind: 'good' | 'bad',
  dir: string,
  { signal, tell }: Tools,
): Promise<Unreadable> {
  const files = await imageFiles(dir);
  const step = kind === 'good' ? 'images' : 'bad';
  tell({ step, done: 0, total: files.length });
  const capabilities = await probeFfmpeg('ffmpeg', signal);
  const onProgress = (done: number, total: number): void => tell({ step, done, total });
  return collectImages({ folder, kind, files, capabilities, signal, onProgress });
}

async function fromCamera(dir: string, part: CameraPart, tools: Tools): Promise<TeachingFolder> {
  const { region, durationMs, wanted, shown } = part;
  const source = sourceOf(part, await probeFfmpeg('ffmpeg', tools.signal), tools);
  const known = await TeachingFolder.existing(dir).catch(() => undefined);
  const { width, height } = known?.state ?? (await gridForCamera(source, region));
  const folder = await TeachingFolder.open(dir, { source: shown, division: 'blocks', width, height });
  await collectFromCamera({ folder, source, region, durationMs, wanted, onProgress: piecesTo(tools, wanted) });
  return folder;
}

async function fromStage(
  dir: string,
  stage: Extract<Collecting, { readonly from: 'stage' }>,
  tools: Tools,
): Promise<TeachingFolder> {
  const { spec, labels, padding, masks, region, durationMs, wanted } = stage;
  const source = sourceOf(stage, await probeFfmpeg('ffmpeg', tools.signal), tools);
  const detector = await openPredictor(spec, tools.signal);
  try {
    return await collectFromStage({
      ...{ dir, source, detector, labels, padding, masks, region, durationMs, wanted },
      begin: { source: `${stage.shown}, products of ${stage.stage}`, division: 'blocks' },
      onProgress: piecesTo(tools, wanted),
    });
  } finally {
    await detector.close();
  }
}

function sourceOf({ url, shown, transport }: CameraPart, capabilities: FfmpegCapabilities, { signal }: Tools) {
  return { url, shown, transport, capabilities, clock: systemClock, signal };
}

function piecesTo({ tell }: Tools, wanted: number): (done: number, total: number) => void {
  tell({ step: 'pieces', done: 0, total: wanted });
  return (done, total) => tell({ step: 'pieces', done, total });
}
