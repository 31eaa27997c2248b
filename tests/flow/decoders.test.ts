import { chmod, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  BufferPool,
  type CameraOptions,
  type CameraTools,
  FfmpegCamera,
  type FfmpegCapabilities,
  probeFfmpeg,
  probeGstreamer,
  tryDecoders,
} from '../../edge/src/camera/index.ts';
import type { CameraStatus } from '../../edge/src/domain/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { fileSource, RtspServer, type RtspServerOptions } from '@lineside/twin/rtsp';
import { tempDir } from '../support/temp-dir.ts';
import { testVideo } from '../support/video.ts';
import { waitFor } from '../support/wait-for.ts';

const FORMAT = { width: 64, height: 64, color: 'rgb', anchor: 'center', fill: 114 } as const;
const LISTED = ['h264_nvv4l2dec', 'h264_nvmpi'];
const ends: (() => PromiseLike<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(options: Partial<RtspServerOptions> = {}): Promise<string> {
  const server = new RtspServer({ host: '127.0.0.1', port: 0, ...options });
  ends.push(() => server[Symbol.asyncDispose]());
  server.addStream('1', await fileSource(await testVideo({ fps: 10, keyEvery: 5 })));
  return `127.0.0.1:${await server.listen()}/1`;
}

/** A program in place of FFmpeg that begins with these lines and continues as FFmpeg itself. */
async function program(lines: string): Promise<string> {
  const dir = await tempDir();
  ends.push(() => dir[Symbol.asyncDispose]());
  const command = dir.join('ffmpeg');
  await writeFile(command, `#!/bin/sh\n${lines}\nexec ffmpeg "$@"\n`);
  await writeFile(dir.join('ffprobe'), '#!/bin/sh\nexec ffprobe "$@"\n');
  await Promise.all([command, dir.join('ffprobe')].map((path) => chmod(path, 0o755)));
  return command;
}

interface Watched {
  readonly pixels: Uint8Array[];
  readonly statuses: CameraStatus[];
}

function watch(
  options: Partial<CameraOptions> & { readonly url: string },
  tools: Partial<CameraTools> & { readonly capabilities: FfmpegCapabilities },
): Watched {
  const seen: Watched = { pixels: [], statuses: [] };
  const all = { id: 'c', transport: 'tcp', fps: 10, mode: 'live', formats: [FORMAT], ...options } as const;
  const own = { pool: new BufferPool(0), clock: systemClock, random: () => 0.5, logger: silentLogger, ...tools };
  const camera = new FfmpegCamera(all, own, {
    frame: ({ inputs: [input] }) => {
      if (input !== undefined) seen.pixels.push(input);
    },
    status: (status) => {
      seen.statuses.push(status);
    },
  });
  const stop = new AbortController();
  const done = camera.run(stop.signal);
  ends.push(() => {
    stop.abort();
    return done;
  });
  return seen;
}

async function frames(seen: Watched): Promise<void> {
  await waitFor('frames', () => seen.pixels.length >= 3);
}

it('an FFmpeg 4 is read by its own options: it refuses those of FFmpeg 5', async () => {
  const old = await program(`
case "$*" in
  -decoders) printf '%s\\n' 'ffmpeg version 4.4.2-0ubuntu0.22.04.1' '  libavutil      56. 70.100' '  libavformat    58. 76.100' >&2
    exec ffmpeg -hide_banner -decoders;;
esac
for argument; do
  shift
  case "$argument" in
    -timeout|-fps_mode) echo "Unrecognized option '\${argument#-}'." >&2; exit 1;;
    -stimeout) argument=-timeout;;
  esac
  set -- "$@" "$argument"
done`);
  const capabilities = await probeFfmpeg(old);
  expect(capabilities).toMatchObject({ version: expect.stringMatching(/^4\.4/), timeoutOption: '-stimeout' });
  const seen = watch({ url: `rtsp://${await serve()}` }, { capabilities });
  await frames(seen);
  expect(seen.statuses.at(-1)).toMatchObject({ state: 'streaming', decoder: { name: 'software' } });
});

it('a decoder that works in general and not with a camera is left for the next one, with the reason', async () => {
  // The first decodes the test picture alone, the second nothing of a camera either.
  const jetson = await program(`
case "$*" in
  *nvv4l2dec*rtsp://*) echo '[h264_nvv4l2dec @ 0x1] [error] NvMMLiteOpen failed' >&2; exit 1;;
  *nvmpi*rtsp://*) sleep 0.2; exit 1;;
esac
for argument; do
  shift
  case "$argument" in h264_nvv4l2dec|h264_nvmpi) argument=h264;; esac
  set -- "$@" "$argument"
done`);
  const here = await probeFfmpeg();
  const listed = { ...here, command: jetson, decoders: new Set([...here.decoders, ...LISTED]) };
  const { capabilities, refused } = await tryDecoders(listed, AbortSignal.timeout(600_000));
  expect(refused).toEqual([]);
  const seen = watch({ url: `rtsp://${await serve()}` }, { capabilities });
  await frames(seen);
  const names = seen.statuses.map(({ decoder }) => decoder?.name);
  expect(names.filter((name, n) => name !== undefined && name !== names[n - 1])).toEqual([...LISTED, 'software']);
  expect(seen.statuses.at(-1)?.decoder?.reason).toBe('h264_nvv4l2dec and h264_nvmpi gave no picture of this camera');
});

it('a camera for which software is asked for starts no hardware decoder', async () => {
  const here = await probeFfmpeg();
  const capabilities = { ...here, decoders: new Set([...here.decoders, ...LISTED]) };
  const seen = watch({ url: `rtsp://${await serve()}`, decoder: 'software' }, { capabilities });
  await frames(seen);
  expect(seen.statuses.at(-1)?.decoder).toEqual({ name: 'software', reason: 'asked for in the configuration' });
});

describe('a camera that GStreamer decodes', () => {
  it('gives the same picture as with FFmpeg, with the password in no argument', async () => {
    const [capabilities, gstreamer] = await Promise.all([probeFfmpeg(), probeGstreamer()]);
    expect(gstreamer?.decoders).toMatchObject({ h264: 'avdec_h264' });
    const url = `rtsp://admin:s3cret@${await serve({ users: { admin: 's3cret' } })}`;
    const seen = watch({ url, decoder: 'gstreamer' }, { capabilities, gstreamer });
    await frames(seen);
    expect(seen.statuses.at(-1)).toMatchObject({ state: 'streaming', decoder: { name: 'avdec_h264' } });
    expect(seen.statuses.at(-1)?.source).toMatchObject({ width: 320, height: 180 });
    await waitFor('pictures to compare', () => seen.pixels.length >= 20);
    const shown = seen.pixels.slice(0, 20);
    const own = watch({ url, fps: 10 }, { capabilities });
    const distance = (a: Uint8Array, b: Uint8Array): number =>
      a.reduce((sum, level, n) => sum + Math.abs(level - b[n]!), 0) / a.length;
    // The test film is three seconds long and begins anew, and a busy machine leaves pictures out each time.
    const unknown = new Set(shown);
    let looked = 0;
    await waitFor(
      'the same pictures from both',
      () => {
        for (const other of own.pixels.slice(looked)) {
          for (const picture of unknown) if (distance(picture, other) < 1) unknown.delete(picture);
          looked += 1;
        }
        return unknown.size <= 0.1 * shown.length;
      },
      { withinMs: 60_000, everyMs: 250 },
    );
  });

  it('reports what the camera answered, and does without GStreamer where it is not installed', async () => {
    const [capabilities, gstreamer] = await Promise.all([probeFfmpeg(), probeGstreamer()]);
    const none = watch({ url: `rtsp://${await serve()}`, decoder: 'gstreamer' }, { capabilities });
    await frames(none);
    expect(none.statuses.at(-1)?.decoder).toEqual({ name: 'software', reason: 'GStreamer is not installed' });
    const missing = watch(
      { url: `rtsp://${(await serve()).replace(/1$/, '2')}`, decoder: 'gstreamer' },
      { capabilities, gstreamer },
    );
    await waitFor('the failure', () => missing.statuses.some(({ error }) => error?.code === 'not_found'));
  });
});
