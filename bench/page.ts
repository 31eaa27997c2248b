import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium } from 'playwright-core';
import { silentLogger, systemClock } from '@lineside/kit';
import { StatusServer } from '../edge/src/status/index.ts';
import { StatusWorld } from '../tests/support/status-world.ts';
import { type Bench, type BenchOptions, type Column, loadNote, type Report, type Row } from './report.ts';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const PHONE = { width: 360, height: 740 };

interface Link {
  readonly link: string;
  /** Bits per second each way, and milliseconds there and back; without them the loopback as it is. */
  readonly bitsPerS?: number;
  readonly roundTripMs?: number;
}

const LINKS: readonly Link[] = [
  { link: 'loopback' },
  { link: '1 Mbit/s, 100 ms', bitsPerS: 1_000_000, roundTripMs: 100 },
  { link: '64 kbit/s, 300 ms', bitsPerS: 64_000, roundTripMs: 300 },
];

const COLUMNS: readonly Column[] = [
  { key: 'link' },
  { key: 'firstPaintMs', digits: 0 },
  { key: 'answerMs', digits: 0 },
  { key: 'kilobytes', digits: 1 },
  { key: 'streamBytesPerS', digits: 0 },
];

/** Sizes of the status page and when it shows something, over links of the plant. */
export const page: Bench = {
  name: 'page',
  what: 'the status page in Chromium on a phone: first paint, the answer, bytes, over a throttled link',
  run,
};

async function run({ quick, log }: BenchOptions): Promise<Report> {
  const executablePath = BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('page needs Chromium: apt-get install chromium');
  const before = loadavg()[0] ?? 0;
  const folder = await mkdtemp(join(tmpdir(), 'lineside-page-'));
  const stop = new AbortController();
  const world = new StatusWorld(join(folder, 'evidence'));
  await world.addEvent('people', 'personnel_violation', 'bare_head');
  const listen = { host: '127.0.0.1', port: 0 };
  const tools = { clock: systemClock, random: Math.random, log: silentLogger };
  const server = new StatusServer({ source: world, listen, ...tools });
  const running = server.run(stop.signal);
  const { url } = await server.address();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const rows: Row[] = [];
    for (const link of LINKS) {
      rows.push(await measure(browser, url, link, quick ? 5_000 : 20_000));
      log(`page: ${link.link}`);
    }
    const status = await sizes(`${url}/api/v1/status`);
    return {
      bench: 'page',
      what: page.what,
      columns: COLUMNS,
      rows,
      notes: [
        `one snapshot is ${status.plain} bytes, ${status.packed} compressed alone; in the stream it is what differs from the one before`,
        'kilobytes: all that came until the answer was shown, as the browser counts it (encoded bodies and headers)',
        'a line of three drawn cameras; each further camera adds to the snapshot, not to the page',
        loadNote(before),
      ],
    };
  } finally {
    await browser.close();
    stop.abort();
    await running;
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(browser: Browser, url: string, { link, bitsPerS, roundTripMs }: Link, ms: number): Promise<Row> {
  const context = await browser.newContext({ viewport: PHONE });
  const tab = await context.newPage();
  const session = await context.newCDPSession(tab);
  await session.send('Network.enable');
  if (bitsPerS !== undefined) {
    const throughput = bitsPerS / 8;
    const limits = { downloadThroughput: throughput, uploadThroughput: throughput, latency: roundTripMs ?? 0 };
    await session.send('Network.emulateNetworkConditions', { offline: false, ...limits });
  }
  let bytes = 0;
  session.on('Network.dataReceived', ({ encodedDataLength }) => (bytes += encodedDataLength));
  session.on('Network.responseReceived', ({ response }) => (bytes += response.encodedDataLength));
  const startedMs = performance.now();
  await tab.goto(url, { waitUntil: 'commit', timeout: 120_000 });
  await tab.locator('#answer').waitFor({ timeout: 120_000 });
  const answerMs = performance.now() - startedMs;
  const kilobytes = bytes / 1000;
  const firstPaintMs = await tab.evaluate<number>(
    'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? -1',
  );
  await delay(2_000);
  const streamedFrom = bytes;
  await delay(ms);
  const streamBytesPerS = (1000 * (bytes - streamedFrom)) / ms;
  await context.close();
  return { link, firstPaintMs, answerMs, kilobytes, streamBytesPerS };
}

/** Bytes of an answer, and of the same compressed. */
async function sizes(url: string): Promise<{ readonly plain: number; readonly packed: number }> {
  const length = (headers: Record<string, string>): Promise<number> =>
    new Promise((resolve, reject) => {
      get(url, { headers }, (answer) => {
        let size = 0;
        answer.on('data', (chunk: Buffer) => (size += chunk.length));
        answer.on('end', () => resolve(size));
      }).on('error', reject);
    });
  return { plain: await length({}), packed: await length({ 'accept-encoding': 'gzip' }) };
}
