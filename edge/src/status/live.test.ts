import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@lineside/kit';
import { ECONOMY, LIVE_CONTENT_TYPE, LivePictures } from './live.ts';

/** Large enough that a few of them fill every buffer between two sockets. */
const PICTURE_BYTES = 2_000_000;
const OPTIONS = { boxes: true, maxWidth: 640 };

describe('live pictures for slow connections', () => {
  let made = 0;
  let live: LivePictures;
  let server: Server;
  let port: number;

  const pictures = (stuckAfterMs: number): LivePictures =>
    new LivePictures({
      source: {
        picture: async () => {
          made += 1;
          return { jpeg: Buffer.alloc(PICTURE_BYTES, made % 256), index: made };
        },
      },
      clock: systemClock,
      warn: () => undefined,
      everyMs: 10,
      deadlineMs: 1_000,
      stuckAfterMs,
    });

  beforeEach(async () => {
    made = 0;
    live = pictures(400);
    server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': LIVE_CONTENT_TYPE });
      live.watch('camera', OPTIONS, response);
    });
    port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
  afterEach(async () => {
    live.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const open = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port }, resolve).on('error', reject);
    });

  it('keep at most a picture or two waiting, and drop who takes nothing at all', async () => {
    const stuck = await open();
    stuck.pause();
    stuck.on('error', () => undefined);
    const quick = await open();
    let bytes = 0;
    quick.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await expect.poll(() => made, { timeout: 60_000 }).toBeGreaterThan(15);
    const before = process.memoryUsage().arrayBuffers;
    await expect.poll(() => live.watchers, { timeout: 60_000 }).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30 * PICTURE_BYTES);
    await expect.poll(() => bytes, { timeout: 60_000 }).toBeGreaterThan(5 * PICTURE_BYTES);
    quick.destroy();
  });

  it('skip pictures for a reader that is slower than the camera, and show it the newest', async () => {
    // Slow, on a machine that may be slower still, is not stuck.
    live.close();
    live = pictures(30_000);
    const slow = await open();
    let bytes = 0;
    for await (const chunk of slow) {
      bytes += (chunk as Buffer).length;
      // Ten times as slow as pictures are made, however fast the machine is.
      await delay(10);
      if (made > 60) break;
    }
    expect(bytes / PICTURE_BYTES).toBeLessThan(made - 10);
  });

  it('say once, not each time, that a camera gives none', async () => {
    const said: string[] = [];
    const failing = new LivePictures({
      source: { picture: () => Promise.reject(new Error('no frame')) },
      clock: { ...systemClock, sleep: (_ms, signal) => systemClock.sleep(1, signal) },
      warn: (_facts, message) => said.push(message),
      everyMs: 1,
      deadlineMs: 100,
      stuckAfterMs: 1_000,
    });
    server.removeAllListeners('request');
    server.on('request', (_request, response) => {
      response.writeHead(200, { 'content-type': LIVE_CONTENT_TYPE });
      failing.watch('camera', OPTIONS, response);
    });
    const watcher = await open();
    watcher.on('error', () => undefined);
    watcher.resume();
    await expect.poll(() => said.length, { timeout: 60_000 }).toBe(1);
    await delay(150);
    watcher.destroy();
    await expect.poll(() => failing.watchers, { timeout: 60_000 }).toBe(0);
    expect(said).toEqual(['no live picture']);
  });
});

it('in economy a watcher gets at most 10 kB a second, however small the time between pictures', async () => {
  let nowMs = 0;
  const sent: number[] = [];
  const stop = new AbortController();
  const clock = {
    monoMs: () => nowMs,
    wallMs: () => nowMs,
    sleep: async (ms: number, signal?: AbortSignal) => {
      nowMs += ms;
      if (nowMs > 20_000) stop.abort();
      await delay(0);
      signal?.throwIfAborted();
    },
  };
  let index = 0;
  const live = new LivePictures({
    source: { picture: async () => ({ jpeg: Buffer.alloc(4_000 + ((index * 977) % 3_000)), index: (index += 1) }) },
    ...{ clock, warn: () => undefined, everyMs: 200, deadlineMs: 1_000, stuckAfterMs: 60_000 },
  });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': LIVE_CONTENT_TYPE });
    live.watch('camera', { boxes: false, maxWidth: ECONOMY.maxWidth, quality: ECONOMY.quality }, response);
    const { write } = response;
    response.write = ((chunk: Buffer | string) => {
      sent.push(chunk.length);
      return write.call(response, chunk, 'latin1');
    }) as typeof response.write;
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const answer = await new Promise<IncomingMessage>((resolve) => get({ port, host: '127.0.0.1' }, resolve));
  answer.resume();
  while (!stop.signal.aborted) await delay(1);
  live.close();
  answer.destroy();
  server.closeAllConnections();
  server.close();
  const total = sent.reduce((sum, bytes) => sum + bytes, 0);
  expect(sent.length).toBeGreaterThan(15);
  expect(total / (nowMs / 1000)).toBeLessThanOrEqual(10_000);
});
