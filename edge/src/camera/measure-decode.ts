import { type Clock, readLifeSigns } from '@lineside/kit';
import { BufferPool } from './buffer-pool.ts';
import type { FfmpegCapabilities } from './capabilities.ts';
import { StreamError } from './errors.ts';
import type { OutputFormat } from './format.ts';
import { isStillFile, socketTimeoutMs, sourceOf } from './sources/index.ts';
import type { StreamFacts } from './stderr-reader.ts';
import { StreamRun } from './stream-run.ts';
import { UrlHandover } from './url-handover.ts';

export interface DecodeTask {
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** Frames a second that are wanted. */
  readonly fps: number;
  /** What FFmpeg makes of each frame, beside the picture. */
  readonly formats: readonly OutputFormat[];
  /** Key frames alone are decoded. */
  readonly keyFramesOnly?: boolean;
  /** Of the picture for evidence; 1920 when left out. */
  readonly pictureWidth?: number;
  /** Length of the measurement, after the first frame. */
  readonly durationMs: number;
}

/** What decoding a camera costs. */
export interface DecodeFigures {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Frames a second of the source, where it reports them. */
  readonly sourceFps?: number;
  readonly deliveredFps: number;
  /** Cores that FFmpeg and the reading of its frames keep busy. */
  readonly cores: number;
}

const PATIENCE_MS = 20_000;

/**
 * Runs a source as the inspection does, as fast as it plays, and measures the CPU time of FFmpeg and of this process.
 *
 * @throws StreamError with the code of what is wrong.
 */
export async function measureDecode(
  task: DecodeTask,
  { capabilities, clock }: { readonly capabilities: FfmpegCapabilities; readonly clock: Clock },
  signal: AbortSignal,
): Promise<DecodeFigures> {
  const { url, transport, fps, formats, durationMs, keyFramesOnly = false, pictureWidth } = task;
  const enough = new AbortController();
  const pool = new BufferPool();
  const seen: { facts?: StreamFacts; first?: Reading; last?: Reading; frames: number } = { frames: 0 };
  await using source = await UrlHandover.open(url);
  const run: StreamRun = new StreamRun({
    source,
    request: {
      ...{ url, transport, formats, picture: 'evidence-yuv', paced: !sourceOf(url).isLive, loop: true },
      ...{ choice: { kind: 'live', fps }, timeoutMs: socketTimeoutMs(fps) },
      pixelAspect: isStillFile(url) ? 'ignore' : 'honour',
      packets: sourceOf(url).hasStream(url),
      ...{ keyFramesOnly, pictureWidth },
    },
    ...{ capabilities, pool, clock },
    stallMs: () => PATIENCE_MS,
    graceMs: PATIENCE_MS,
    backPressure: false,
    ends: false,
    onFacts: (facts) => (seen.facts = facts),
    onPackets: () => undefined,
    onFrame: ({ outputs }) => {
      for (const buffer of outputs) pool.give(buffer);
      const reading = read(run.pid, clock.monoMs());
      if (seen.first === undefined) seen.first = reading;
      else {
        seen.frames += 1;
        seen.last = reading;
      }
      if (reading.atMs - seen.first.atMs >= durationMs) enough.abort();
    },
  });
  const { error } = await run.run(AbortSignal.any([signal, enough.signal]));
  signal.throwIfAborted();
  const { facts, first, last, frames } = seen;
  if (facts?.source === undefined || first === undefined || last === undefined) {
    throw error ?? new StreamError('ended', 'the source gave too few pictures to measure anything');
  }
  const passedMs = last.atMs - first.atMs;
  return {
    codec: facts.codec ?? 'video',
    ...facts.source,
    ...(facts.fps === undefined ? {} : { sourceFps: facts.fps }),
    deliveredFps: (frames * 1000) / passedMs,
    cores: (last.cpuMs - first.cpuMs) / passedMs,
  };
}

interface Reading {
  readonly atMs: number;
  readonly cpuMs: number;
}

function read(pid: number | undefined, atMs: number): Reading {
  const threads = pid === undefined ? [] : [...(readLifeSigns({ pid }, atMs)?.threads.values() ?? [])];
  const { user, system } = process.cpuUsage();
  return { atMs, cpuMs: threads.reduce((sum, { ranMs }) => sum + ranMs, 0) + (user + system) / 1000 };
}
