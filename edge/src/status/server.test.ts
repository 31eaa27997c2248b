import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StatusWorld } from '../../../tests/support/status-world.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { controlSocketPath, getControlJson, type StatusAddress, StatusServer } from './index.ts';

let folder: string;
let world: StatusWorld;
let server: StatusServer;
let address: StatusAddress;
let stop: AbortController;
let running: Promise<void>;

const settings = (world: StatusWorld, folder: string, port = 0) => ({
  source: world,
  listen: { host: '127.0.0.1', port },
  socketPath: controlSocketPath(folder),
  clock: systemClock,
  random: Math.random,
  log: silentLogger,
  snapshotEveryMs: 50,
  pictureEveryMs: 40,
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'status-'));
  world = new StatusWorld(join(folder, 'evidence'));
  server = new StatusServer(settings(world, folder));
  stop = new AbortController();
  running = server.run(stop.signal);
  address = await Promise.race([server.address(), running.then(() => Promise.reject(new Error('ended')))]);
});

afterEach(async () => {
  stop.abort();
  await running;
  rmSync(folder, { recursive: true, force: true });
});

const at = (path: string): string => new URL(path, address.url).href;

it('starts without a line of its own on the console, which would be no JSON among the lines of the log', async () => {
  const said: unknown[] = [];
  const methods = (['log', 'warn', 'error'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void said.push(words)),
  );
  mkdirSync(join(folder, 'other'));
  const other = new StatusServer(settings(world, join(folder, 'other')));
  const ending = new AbortController();
  const ran = other.run(ending.signal);
  await Promise.race([other.address(), ran.then(() => Promise.reject(new Error('ended')))]);
  ending.abort();
  await ran;
  for (const method of methods) method.mockRestore();
  expect(said).toEqual([]);
});

/** What the tests look at in answers; the rest is compared whole. */
interface Body {
  readonly cameras: readonly object[];
  readonly events: readonly { readonly label: string }[];
  readonly next?: string;
  readonly transitions: readonly object[];
  readonly services?: readonly object[];
  readonly word: string;
  readonly reasons: readonly { readonly code: string }[];
}
const getJson = async (path: string): Promise<{ status: number; body: Body }> => {
  const answer = await fetch(at(path));
  return { status: answer.status, body: (await answer.json()) as Body };
};

/** Opens `path` and leaves the answer open; `headers` may name another host. */
function open(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: address.port, path, headers }, resolve).on('error', reject).end();
  });
}

/** Reads until `enough` says so. */
async function readUntil(answer: IncomingMessage, enough: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const chunk of answer) {
    text += (chunk as Buffer).toString('latin1');
    if (enough(text)) break;
  }
  answer.destroy();
  return text;
}

const count = (text: string, what: string): number => text.split(what).length - 1;

