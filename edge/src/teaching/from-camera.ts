import { type CellGrid, inputSizeFor } from '@lineside/models';
import type { Clock } from '@lineside/kit';
import { type FfmpegCapabilities, type InputFrame, inputFrames } from '../camera/index.ts';
import { type Region, regionRect } from '../domain/index.ts';
import { TeachingError } from './errors.ts';
import { inputOf } from './manifest.ts';
import type { TeachingFolder } from './state.ts';

/** Where the frames come from; a live stream, or a recording on its own clock. */
export interface CameraSource {
  /** May contain credentials. */
  readonly url: string;
  /** Safe to print. */
  readonly shown: string;
  readonly transport: 'tcp' | 'udp';
  readonly capabilities: FfmpegCapabilities;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface CameraPieces {
  readonly folder: TeachingFolder;
  readonly source: CameraSource;
  /** The part of the frame that is one piece; the frame when left out. */
  readonly region: Region | undefined;
  /** How long pieces are collected, and how many: they are spread evenly over that time. */
  readonly durationMs: number;
  readonly wanted: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The input for a region of this camera. Opens the camera for one frame. Throws StreamError. */
export async function gridForCamera(source: CameraSource, region: Region | undefined): Promise<CellGrid> {
  const { capabilities, clock, signal, transport } = source;
  for await (const { width, height } of inputFrames(source.url, { capabilities, clock, signal, transport })) {
    const part = region === undefined ? { width, height } : regionRect(region, { width, height });
    return inputSizeFor(part.width / part.height);
  }
  throw new TeachingError('pieces_missing', `${source.shown} ended before its first frame`, 'lineside camera test');
}

/** Adds one piece after each interval until there are enough or the time is over. Continues where it was interrupted. */
export async function collectFromCamera(task: CameraPieces): Promise<void> {
  const { folder, source, region, durationMs, wanted } = task;
  const format = { ...formatOf(folder.grid), ...(region === undefined ? {} : { region }) };
  const { capabilities, clock, signal, transport } = source;
  const frames = inputFrames(source.url, { capabilities, clock, signal, transport, format });
  const taken = folder.state.good.length;
  for await (const frame of chosenFrames(frames, source, { durationMs, count: wanted - taken })) {
    await folder.add('good', `frame ${taken + 1 + frame.order} at ${frame.timeS.toFixed(1)} s`, frame.pixels);
    await folder.save();
    task.onProgress?.(folder.state.good.length, wanted);
  }
}

export interface ChosenFrame extends InputFrame {
  /** From 0 among those chosen. */
  readonly order: number;
}

/** `count` frames spread over the time: of a stream by this machine's clock, of a recording by its own. */
export async function* chosenFrames(
  frames: AsyncGenerator<InputFrame, void, void>,
  { url, clock }: Pick<CameraSource, 'url' | 'clock'>,
  { durationMs, count }: { readonly durationMs: number; readonly count: number },
): AsyncGenerator<ChosenFrame, void, void> {
  const live = isLive(url);
  const everyMs = durationMs / Math.max(1, count);
  let startedMs: number | undefined;
  let order = 0;
  for await (const frame of frames) {
    const nowMs = live ? clock.monoMs() : frame.timeS * 1000;
    startedMs ??= nowMs;
    if (order >= count || nowMs - startedMs > durationMs) return;
    if (nowMs - startedMs < order * everyMs) continue;
    yield { ...frame, order };
    order += 1;
  }
}

/** A file is decoded as fast as it can be. */
function isLive(url: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(url) && !/^file:/i.test(url);
}

function formatOf(grid: CellGrid) {
  const { width, height, color, letterbox } = inputOf(grid);
  return { width, height, color, ...letterbox };
}
