import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { letterbox } from '../domain/index.ts';
import { type FfmpegCapabilities, readCapabilities } from './capabilities.ts';
import { type FfmpegRequest, ffmpegArguments } from './ffmpeg-args.ts';
import type { FrameFormat } from './format.ts';
import { StderrReader } from './stderr-reader.ts';

const NEW: FfmpegCapabilities = readCapabilities(
  'ffmpeg',
  'ffmpeg version 5.1\nlibavutil      57. 28.100\nlibavformat    59. 27.100',
  '',
  'Filter showinfo\nshowinfo AVOptions:\n   checksum          <boolean>',
);
const OLD: FfmpegCapabilities = readCapabilities(
  'ffmpeg',
  'ffmpeg version 4.4\nlibavutil      56. 70.100\nlibavformat    58. 76.100',
  '',
  'Filter showinfo',
);
const SQUARE: FrameFormat = { width: 64, height: 64, color: 'rgb', anchor: 'center', fill: 114 };
const LIVE: FfmpegRequest = {
  url: 'rtsp://camera/1',
  transport: 'tcp',
  choice: { kind: 'live', fps: 5 },
  formats: [SQUARE],
  picture: 'evidence',
  pixelAspect: 'honour',
  paced: false,
  loop: false,
  timeoutMs: 5_000,
};

describe('the command line of an FFmpeg child', () => {
  it('asks for the times of frames as far as this FFmpeg can report them', () => {
    const graph = (capabilities: FfmpegCapabilities): string => ffmpegArguments(LIVE, capabilities).join(' ');
    expect(graph(NEW)).toContain("',showinfo=checksum=0,scale@square");
    expect(graph(OLD)).toContain("',showinfo,scale@square");
    expect(graph({ ...NEW, timesFilter: undefined })).not.toContain('showinfo');
  });

  it('writes one output per format and the picture last, never to stdout', () => {
    const other = { ...SQUARE, width: 96, color: 'bgr' as const };
    const args = ffmpegArguments({ ...LIVE, formats: [SQUARE, other] }, NEW);
    expect(args.filter((arg) => arg.startsWith('pipe:'))).toEqual(['pipe:3', 'pipe:4', 'pipe:5']);
    expect(args.filter((_, index) => args[index - 1] === '-pix_fmt')).toEqual(['rgb24', 'bgr24', 'rgb24']);
    expect(args.filter((arg) => arg === '-i')).toHaveLength(1);
  });

  it('uses the options of FFmpeg 5 and of FFmpeg 4', () => {
    expect(ffmpegArguments(LIVE, NEW)).toEqual(expect.arrayContaining(['-timeout', '-fps_mode']));
    expect(ffmpegArguments(LIVE, OLD)).toEqual(expect.arrayContaining(['-stimeout', '-vsync']));
    expect(ffmpegArguments(LIVE, OLD)).not.toContain('-timeout');
  });

  it('plays a live file at its own rate, and again from the start when the plan says loop', () => {
    const args = ffmpegArguments({ ...LIVE, url: '/videos/a:b.mp4', paced: true, loop: true }, NEW);
    expect(args.slice(args.indexOf('-re'), args.indexOf('-i') + 2)).toEqual([
      '-re',
      '-stream_loop',
      '-1',
      '-i',
      'file:/videos/a:b.mp4',
    ]);
  });

  it('decodes key frames only where nothing else is wanted, and copies every packet all the same', () => {
    const args = ffmpegArguments({ ...LIVE, keyFramesOnly: true, copy: true }, NEW);
    expect(args.indexOf('nokey')).toBeLessThan(args.indexOf('-i'));
    expect(args.indexOf('copy')).toBeGreaterThan(args.indexOf('-i'));
    expect(ffmpegArguments(LIVE, NEW)).not.toContain('-skip_frame');
  });

  it('asks for the hardware decoder before the input', () => {
    const args = ffmpegArguments({ ...LIVE, decoder: 'h264_nvv4l2dec' }, NEW);
    expect(args.indexOf('h264_nvv4l2dec')).toBeLessThan(args.indexOf('-i'));
  });
});

/** Runs the arguments with pipe:3 led to stdout, and gives pixels and facts. */
function run(request: Partial<FfmpegRequest>): { pixels: Buffer; reader: StderrReader } {
  const args = ffmpegArguments({ ...LIVE, picture: 'none', ...request }, NEW);
  const { stdout, stderr } = spawnSync(
    'ffmpeg',
    args.map((arg) => (arg === 'pipe:3' ? 'pipe:1' : arg)),
    { maxBuffer: 1 << 28 },
  );
  const reader = new StderrReader();
  reader.push(`${stderr.toString()}\n`);
  return { pixels: stdout, reader };
}

/** The same for a source that is played as fast as it was recorded. */
async function paced(request: Partial<FfmpegRequest>): Promise<{ pixels: Buffer }> {
  const args = ffmpegArguments({ ...LIVE, picture: 'none', paced: true, ...request }, NEW);
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdio[3] as Readable) chunks.push(chunk as Buffer);
  return { pixels: Buffer.concat(chunks) };
}

const FRAME = 64 * 64 * 3;

/** Reads until there are `count` bytes; resolves to the number of bytes read. */
async function bytesOf(stream: Readable, count: number): Promise<number> {
  let read = 0;
  for await (const chunk of stream) {
    read += (chunk as Buffer).length;
    if (read >= count) break;
  }
  return read;
}