/** Sends bytes that may be no HTTP, returns what comes back. */
function sendRaw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(address.port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

describe('the API', () => {
  it('answers for how long each camera was inspected, and refuses words that name no time', async () => {
    world.samples = [0, 1, 2].map((minute) => ({
      ...{ device: 'line-1', journal: 1, seq: minute + 1, boot: 'boot-1', clock: 'synced' as const },
      ...{ wallMs: Date.UTC(2026, 10, 28, 2, 13 + minute), monoMs: minute * 60_000 },
      body: {
        ...{ camera: 'belt', model: 'ppe', state: 'streaming' },
        counters: { offered: minute * 300, inspected: minute * 300, skipped: {}, failed: {} },
      },
    }));
    const answer = await getJson('/api/v1/coverage?at=2026-11-28T02:14Z');
    expect(answer.status).toBe(200);
    const text = '28 Nov 2026, 02:14 to 02:15 UTC: 100 % inspected';
    expect(answer.body).toMatchObject({ by: 'minute', cameras: [{ camera: 'belt', inspectedFraction: 1, text }] });
    for (const query of ['at=noon', 'by=week', 'from=2026-11-28T02:14Z&to=2026-11-28T02:13Z', 'zone=1']) {
      expect((await getJson(`/api/v1/coverage?${query}`)).status).toBe(400);
    }
  });

  it('answers the status with the verdict on it', async () => {
    const { status, body } = await getJson('/api/v1/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({ device: 'line-1', health: { word: 'inspecting', ok: true, reasons: [] } });
    expect(body.cameras).toHaveLength(3);
  });

  it('pages through events and filters them', async () => {
    await world.addEvent('people', 'personnel_violation', 'bare_head');
    await world.addEvent('product', 'quality_issue', 'defect');
    await world.addEvent('product', 'quality_issue', 'defect');
    const first = await getJson('/api/v1/events?limit=2');
    expect(first.body.events).toHaveLength(2);
    const rest = await getJson(`/api/v1/events?limit=2&cursor=${first.body.next ?? ''}`);
    expect(rest.body.events).toHaveLength(1);
    expect(rest.body.next).toBeUndefined();
    const people = await getJson('/api/v1/events?kind=personnel_violation&camera=people');
    expect(people.body.events.map((event) => event.label)).toEqual(['bare_head']);
  });

  it('gives one event and its picture, which a browser may keep for ever', async () => {
    const event = await world.addEvent('floor', 'sanitation', 'spill');
    const { body } = await getJson(`/api/v1/events/${event.event}`);
    expect(body.transitions).toHaveLength(1);
    const picture = await fetch(at(`/api/v1/evidence/${event.snapshots[0] ?? ''}`));
    // Without anything that draws, the picture is as it was recorded.
    const boxes = await fetch(at(`/api/v1/evidence/${event.snapshots[0] ?? ''}?boxes=1&width=320`));
    expect([boxes.status, boxes.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(picture.headers.get('content-type')).toBe('image/jpeg');
    expect(picture.headers.get('cache-control')).toContain('immutable');
    const bytes = new Uint8Array(await picture.arrayBuffer());
    expect([bytes[0], bytes[1]]).toEqual([0xff, 0xd8]);
  });

  it('gives one picture of a camera', async () => {
    const picture = await fetch(at('/api/v1/cameras/people/picture.jpg?boxes=1'));
    expect(picture.status).toBe(200);
    expect(picture.headers.get('content-type')).toBe('image/jpeg');
    expect((await picture.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
  });

  it('passes on why there is no picture', async () => {
    world.failCamera('people');
    const { status, body } = await getJson('/api/v1/cameras/people/picture.jpg');
    expect(status).toBe(503);
    expect(body).toEqual({
      error: { code: 'no_frame', message: 'No frame of people is held', advice: 'Wait for the camera' },
    });
  });

  it.each([
    ['/api/v1/events?limit=0', 400],
    ['/api/v1/events?limit=many', 400],
    ['/api/v1/events?limit=1&limit=2', 400],
    ['/api/v1/events?kind=murder', 400],
    ['/api/v1/events?cursor=%00', 400],
    ['/api/v1/events?surprise=1', 400],
    ['/api/v1/events/not-a-uuid', 400],
    ['/api/v1/events/01890000-0000-7000-8000-999999999999', 404],
    [`/api/v1/evidence/${'0'.repeat(64)}`, 404],
    ['/api/v1/evidence/..%2f..%2fetc%2fpasswd', 400],
    ['/api/v1/cameras/nowhere/picture.jpg', 404],
    ['/api/v1/cameras/nowhere/live', 404],
    ['/api/v1/cameras/nowhere/log', 404],
    ['/api/v1/cameras/people/picture.jpg?width=99999', 400],
    ['/api/v1/cameras/%E0%A4%A/live', 400],
    ['/..%2f..%2fpackage.json', 404],
    ['/nothing', 404],
  ])('refuses %s with %i and says why in JSON', async (path, status) => {
    const answer = await open(path);
    const text = await readUntil(answer, () => false);
    expect(answer.statusCode).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ error: { code: expect.any(String), advice: expect.any(String) } });
  });

  it('lets programs of this device set signals, and neither other sites nor plain forms', async () => {
    const body = JSON.stringify({
      signals: [
        { signal: 'scale', value: 500 },
        { signal: 'door', bad: 'sensor' },
      ],
    });
    const post = (headers: Record<string, string>, text = body): Promise<Response> =>
      fetch(at('/api/v1/signals'), { method: 'POST', headers, body: text });
    expect((await post({ 'content-type': 'text/plain' })).status).toBe(405);
    expect((await post({ 'content-type': 'application/json', origin: 'http://elsewhere.example' })).status).toBe(405);
    expect(world.signals()).toEqual([]);
    expect((await post({ 'content-type': 'application/json' }, '{"signals":[{"signal":"scale"}]}')).status).toBe(400);
    expect((await post({ 'content-type': 'application/json' })).status).toBe(200);
    const { body: answer } = await getJson('/api/v1/signals');
    expect(answer).toMatchObject({
      signals: [
        { id: 'scale', state: 'good', value: 500 },
        { id: 'door', state: 'bad', reason: 'sensor' },
      ],
    });
  });

  it('lets a person of this site confirm a cleaning, by name, and no other site', async () => {
    const post = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(at('/api/v1/cleaning'), {
        ...{ method: 'POST', body: JSON.stringify(body) },
        headers: { 'content-type': 'application/json', ...headers },
      });
    expect((await post({ target: 'aisle', by: 'A. P.' }, { origin: 'http://elsewhere.example' })).status).toBe(405);
    expect((await post({ target: 'aisle' })).status).toBe(400);
    expect((await post({ target: 'aisle', by: '  ' })).status).toBe(400);
    expect(world.confirmations).toEqual([]);
    const answer = await post({ target: 'aisle', by: 'A. P.' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ confirmed: [{ rule: 'floor-cleaning', camera: 'floor', zone: 'aisle' }] });
    expect(world.confirmations).toEqual([{ target: 'aisle', by: 'A. P.' }]);
  });

  it('lets a person of this site confirm the service of a machine, by name', async () => {
    const post = (body: object): Promise<Response> =>
      fetch(at('/api/v1/maintenance'), {
        ...{ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
      });
    expect((await post({ rule: 'cutter' })).status).toBe(400);
    expect((await post({ rule: 'mixer', by: 'A. P.' })).status).toBe(400);
    const services = async () => (await getJson('/api/v1/status')).body.services;
    expect(await services()).toMatchObject([
      { rule: 'cutter', overdue: true, limits: [{ by: 'interval' }, { by: 'count', used: 1.04, unit: 'cuts' }] },
      { rule: 'filler', overdue: false },
    ]);
    const answer = await post({ rule: 'cutter', by: 'M. Fischer' });
    expect([answer.status, await answer.json()]).toEqual([200, { confirmed: [{ rule: 'cutter', camera: 'product' }] }]);
    expect(await services()).toMatchObject([{ overdue: false, servicedBy: 'M. Fischer' }, { rule: 'filler' }]);
  });

  it('gives what FFmpeg wrote last for a camera, and accepts a camera for a person of this site', async () => {
    const log = await getJson('/api/v1/cameras/people/log');
    expect(log.body).toEqual({ camera: 'people', lines: [{ atMs: 1_780_000_000_000, text: 'FFmpeg 5.1 starts' }] });
    const post = (camera: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(at(`/api/v1/cameras/${camera}/accept`), {
        ...{ method: 'POST', body: JSON.stringify(body) },
        headers: { 'content-type': 'application/json', ...headers },
      });
    expect((await post('people', { by: 'A. P.' }, { origin: 'http://elsewhere.example' })).status).toBe(405);
    expect((await post('people', {})).status).toBe(400);
    expect((await post('nowhere', { by: 'A. P.' })).status).toBe(404);
    const early = await post('floor', { by: 'A. P.' });
    expect([early.status, await early.json()]).toMatchObject([503, { error: { code: 'camera_not_known' } }]);
    expect(world.accepted).toEqual([]);
    expect(await (await post('people', { by: 'A. P.' })).json()).toMatchObject({ camera: 'people', similarity: 0.9 });
    expect(world.accepted).toEqual([{ camera: 'people', by: 'A. P.' }]);
  });

  it('takes GET alone for everything else', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const answer = await fetch(at('/api/v1/status'), { method });
      expect([method, answer.status]).toEqual([method, 405]);
    }
  });

  it.each([
    'GARBAGE\r\n\r\n',
    `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    '\u0016\u0003\u0001\u0002\u0000\u0001',
  ])('answers 400 to what is no request and lives on (%#)', async (bytes) => {
    expect(await sendRaw(bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await getJson('/api/v1/status')).status).toBe(200);
  });

  it('hides what went wrong inside, and lives on', async () => {
    world.broken = true;
    const { status, body } = await getJson('/api/v1/status');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('the snapshot is broken');
    world.broken = false;
    expect((await getJson('/api/v1/status')).status).toBe(200);
  });

  it('says that it is busy, and not that it is broken, when a deadline of its own has passed', async () => {
    const late = vi.spyOn(world, 'picture').mockRejectedValue(new DOMException('late', 'TimeoutError'));
    try {
      const { status, body } = await getJson('/api/v1/cameras/product/picture.jpg');
      expect([status, body]).toEqual([
        503,
        { error: expect.objectContaining({ code: 'service_timed_out', advice: expect.stringMatching(/again/i) }) },
      ]);
    } finally {
      late.mockRestore();
    }
  });
});

describe('what guards the page', () => {
  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', 'a b'])(
    'refuses the host name "%s"',
    async (host) => {
      const answer = await open('/api/v1/status', { host });
      answer.resume();
      expect([400, 421]).toContain(answer.statusCode);
    },
  );

  it('refuses a request that names no host', async () => {
    expect(await sendRaw('GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
    expect(await sendRaw('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
  });

  it.each(['localhost', 'LOCALHOST:8970', '127.0.0.1', '127.0.0.1:1'])('takes the host name "%s"', async (host) => {
    const answer = await open('/api/v1/status', { host });
    answer.resume();
    expect(answer.statusCode).toBe(200);
  });

  it('forbids scripts and styles of others, inline ones and framing, on every kind of answer', async () => {
    for (const path of ['/', '/page.css', '/vendor/preact.js', '/api/v1/status', '/nothing', '/api/v1/stream']) {
      const answer = await open(path);
      answer.destroy();
      const policy = answer.headers['content-security-policy'] ?? '';
      expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'none'; script-src 'self'")]);
      expect(policy).not.toContain('unsafe');
      expect(policy).toContain("frame-ancestors 'none'");
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('serves the page and its one library from this machine', async () => {
    const page = await (await fetch(at('/'))).text();
    expect(page).toContain('<title>Lineside');
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const library = await fetch(at('/vendor/preact.js'));
    expect(library.headers.get('content-type')).toContain('javascript');
  });
});

describe('live pictures', () => {
  it('show moving pictures, each ended by a boundary', async () => {
    const answer = await open('/api/v1/cameras/product/live?boxes=1');
    expect(answer.headers['content-type']).toBe('multipart/x-mixed-replace; boundary=lineside-frame');
    const text = await readUntil(answer, (text) => count(text, 'image/jpeg') >= 3);
    expect(count(text, '--lineside-frame')).toBeGreaterThanOrEqual(3);
  });

  it('are encoded once for all watchers of a camera', async () => {
    const before = world.encodings;
    const watchers = await Promise.all(Array.from({ length: 6 }, () => open('/api/v1/cameras/product/live')));
    const texts = await Promise.all(
      watchers.map((answer) => readUntil(answer, (text) => count(text, 'image/jpeg') >= 4)),
    );
    const delivered = texts.reduce((sum, text) => sum + count(text, 'image/jpeg'), 0);
    expect(delivered).toBeGreaterThanOrEqual(24);
    // A new picture comes every 200 ms and is asked for a few times between; six separate feeds would ask six times.
    const parts = Math.max(...texts.map((text) => count(text, 'image/jpeg')));
    expect((world.encodings - before) / parts).toBeLessThan(5);
  });

  it('are shared by those who ask for one after the other', async () => {
    await fetch(at('/api/v1/cameras/product/picture.jpg'));
    const before = world.encodings;
    const asked = Array.from({ length: 8 }, () => fetch(at('/api/v1/cameras/product/picture.jpg')));
    for (const answer of await Promise.all(asked)) expect(answer.status).toBe(200);
    expect(world.encodings - before).toBeLessThan(8);
  });

  it('cost nothing when nobody looks', async () => {
    const answer = await open('/api/v1/cameras/product/live');
    await readUntil(answer, (text) => count(text, 'image/jpeg') >= 1);
    await expect
      .poll(async () => {
        const before = world.encodings;
        await delay(300);
        return world.encodings - before;
      })
      .toBe(0);
  });

  it('skip pictures for who is slow, and keep the others quick', async () => {
    const slow = await open('/api/v1/cameras/product/live?width=1280');
    slow.pause();
    const quick = await open('/api/v1/cameras/product/live?width=1280');
    const text = await readUntil(quick, (text) => count(text, 'image/jpeg') >= 5);
    expect(count(text, 'image/jpeg')).toBeGreaterThanOrEqual(5);
    slow.destroy();
  });

  it('stay open while a camera is away, and are bounded in number', async () => {
    world.failCamera('floor');
    const answers = await Promise.all(Array.from({ length: 25 }, () => open('/api/v1/cameras/floor/live')));
    const statuses = answers.map((answer) => answer.statusCode);
    expect(statuses.filter((status) => status === 200)).toHaveLength(24);
    expect(statuses.filter((status) => status === 503)).toHaveLength(1);
    for (const answer of answers) answer.destroy();
  });
});

describe('the stream', () => {
  it('sends a snapshot at once and again and again', async () => {
    const text = await readUntil(await open('/api/v1/stream'), (text) => count(text, 'event: snapshot') >= 3);
    const data = /event: snapshot\ndata: (.*)\n\n/.exec(text)?.[1] ?? '';
    expect(JSON.parse(data)).toMatchObject({ device: 'line-1', health: { word: 'inspecting' } });
  });

  it('sends events as they happen', async () => {
    const answer = await open('/api/v1/stream');
    const event = await world.addEvent('floor', 'sanitation', 'spill');
    const reading = readUntil(answer, (text) => text.includes('event: event\n'));
    server.announce(event);
    expect(await reading).toContain(event.event);
  });

  it('goes on when one snapshot fails', async () => {
    const answer = await open('/api/v1/stream');
    world.broken = true;
    setTimeout(() => (world.broken = false), 200);
    const text = await readUntil(answer, (text) => count(text, 'event: snapshot') >= 2);
    expect(count(text, 'event: snapshot')).toBe(2);
  });

  it('ends when the server stops, at once', async () => {
    const answer = await open('/api/v1/stream');
    const live = await open('/api/v1/cameras/product/live');
    const ended = Promise.all([
      readUntil(answer, () => false).catch(String),
      readUntil(live, () => false).catch(String),
    ]);
    stop.abort();
    await running;
    await ended;
  });
});

describe('health and figures', () => {
  it('answers 200 while the device inspects', async () => {
    expect(await getJson('/healthz')).toMatchObject({ status: 200, body: { ok: true, word: 'inspecting' } });
  });

  it.each([
    ['vision_down', (w: StatusWorld) => (w.visionDown = true)],
    ['journal_not_writable', (w: StatusWorld) => (w.journalWritable = false)],
    ['no_camera_inspecting', (w: StatusWorld) => w.cameras.forEach((camera) => w.failCamera(camera.id))],
    ['no_cameras', (w: StatusWorld) => w.cameras.splice(0)],
  ])('says 503 because of %s', async (code, harm) => {
    harm(world);
    // A failed camera counts as seeing until its newest frame is stale; its state does not wait for that.
    const { status, body } = await getJson('/healthz');
    expect(status).toBe(503);
    expect(body.word).toBe('not_inspecting');
    expect(body.reasons.map((reason) => reason.code)).toContain(code);
  });

  it('says 200, degraded, with the advice, while one of several cameras is away', async () => {
    world.failCamera('people');
    const { status, body } = await getJson('/healthz');
    expect(status).toBe(200);
    expect(body).toMatchObject({ word: 'degraded', warnings: [{ code: 'refused', camera: 'people' }] });
  });

  it('shows counters to Prometheus that add up', async () => {
    await delay(500);
    const answer = await fetch(at('/metrics'));
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const samples = parseMetrics(await answer.text());
    const labels = '{camera="product",model="defect"}';
    const offered = samples.get(`lineside_frames_offered_total${labels}`) ?? 0;
    const inspected = samples.get(`lineside_frames_inspected_total${labels}`) ?? 0;
    const skipped = samples.get('lineside_frames_skipped_total{camera="product",model="defect",reason="newer_frame"}');
    expect(offered).toBeGreaterThan(0);
    expect(inspected + (skipped ?? 0)).toBe(offered);
    expect(samples.get('lineside_vision_up')).toBe(1);
    expect(samples.get('lineside_journal_queued_records{stream="events"}')).toBe(2);
    const latency = 'lineside_inspection_latency_seconds';
    const of = 'camera="product",model="defect"';
    expect(samples.get(`${latency}_bucket{camera="product",le="0.025",model="defect"}`)).toBe(80);
    expect(samples.get(`${latency}_bucket{camera="product",le="+Inf",model="defect"}`)).toBe(101);
    expect([samples.get(`${latency}_sum{${of}}`), samples.get(`${latency}_count{${of}}`)]).toEqual([2, 101]);
    expect(samples.get('lineside_process_cpu_seconds_total{process="main"}')).toBe(12.5);
  });

  it('shows Prometheus what the outputs of the plant did, and how fast', async () => {
    const samples = parseMetrics(await (await fetch(at('/metrics'))).text());
    const of = (name: string, more = ''): number | undefined =>
      samples.get(`lineside_output_${name}{${[...more.split(' '), 'output="gate"'].filter(Boolean).sort().join(',')}}`);
    expect([of('armed'), of('ready'), of('pieces_in_transit')]).toEqual([1, 0, 3]);
    expect([of('rejects_total', 'outcome="missed"'), of('pieces_total', 'verdict="no_result"')]).toEqual([1, 2]);
    expect([of('late_verdicts_total'), of('results_total', 'outcome="untaken"')]).toEqual([2, 1]);
    expect([of('lateness_seconds_bucket', 'le="0.005"'), of('lateness_seconds_count')]).toEqual([7, 9]);
  });

  it('shows Prometheus what the consumers of feeds did not get', async () => {
    const samples = parseMetrics(await (await fetch(at('/metrics'))).text());
    expect(samples.get('lineside_feed_dropped_total{feed="programs",topic="frames"}')).toBe(12);
    expect(samples.get('lineside_feed_consumer_stalls_total{feed="programs"}')).toBe(4);
    expect(samples.get('lineside_feed_connections_ended_total{feed="programs"}')).toBe(2);
    expect(samples.get('lineside_feed_connections_ended_total{feed="site"}')).toBeUndefined();
    expect(samples.get('lineside_feeds_left_out_total{topic="frames"}')).toBe(210);
  });

  it('shows Prometheus how good the connection to each camera is, and 0 where there is none', async () => {
    world.cameras[0]!.connection = 3;
    world.failCamera('people');
    const samples = parseMetrics(await (await fetch(at('/metrics'))).text());
    const quality = (camera: string) => samples.get(`lineside_camera_connection_quality{camera="${camera}"}`);
    expect([quality('product'), quality('people')]).toEqual([3, 0]);
  });

  it('forgets a camera that has gone, and counts nothing twice', async () => {
    await fetch(at('/metrics'));
    world.cameras.splice(0, 1);
    const samples = parseMetrics(await (await fetch(at('/metrics'))).text());
    expect([...samples.keys()].some((key) => key.includes('camera="product"'))).toBe(false);
    expect(samples.get('lineside_journal_records_total{stream="events"}')).toBe(1_203);
  });
});

describe('the control socket', () => {
  it('is for its owner alone and gives the same answers', async () => {
    expect(statSync(controlSocketPath(folder)).mode & 0o777).toBe(0o600);
    const { status, body } = await getControlJson(controlSocketPath(folder), '/api/v1/status');
    expect(status).toBe(200);
    expect(body).toMatchObject({ device: 'line-1', health: { word: 'inspecting' } });
  });

  it('is refused to a second appliance on the same data folder', async () => {
    const second = new StatusServer(settings(world, folder));
    await expect(second.run(stop.signal)).rejects.toMatchObject({ code: 'control_socket_in_use' });
    expect((await getControlJson(controlSocketPath(folder), '/healthz')).status).toBe(200);
  });

  it('is taken over from a process that was killed', async () => {
    const other = mkdtempSync(join(tmpdir(), 'status-'));
    await leaveStaleSocket(controlSocketPath(other));
    await expect(getControlJson(controlSocketPath(other), '/healthz')).rejects.toMatchObject({
      code: 'service_not_running',
    });
    const ended = new AbortController();
    const second = new StatusServer(settings(world, other));
    const run = second.run(ended.signal);
    await second.address();
    expect((await getControlJson(controlSocketPath(other), '/healthz')).status).toBe(200);
    ended.abort();
    await run;
    rmSync(other, { recursive: true });
  });

  it('says so when its path is too long for a socket', async () => {
    const second = new StatusServer({ ...settings(world, folder), socketPath: `/tmp/${'x'.repeat(120)}/control.sock` });
    await expect(second.run(stop.signal)).rejects.toMatchObject({ code: 'control_socket_path' });
  });
});

describe('the address', () => {
  it('is taken as soon as it is free, without stopping the service', async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => {
        const bound = holder.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
      });
    });
    const other = mkdtempSync(join(tmpdir(), 'status-'));
    const ended = new AbortController();
    const second = new StatusServer(settings(world, other, port));
    const run = second.run(ended.signal);
    await expect
      .poll(() => getControlJson(controlSocketPath(other), '/healthz').then((a) => a.status, String))
      .toBe(200);
    await new Promise((resolve) => holder.close(resolve));
    expect((await second.address()).port).toBe(port);
    ended.abort();
    await run;
    rmSync(other, { recursive: true });
  });
});

/** A socket file that nobody serves, as kill -9 leaves it. */
async function leaveStaleSocket(path: string): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', code]);
}

/** Samples by name and sorted labels; throws on a line that is no sample. */
function parseMetrics(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
    const match = /^([a-z_]+)(\{[^}]*\})? (\S+)$/.exec(line);
    if (match === null || Number.isNaN(Number(match[3]))) throw new Error(`no sample: ${line}`);
    const labels = match[2] === undefined ? '' : `{${match[2].slice(1, -1).split(',').sort().join(',')}}`;
    const key = `${match[1]}${labels}`;
    if (samples.has(key)) throw new Error(`twice: ${key}`);
    samples.set(key, Number(match[3]));
  }
  return samples;
}
