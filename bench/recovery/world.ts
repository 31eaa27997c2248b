import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runProgram } from '@lineside/kit';
import { fileSource, RtspServer } from '@lineside/twin/rtsp';
import { BenchChild } from '../child.ts';
import type { CameraFacts, Seen } from './camera-process.ts';
import { FaultyProxy } from './proxy.ts';

const ANSWER_MS = 30_000;
const READY_MS = 30_000;
/** Frames before anything is broken. */
const WARM_FRAMES = 8;
const FPS = 5;
const POLL_MS = 20;
/** What FFmpeg holds back at a start has come by then. */
const SETTLE_MS = 1_000;

export interface Observed {
  readonly detectedMs: number | null;
  readonly framesAgainMs: number | null;
  readonly logLines: number;
  readonly code: string;
}

/** A camera process under observation. */
export class ObservedCamera implements AsyncDisposable {
  readonly #child: BenchChild;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.#child = new BenchChild('recovery/camera-process.ts', env);
  }

  async start(facts: Omit<CameraFacts, 'fps'>): Promise<void> {
    await this.#child.ask('start', { fps: FPS, ...facts } satisfies CameraFacts, ANSWER_MS);
  }

  /** Waits for frames, so that the stream is as it is in operation. */
  async warm(): Promise<void> {
    await this.until((seen) => seen.frameMs.length >= WARM_FRAMES, 'frames');
    await sleep(SETTLE_MS);
  }

  seen(): Promise<Seen> {
    return this.#child.ask<Seen>('seen', {}, ANSWER_MS);
  }

  ask<T>(question: string, facts: object = {}, withinMs = ANSWER_MS): Promise<T> {
    return this.#child.ask<T>(question, facts, withinMs);
  }

  async ffmpegs(): Promise<readonly number[]> {
    return (await this.ask<{ pids: number[] }>('children')).pids;
  }

  /** Forgets what was seen; returns the time of that. */
  async mark(): Promise<number> {
    return (await this.ask<{ atMs: number }>('forget')).atMs;
  }

  async until(probe: (seen: Seen) => boolean, what: string, withinMs = READY_MS): Promise<Seen> {
    const endMs = performance.now() + withinMs;
    for (;;) {
      const seen = await this.seen();
      if (probe(seen)) return seen;
      if (performance.now() > endMs)
        throw new Error(`no ${what} within ${withinMs} ms: ${JSON.stringify(seen.failures)}`);
      await sleep(POLL_MS);
    }
  }

  /**
   * Breaks something and observes. `mend` is called once the failure was reported; frames count from there, or from the
   * beginning where nothing has to be mended.
   */
  async observe(act: () => unknown, mend?: () => unknown, withinMs = READY_MS): Promise<Observed> {
    const fromMs = await this.mark();
    await act();
    const failed = (await this.until(({ failures }) => failures.length > 0, 'failure', withinMs)).failures[0];
    const detectedAtMs = failed?.atMs ?? fromMs;
    let mendedMs = fromMs;
    if (mend !== undefined) {
      await mend();
      mendedMs = (await this.ask<{ atMs: number }>('children')).atMs;
    }
    const after = ({ frameMs }: Seen): number | undefined => frameMs.find((atMs) => atMs > detectedAtMs);
    const again = after(await this.until((seen) => after(seen) !== undefined, 'frames again', withinMs)) ?? fromMs;
    await sleep(SETTLE_MS);
    const { logLines, failures } = await this.seen();
    return {
      detectedMs: detectedAtMs - fromMs,
      framesAgainMs: again - mendedMs,
      logLines: logLines.length,
      code: [...new Set(failures.map(({ code }) => code))].join(' '),
    };
  }

  /** Does something that must not be noticed; `framesAgainMs` is the longest time without a frame. */
  async unnoticed(act: () => unknown, ms: number): Promise<Observed> {
    const fromMs = await this.mark();
    await act();
    await sleep(ms);
    const { frameMs, failures, logLines } = await this.seen();
    const toMs = (await this.ask<{ atMs: number }>('children')).atMs;
    const times = [fromMs, ...frameMs, toMs];
    const gaps = times.slice(1).map((atMs, n) => atMs - (times[n] ?? atMs));
    return {
      detectedMs: failures[0] === undefined ? null : failures[0].atMs - fromMs,
      framesAgainMs: Math.max(...gaps),
      logLines: logLines.length,
      code: [...new Set(failures.map(({ code }) => code))].join(' '),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#child[Symbol.asyncDispose]();
  }
}

/** Videos, a camera on the network and a proxy before it; all in a folder of their own. */
export class World implements AsyncDisposable {
  readonly folder: string;
  readonly server: RtspServer;
  readonly proxy: FaultyProxy;
  /** Behind the proxy. */
  readonly upstream: number;
  readonly url: string;

  private constructor(folder: string, server: RtspServer, upstream: number, proxy: FaultyProxy, port: number) {
    this.folder = folder;
    this.server = server;
    this.upstream = upstream;
    this.proxy = proxy;
    this.url = `rtsp://127.0.0.1:${port}/camera`;
  }

  static async open(folder: string): Promise<World> {
    const server = new RtspServer({ host: '127.0.0.1', port: 0, transports: ['tcp'] });
    server.addStream('camera', await fileSource(await video(folder, 'h264', '1280x720', 'yuv420p')));
    const upstream = await server.listen();
    const proxy = new FaultyProxy(upstream);
    return new World(folder, server, upstream, proxy, await proxy.listen());
  }

  /** A program that is FFmpeg with this flaw. */
  async oddFfmpeg(flaw: string): Promise<string> {
    const path = join(this.folder, `ffmpeg-${flaw}`);
    const script = fileURLToPath(new URL('odd-ffmpeg.ts', import.meta.url));
    await writeFile(path, `#!/bin/sh\nexec '${process.execPath}' --conditions=source '${script}' ${flaw} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.server.close();
  }
}

const ENCODERS = { h264: 'libx264', hevc: 'libx265' } as const;

/** Path of a video of 25 frames a second with a key frame every half second. */
export async function video(
  folder: string,
  codec: keyof typeof ENCODERS,
  size: string,
  pixels: string,
): Promise<string> {
  const path = join(folder, `${codec}-${size}-${pixels}.mp4`);
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=4`];
  const shape = ['-c:v', ENCODERS[codec], '-preset', 'ultrafast', '-pix_fmt', pixels, '-g', '12', '-bf', '0'];
  const args = ['-nostdin', '-loglevel', 'error', '-y', ...input, ...shape, path];
  await runProgram('ffmpeg', args, { timeoutMs: 120_000 });
  return path;
}
