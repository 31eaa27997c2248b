/** Frames in one process, as they come: by the product's own cameras, or by a GStreamer child for each. */
import process from 'node:process';
import { SupervisedProcess, silentLogger, systemClock } from '@lineside/kit';
import { BufferPool, FfmpegCamera, probeFfmpeg } from '../../edge/src/camera/index.ts';
import { answerQuestions } from '../child.ts';
import { childrenOf } from '../slice/proc.ts';
import { numberIn, type Place } from './film.ts';

export interface ReadFacts {
  readonly reader: 'ours' | 'gstreamer';
  readonly urls: readonly string[];
  readonly fps: number;
  /** Side of the square that a model receives. */
  readonly side: number;
  readonly frameHeight: number;
}

/** One frame that was delivered. */
export interface Delivered {
  readonly stream: number;
  readonly number: number;
  readonly atMs: number;
}

const stop = new AbortController();
const running: Promise<unknown>[] = [];
let delivered: Delivered[] = [];
let counts: number[] = [];

async function start(facts: ReadFacts): Promise<Record<string, never>> {
  counts = facts.urls.map(() => 0);
  if (facts.reader === 'ours') await startOurs(facts);
  else startGstreamer(facts);
  while (counts.some((count) => count === 0)) await systemClock.sleep(50, stop.signal);
  return {};
}

function note(stream: number, pixels: Uint8Array, place: Place, atMs: number): void {
  counts[stream] = (counts[stream] ?? 0) + 1;
  delivered.push({ stream, number: numberIn(pixels, place), atMs });
}

async function startOurs({ urls, fps, side, frameHeight }: ReadFacts): Promise<void> {
  const capabilities = await probeFfmpeg();
  const pool = new BufferPool();
  const tools = { capabilities, pool, clock: systemClock, random: Math.random, logger: silentLogger };
  const formats = [{ width: side, height: side, color: 'rgb', anchor: 'center', fill: 114 }] as const;
  const place = { width: side, top: (side - frameHeight) / 2 };
  for (const [stream, url] of urls.entries()) {
    const options = {
      id: `${stream}`,
      url,
      transport: 'tcp',
      fps,
      mode: 'live',
      formats,
      pictureLayout: 'yuv',
    } as const;
    const camera = new FfmpegCamera(options, tools, {
      frame: ({ inputs: [input], picture, arrivedMs }) => {
        if (input === undefined) return;
        note(stream, input, place, arrivedMs);
        for (const buffer of [input, picture.pixels]) pool.give(buffer);
      },
      status: () => undefined,
    });
    running.push(camera.run(stop.signal));
  }
}

/** The rate is lowered before anything is scaled, and the picture is scaled before its colours are converted. */
function pipelineOf(url: string, { fps, side, frameHeight }: ReadFacts): readonly string[] {
  const scale = `video/x-raw,width=${side},height=${frameHeight}`;
  return [
    ...['-q', 'rtspsrc', `location=${url}`, 'protocols=tcp', 'latency=0', '!', 'rtph264depay', '!', 'h264parse', '!'],
    ...['avdec_h264', 'max-threads=1', '!', 'videorate', 'drop-only=true', '!', `video/x-raw,framerate=${fps}/1`, '!'],
    ...['videoscale', 'method=bilinear', '!', scale, '!', 'videoconvert', '!', 'video/x-raw,format=RGB', '!'],
    ...['fdsink', 'fd=3', 'sync=false'],
  ];
}

function startGstreamer(facts: ReadFacts): void {
  const { side, frameHeight } = facts;
  const place = { width: side, top: 0 };
  for (const [stream, url] of facts.urls.entries()) {
    const frame = new Uint8Array(side * frameHeight * 3);
    let filled = 0;
    const child = new SupervisedProcess({
      command: 'gst-launch-1.0',
      args: pipelineOf(url, facts),
      ...{ group: 'parent', stderr: 'stderr', extraPipes: 1 },
      onExtra: (_, chunk) => {
        for (let from = 0; from < chunk.length; ) {
          const part = chunk.subarray(from, from + frame.length - filled);
          frame.set(part, filled);
          filled += part.length;
          from += part.length;
          if (filled < frame.length) return;
          filled = 0;
          note(stream, frame, place, systemClock.monoMs());
        }
      },
    });
    child.extraPipes[0]?.resume();
    stop.signal.addEventListener('abort', () => void child.kill());
    running.push(child.exited);
  }
}

answerQuestions(
  {
    start,
    children: () => childrenOf(process.pid),
    begin: () => {
      delivered = [];
      return {};
    },
    end: (): readonly Delivered[] => delivered,
  },
  async () => {
    stop.abort();
    await Promise.allSettled(running);
  },
);
