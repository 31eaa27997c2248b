import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Line, loadLine, Scene } from '../index.ts';
import type { AccessUnit } from '../rtsp/index.ts';
import { Announcer } from './announcer.ts';
import { Encoder, EncoderError } from '../output/encoder.ts';
import { runLine, type StreamsReady } from './run-line.ts';
import { Viewer } from './viewer.ts';

const exec = promisify(execFile);
const line = await loadLine(new URL('../../line.yaml', import.meta.url).pathname);
const small: Line = { ...line, size: { width: 160, height: 90 } };

const unit = (n: number, key = false): AccessUnit => ({ annexB: Buffer.of(n), timestampSeconds: n / 10, key });

describe('a live line', () => {
  it('serves every camera to FFmpeg, and ends when its signal aborts', async () => {
    const stop = new AbortController();
    const first = Promise.withResolvers<StreamsReady>();
    const print = (text: string): void => first.resolve(JSON.parse(text) as StreamsReady);
    const running = runLine({ line: small, host: '127.0.0.1', port: 0, json: true, print }, stop.signal);
    const { streams } = await Promise.race([first.promise, running.then(() => Promise.reject(new Error('it ended')))]);
    expect(streams.map(({ id }) => id)).toEqual(['product', 'people', 'floor']);
    const pulls = streams.map(({ url }) =>
      exec(
        'ffprobe',
        [
          ...['-v', 'error', '-rtsp_transport', 'tcp', '-probesize', '32768', '-analyzeduration', '0'],
          ...['-read_intervals', '%+#3', '-show_entries', 'stream=codec_name,profile,width,height:frame=pict_type'],
          ...['-of', 'json', '-i', url],
        ],
        { timeout: 20_000 },
      ),
    );
    for (const { stdout } of await Promise.all(pulls)) {
      const seen = JSON.parse(stdout) as { frames: { pict_type: string }[]; streams: unknown[] };
      expect(seen.streams).toEqual([{ codec_name: 'h264', profile: 'Constrained Baseline', width: 160, height: 90 }]);
      expect(seen.frames[0]?.pict_type).toBe('I');
    }
    stop.abort();
    await running;
  });

  it('rejects when its port is taken, and leaves nothing running', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const running = runLine(
      { line: small, host: '127.0.0.1', port, json: true, print: () => undefined },
      new AbortController().signal,
    );
    await expect(running).rejects.toThrow(/EADDRINUSE/);
    other.close();
  });
});

describe('an announcer', () => {
  it('reports each beginning and end once, in order, with its wall time', () => {
    const zero = Date.UTC(2030, 0, 1);
    const announcer = new Announcer(
      line.cameras.map(({ id }) => new Scene(small, id)),
      zero,
    );
    const announcements = Array.from({ length: 600 }, (_, tick) => announcer.until(zero + tick * 100)).flat();
    const all = line.cameras.flatMap(({ id }) => new Scene(small, id).incidents(0, 59));
    expect(announcements.filter((one) => one.type === 'incident_begin')).toHaveLength(all.length);
    expect(announcements.filter((one) => one.type === 'incident_end')).toHaveLength(all.length);
    expect(announcements.map((one) => one.streamSeconds)).toEqual(
      announcements.map((one) => one.streamSeconds).sort((a, b) => a - b),
    );
    const spill = announcements.find((one) => one.label === 'spill');
    expect(spill).toMatchObject({ type: 'incident_begin', streamSeconds: 5, wallTime: '2030-01-01T00:00:05.000Z' });
  });
});

describe('a viewer', () => {
  it('starts with a key picture', async () => {
    const viewer = new Viewer(new AbortController().signal);
    for (const one of [unit(1), unit(2), unit(3, true), unit(4)]) viewer.give(one);
    const seen = viewer[Symbol.asyncIterator]();
    expect((await seen.next()).value).toEqual(unit(3, true));
    expect((await seen.next()).value).toEqual(unit(4));
  });

  it('that fell behind goes on with the next key picture', async () => {
    const viewer = new Viewer(new AbortController().signal);
    for (let n = 0; n < 65; n += 1) viewer.give(unit(n, n === 0));
    viewer.give(unit(70, true));
    expect((await viewer[Symbol.asyncIterator]().next()).value).toEqual(unit(70, true));
  });

  it('ends with its signal while it waits', async () => {
    const stop = new AbortController();
    const next = new Viewer(stop.signal)[Symbol.asyncIterator]().next();
    stop.abort();
    expect((await next).done).toBe(true);
  });
});

describe('the stream encoder', () => {
  it('gives one picture out for each frame in, with delimiters', async () => {
    const encoder = Encoder.toStream({ width: 160, height: 90, fps: 10 }, new AbortController().signal);
    const chunks: Buffer[] = [];
    encoder.output.on('data', (chunk: Buffer) => chunks.push(chunk));
    const scene = new Scene(small, 'floor');
    const frame = Buffer.alloc(scene.frameBytes);
    for (let n = 0; n < 12; n += 1) {
      scene.render(n, frame);
      await encoder.write(frame);
    }
    await encoder.finish();
    const stream = Buffer.concat(chunks);
    let delimiters = 0;
    for (let at = stream.indexOf(AUD); at !== -1; at = stream.indexOf(AUD, at + 4)) delimiters += 1;
    expect(delimiters).toBe(12);
  });

  it('explains what is wrong when FFmpeg refuses', async () => {
    const encoder = Encoder.toStream({ width: 160, height: 90, fps: -1 }, new AbortController().signal);
    await expect(encoder.finish()).rejects.toThrow(EncoderError);
  });
});

const AUD = Buffer.of(0, 0, 1, 9);