describe.concurrent('the frames that FFmpeg chooses of a source with a pace', () => {
  it.each([
    { source: 30, wanted: 25, frames: 100 },
    { source: 25, wanted: 10, frames: 40 },
    { source: 30, wanted: 7, frames: 28 },
    { source: 10, wanted: 10, frames: 40 },
    { source: 5, wanted: 10, frames: 20 },
  ])('takes $wanted of $source frames a second, and never one twice', async ({ source, wanted, frames }) => {
    const url = `lavfi:testsrc2=size=128x72:rate=${source}:duration=4`;
    const { pixels } = await paced({ url, choice: { kind: 'live', fps: wanted } });
    const taken = Array.from({ length: pixels.length / FRAME }, (_, n) =>
      pixels.subarray(n * FRAME, (n + 1) * FRAME).toString('base64'),
    );
    expect(Math.abs(taken.length - frames)).toBeLessThanOrEqual(1);
    expect(new Set(taken).size).toBe(taken.length);
  });
});

describe('what FFmpeg makes of it', () => {
  it.each([
    [1280, 720, 320, 320],
    [1920, 1080, 640, 640],
    [641, 361, 320, 320],
    [333, 777, 320, 256],
    [100, 50, 320, 320],
    [2592, 1944, 416, 416],
    [17, 1000, 64, 64],
  ])('puts a %i x %i frame into %i x %i at the place that the domain calculates', (w, h, width, height) => {
    const format: FrameFormat = { width, height, color: 'rgb', anchor: 'center', fill: 7 };
    const url = `lavfi:color=c=white:size=${w}x${h}:rate=5:duration=0.2`;
    const { pixels } = run({ url, formats: [format], choice: { kind: 'live', fps: 5 } });
    expect(pixels.length).toBe(width * height * 3);
    const fit = letterbox({ width: w, height: h }, format, 'center');
    const wrong = pixels.findIndex((value, at) => {
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
      const inside = x >= fit.left && x < fit.left + fit.width && y >= fit.top && y < fit.top + fit.height;
      return inside ? value < 240 : value !== 7;
    });
    expect(wrong).toBe(-1);
  });

  it('anchors at the top left where the model wants that', () => {
    const format: FrameFormat = { ...SQUARE, anchor: 'top-left', fill: 0 };
    const { pixels } = run({ url: 'lavfi:color=c=white:size=64x32:rate=5:duration=0.2', formats: [format] });
    expect(pixels.subarray(0, 64 * 32 * 3).every((value) => value > 240)).toBe(true);
    expect(pixels.subarray(64 * 32 * 3, FRAME).every((value) => value === 0)).toBe(true);
  });

  it('draws a picture out where the model wants that', () => {
    const format: FrameFormat = { width: 64, height: 64, color: 'rgb', anchor: 'stretch', fill: 0 };
    const url = 'lavfi:color=c=black:size=200x50:rate=5:duration=0.2,drawbox=x=100:y=0:w=100:h=50:color=white:t=fill';
    const { pixels } = run({ url, formats: [format], choice: { kind: 'live', fps: 5 } });
    expect(pixels.length).toBe(64 * 64 * 3);
    const wrong = pixels.findIndex((value, at) => {
      const x = Math.floor(at / 3) % 64;
      return x < 30 ? value > 20 : x > 33 && value < 230;
    });
    expect(wrong).toBe(-1);
  });

  it('takes the middle where the model wants that', () => {
    const format: FrameFormat = { width: 64, height: 48, color: 'rgb', anchor: 'cover', fill: 0 };
    // The middle third, and a little for the scaler, is white; what stands over on both sides is black and cut off.
    const url = 'lavfi:color=c=black:size=480x120:rate=5:duration=0.2,drawbox=x=152:y=0:w=176:h=120:color=white:t=fill';
    const { pixels } = run({ url, formats: [format], choice: { kind: 'live', fps: 5 } });
    expect(pixels.length).toBe(64 * 48 * 3);
    expect(pixels.findIndex((value) => value < 230)).toBe(-1);
    const fit = letterbox({ width: 480, height: 120 }, format, 'cover');
    expect(fit).toEqual({ left: -64, top: 0, width: 192, height: 48 });
  });

  it('gives a recording its exact frames, and leaves out those already seen', () => {
    const url = 'lavfi:testsrc2=size=128x72:rate=10:duration=2';
    const all = run({ url, choice: { kind: 'recording', fps: 10, skip: 0 } }).pixels;
    const rest = run({ url, choice: { kind: 'recording', fps: 10, skip: 13 } }).pixels;
    expect(all.length).toBe(20 * FRAME);
    expect(rest.equals(all.subarray(13 * FRAME))).toBe(true);
  });

  it('hands a frame on before the next one comes', async () => {
    const url = 'lavfi:testsrc2=size=128x72:rate=1/120';
    const args = ffmpegArguments({ ...LIVE, url, paced: true }, NEW);
    const child = spawn('ffmpeg', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close');
    try {
      const [model, picture] = [child.stdio[3] as Readable, child.stdio[4] as Readable];
      const bytes = await Promise.all([bytesOf(model, FRAME), bytesOf(picture, 128 * 72 * 3)]);
      expect(bytes).toEqual([FRAME, 128 * 72 * 3]);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });

  it('reports size, rate and codec of the source', () => {
    const { reader } = run({ url: 'lavfi:testsrc2=size=320x180:rate=25:duration=0.2' });
    expect(reader.facts).toMatchObject({
      source: { width: 320, height: 180 },
      fps: 25,
      codec: 'rawvideo',
      sizeChanged: false,
    });
  });
});
