import { describe, expect, it } from 'vitest';
import { type CameraReference, HEALTH_DEFAULTS, type HealthLimits, type StreamState } from '../../domain/index.ts';
import { PacketMeter } from './packet-meter.ts';
import { type StreamFactors, StreamHealth } from './stream-health.ts';

interface Stream {
  readonly seconds: number;
  readonly fps: number;
  readonly bytes: number;
  /** Frames from one key frame to the next. */
  readonly group: number;
}

const ORDINARY: Stream = { seconds: 65, fps: 25, bytes: 20_000, group: 25 };

/** Lines as FFmpeg's muxer framecrc writes them, cut at places that have nothing to do with lines. */
function play(meter: PacketMeter, { seconds, fps, bytes, group }: Stream, fromMs = 0, before = 0): number {
  const header = '#software: FFmpeg\n#tb 0: 1/90000\n#media_type 0: video\n';
  if (fromMs === 0) meter.push(Buffer.from(header), 0);
  for (let n = 0; n < seconds * fps; n += 1) {
    const flags = (before + n) % group === 0 ? '' : ', F=0x0';
    const line = `0, ${String(n * 3600).padStart(10)}, ${String(n * 3600).padStart(10)}, 3600, ${bytes}, 0x8d2c01ab${flags}\n`;
    const atMs = fromMs + (n * 1000) / fps;
    meter.push(Buffer.from(line.slice(0, 7)), atMs);
    meter.push(Buffer.from(line.slice(7)), atMs);
  }
  return fromMs + seconds * 1000;
}

/** The state of a stream after it was judged once a second. */
function judged(
  stream: Stream,
  factors: Partial<StreamFactors> = {},
  limits: Partial<HealthLimits> = {},
  accepted?: Partial<CameraReference>,
): StreamState | undefined {
  const meter = new PacketMeter();
  const health = new StreamHealth({ ...HEALTH_DEFAULTS, ...limits });
  if (accepted !== undefined) health.use({ ...REFERENCE, ...accepted });
  let state: StreamState | undefined;
  for (let atMs = 0; atMs < stream.seconds * 1_000; atMs += 1_000) {
    play(meter, { ...stream, seconds: 1 }, atMs, (atMs / 1_000) * stream.fps);
    state = health.judge(meter.figures(atMs + 1_000), { wantedFps: 5, announcedFps: 25, ...factors }, atMs + 1_000);
  }
  return state;
}

const REFERENCE: CameraReference = {
  ...{ v: 1, acceptedAtMs: 0, measuredMs: 0, view: '', similarity: 1, luma: 0, contrast: 0, sharpness: 0 },
};

describe('the packets of a stream', () => {
  it('give its rate, bit rate and key frame interval', () => {
    const meter = new PacketMeter();
    const endMs = play(meter, ORDINARY);
    const { fps = 0, bitsPerS = 0, keyframeIntervalMs = 0 } = meter.figures(endMs);
    expect(fps).toBeCloseTo(25, 0);
    expect(bitsPerS / 4e6).toBeCloseTo(1, 1);
    expect(keyframeIntervalMs).toBeCloseTo(1_000, -2);
  });

  it('say nothing in the first seconds, and count the time since the last key frame while none comes', () => {
    const meter = new PacketMeter();
    play(meter, { ...ORDINARY, seconds: 5 });
    expect(meter.figures(5_000)).toEqual({});
    play(meter, { ...ORDINARY, seconds: 30, group: 1e9 }, 5_000);
    expect(meter.figures(35_000).keyframeIntervalMs).toBeGreaterThan(29_000);
  });

  it('take lines of another form for nothing', () => {
    const meter = new PacketMeter();
    meter.push(Buffer.from(`${'x'.repeat(5_000)}\n0, 1, 2\nnonsense\n`), 0);
    expect(meter.figures(20_000)).toEqual({});
  });
});

describe('the health of a stream', () => {
  it('is good with nothing to report for an ordinary camera', () => {
    expect(judged(ORDINARY)).toMatchObject({ problems: [], quality: 4, fps: 25 });
  });

  it('reports fewer frames than are wanted, and not fewer than the camera has', () => {
    expect(judged({ ...ORDINARY, fps: 3, group: 3 })?.problems).toEqual(['low_rate']);
    expect(judged({ ...ORDINARY, fps: 3, group: 3 }, { announcedFps: 3 })?.problems).toEqual([]);
  });

  it('does not judge the rate while pictures come late, for then this device may be the reason', () => {
    expect(judged({ ...ORDINARY, fps: 3, group: 3 }, { behindMs: 3_000 })?.problems).toEqual([]);
  });

  it('reports a rate and a bit rate far below those that were accepted', () => {
    const reference = { fps: 25, bitsPerS: 4e6 };
    expect(judged(ORDINARY, {}, {}, reference)?.problems).toEqual([]);
    expect(judged({ ...ORDINARY, fps: 8, group: 8 }, {}, {}, reference)?.problems).toEqual(['low_rate']);
    expect(judged({ ...ORDINARY, bytes: 1_000 }, {}, {}, reference)?.problems).toEqual(['low_bitrate']);
  });

  it('reports key frames that are too far apart, by the limit of the camera', () => {
    expect(judged({ ...ORDINARY, group: 25 * 12 })?.problems).toEqual(['keyframe_interval']);
    expect(judged({ ...ORDINARY, group: 25 * 12 }, {}, { keyframeIntervalMs: 20_000 })?.problems).toEqual([]);
  });

  it('reports a clock that is not believed, and nothing that is to be ignored', () => {
    expect(judged(ORDINARY, { clockAgrees: false })?.problems).toEqual(['clock_wrong']);
    expect(judged(ORDINARY, { clockAgrees: false }, { ignore: ['clock_wrong'] })?.problems).toEqual([]);
  });

  it('has a worse connection with each restart and with delay, and forgets restarts after ten minutes', () => {
    const health = new StreamHealth();
    const factors = { wantedFps: 5 };
    health.failed(1_000);
    health.failed(2_000);
    expect(health.judge({}, factors, 3_000).quality).toBe(2);
    expect(health.judge({}, { ...factors, behindMs: 3_000 }, 3_000).quality).toBe(1);
    expect(health.judge({}, factors, 700_000).quality).toBe(4);
  });
});
