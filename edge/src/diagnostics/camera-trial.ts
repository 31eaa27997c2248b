import type { Clock } from '@lineside/kit';
import {
  type FfmpegCapabilities,
  hasHardwareDecoders,
  inputFrames,
  probeCamera,
  probeSource,
  type SourceProbe,
} from '../camera/index.ts';
import { coverMasks } from '../privacy/index.ts';

export interface TrialOptions {
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  readonly capabilities: FfmpegCapabilities;
  /** How long frames are decoded after the first one, ms. */
  readonly durationMs: number;
  /** Polygons in fractions of the frame that are filled in the snapshot. */
  readonly masks?: readonly (readonly (readonly [number, number])[])[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a camera sends, as far as it was decoded. */
export interface CameraTrial {
  readonly probe: SourceProbe;
  readonly frames: number;
  /** From the start of FFmpeg to the first frame. */
  readonly firstFrameMs: number;
  /** Frames per second that were decoded; undefined for a file, which is not paced, and for a single frame. */
  readonly fps?: number;
  /** The first frame as JPEG. */
  readonly snapshot: Uint8Array;
  /** What would make it better; empty where all is well. */
  readonly advice: readonly TrialAdvice[];
}

/** `code` and `args` are for texts in other languages. */
export interface TrialAdvice {
  readonly code: 'advice_rate' | 'advice_width' | 'advice_codec';
  readonly message: string;
  readonly args: Readonly<Record<string, string | number>>;
}

const NETWORK = /^[a-z][a-z0-9+.-]+:\/\//i;
/** Wider than this costs decoding time that no model sees: each scales a frame to its own input. */
const WIDE = 1920;
const SLOW_FPS = 2;
/** How often a snapshot URL is asked. */
const SNAPSHOT_FPS = 5;

/**
 * Opens a camera, decodes frames for a while, and keeps the first one.
 *
 * @throws StreamError with the code of what is wrong.
 */
export async function tryCamera(options: TrialOptions): Promise<CameraTrial> {
  const { url, transport, capabilities, durationMs, clock, signal, masks = [] } = options;
  const probe = await probeFor(options);
  const live = NETWORK.test(url) && !/^file:/i.test(url);
  const startedMs = clock.monoMs();
  let first: { readonly atMs: number; readonly snapshot: Uint8Array } | undefined;
  let frames = 0;
  let lastMs = startedMs;
  for await (const { pixels, width, height } of inputFrames(url, {
    signal,
    capabilities,
    clock,
    transport,
    snapshotFps: SNAPSHOT_FPS,
  })) {
    lastMs = clock.monoMs();
    frames += 1;
    if (first === undefined) {
      coverMasks({ bytes: pixels, size: { width, height }, layout: 'rgb' }, masks);
      first = { atMs: lastMs, snapshot: await jpegOf(pixels, width, height) };
    }
    if (lastMs - first.atMs >= durationMs) break;
  }
  signal.throwIfAborted();
  const { StreamError } = await import('../camera/index.ts');
  if (first === undefined) throw new StreamError('ended', 'the source ended before its first frame');
  const fps = live && frames > 1 ? ((frames - 1) * 1000) / (lastMs - first.atMs) : undefined;
  return {
    ...{ probe, frames, firstFrameMs: first.atMs - startedMs, snapshot: first.snapshot },
    ...(fps === undefined ? {} : { fps }),
    advice: adviceFor(probe, fps, capabilities),
  };
}

/** By FFmpeg's own probe, which knows the rate; a snapshot URL is opened as the inspection does. */
async function probeFor({ url, transport, capabilities, clock, signal }: TrialOptions): Promise<SourceProbe> {
  if (!/^https?:/i.test(url)) return probeSource(url, transport, capabilities, clock, signal);
  return probeCamera({ url, transport, fps: SNAPSHOT_FPS }, { capabilities, clock }, signal);
}

async function jpegOf(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

function adviceFor(
  probe: SourceProbe,
  fps: number | undefined,
  capabilities: FfmpegCapabilities,
): readonly TrialAdvice[] {
  const advice: TrialAdvice[] = [];
  const rate = fps ?? probe.fps;
  if (rate !== undefined && rate < SLOW_FPS) {
    const message = `it sends ${rate.toFixed(1)} frames a second: raise the rate in the camera, or set fps to it`;
    advice.push({ code: 'advice_rate', message, args: { rate: rate.toFixed(1) } });
  }
  if (probe.width > WIDE) {
    const message = `${probe.width} pixels are wider than a model needs: use the sub-stream of the camera, or tiles`;
    advice.push({ code: 'advice_width', message, args: { width: probe.width } });
  }
  if (probe.codec === 'hevc' && !hasHardwareDecoders(capabilities)) {
    advice.push({ code: 'advice_codec', message: 'H.265 is decoded by the CPU here: H.264 costs less', args: {} });
  }
  return advice;
}
