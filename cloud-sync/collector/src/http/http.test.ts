import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addDevice,
  collectorYaml,
  startCollector,
  type RunningCollector,
} from '../../../../tests/support/collector.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(20_000)]);
const TOKEN = 'a-token-of-good-length';

let dir: TempDir;
let data: string;
let collector: RunningCollector;
let guarded: RunningCollector;
let password: string;

beforeAll(async () => {
  dir = await tempDir('collector-http-');
  data = dir.join('data');
  password = await addDevice(data, 'line-1');
  await addDevice(data, 'line-2');
  const config = dir.join('open.yaml');
  writeFileSync(config, collectorYaml('http: {listen: "127.0.0.1:0"}\nmedia: {maxBytes: 64KiB}\n'));
  collector = await startCollector(config, data);
  const closed = dir.join('closed.yaml');
  writeFileSync(dir.join('token'), TOKEN);
  writeFileSync(closed, collectorYaml(`http: {listen: "127.0.0.1:0", token: "\${file:${dir.join('token')}}"}\n`));
  guarded = await startCollector(closed, dir.join('guarded'));
});

afterAll(async () => {
  await Promise.all([collector.stop(), guarded.stop()]);
  await dir[Symbol.asyncDispose]();
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface Put {
  readonly name?: string;
  readonly user?: string;
  readonly secret?: string;
  readonly device?: string;
}

async function put(bytes: Buffer, { name, user = 'line-1', secret = password, device = 'line-1' }: Put = {}) {
  const authorization = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  const response = await fetch(`${collector.at.http}/media/${device}/${name ?? sha256(bytes)}`, {
    method: 'PUT',
    headers: { authorization, 'content-type': 'image/jpeg' },
    body: new Uint8Array(bytes),
  });
  const answer = (await response.json()) as { code?: string };
  return { status: response.status, code: answer.code };
}

/** Sends bytes as they are and collects the answer until the server closes or says nothing more. */
async function raw(bytes: string | Buffer): Promise<string> {
  const { port } = new URL(collector.at.http);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(answer));
  });
}

describe('pictures', () => {
  it('are stored once, and served with the media type of their bytes', async () => {
    expect((await put(JPEG)).status).toBe(201);
    expect((await put(JPEG)).status).toBe(200);
    const response = await fetch(`${collector.at.http}/api/v1/media/${sha256(JPEG)}`);
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    const part = async (range: string): Promise<[number, string | null, Buffer]> => {
      const answer = await fetch(`${collector.at.http}/api/v1/media/${sha256(JPEG)}`, { headers: { range } });
      return [answer.status, answer.headers.get('content-range'), Buffer.from(await answer.arrayBuffer())];
    };
    expect(await part('bytes=1-2')).toEqual([206, `bytes 1-2/${JPEG.length}`, JPEG.subarray(1, 3)]);
    expect(await part('bytes=-1')).toEqual([
      206,
      `bytes ${JPEG.length - 1}-${JPEG.length - 1}/${JPEG.length}`,
      JPEG.subarray(-1),
    ]);
    expect(await part(`bytes=${JPEG.length}-`)).toMatchObject([416, `bytes */${JPEG.length}`, expect.anything()]);
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(JPEG));
    const etag = { 'if-none-match': `"${sha256(JPEG)}"` };
    expect((await fetch(response.url, { headers: etag })).status).toBe(304);
  });

  it('are served small where a device has put a small picture into them, and as they are where not', async () => {
    const small = Buffer.concat([JPEG.subarray(0, 2), Buffer.from('small')]);
    const xmp = `http://ns.adobe.com/xap/1.0/\0<xmpGImg:image>${small.toString('base64')}</xmpGImg:image>`;
    const length = Buffer.from([0, xmp.length + 2]);
    const both = Buffer.concat([JPEG.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, Buffer.from(xmp), JPEG]);
    expect((await put(both)).status).toBe(201);
    const get = async (bytes: Buffer, query: string) => {
      const answer = await fetch(`${collector.at.http}/api/v1/media/${sha256(bytes)}${query}`);
      const { headers, status } = answer;
      return { status, type: headers.get('content-type'), bytes: Buffer.from(await answer.arrayBuffer()) };
    };
    expect(await get(both, '?thumbnail=1')).toEqual({ status: 200, type: 'image/jpeg', bytes: small });
    expect((await get(both, '')).bytes).toEqual(both);
    expect((await get(JPEG, '?thumbnail=1')).bytes).toEqual(JPEG);
    expect((await get(both, '?thumbnail=2')).status).toBe(400);
    expect((await get(randomBytes(8), '?thumbnail=1')).status).toBe(404);
  });

  it('are never served as a page, whatever the sender says they are', async () => {
    const page = Buffer.from('<script>alert(1)</script>');
    expect((await put(page)).status).toBe(201);
    const response = await fetch(`${collector.at.http}/api/v1/media/${sha256(page)}`);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('are refused when the hash is wrong, when they are too large, and when they belong to another device', async () => {
    const bytes = randomBytes(1000);
    expect(await put(bytes, { name: sha256(randomBytes(8)) })).toEqual({ status: 422, code: 'hash_mismatch' });
    expect(await put(bytes, { name: 'nonsense' })).toEqual({ status: 400, code: 'hash_invalid' });
    expect(await put(bytes, { secret: 'wrong' })).toEqual({ status: 401, code: 'credential_wrong' });
    expect(await put(bytes, { user: 'nobody' })).toEqual({ status: 401, code: 'credential_wrong' });
    expect(await put(bytes, { device: 'line-2' })).toEqual({ status: 403, code: 'device_mismatch' });
    expect(await put(randomBytes(70_000))).toEqual({ status: 413, code: 'too_big' });
    expect((await fetch(`${collector.at.http}/api/v1/media/${sha256(bytes)}`)).status).toBe(404);
    expect(readdirSync(`${data}/media/incoming`)).toEqual([]);
  });

  it('are refused when they turn out too large while they arrive, or end early', async () => {
    const head = `PUT /media/line-1/${'a'.repeat(64)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic ${Buffer.from(`line-1:${password}`).toString('base64')}\r\n`;
    const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`;
    expect(await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(10)}`)).toMatch(/^HTTP\/1\.1 413 /);
    await raw(`${head}Content-Length: 5000\r\n\r\nshort`);
    expect(existsSync(`${data}/media/aa/${'a'.repeat(64)}`)).toBe(false);
    expect((await put(JPEG)).status).toBe(200);
  });
});

describe('the API', () => {
  it('answers invalid requests with a problem that has a code', async () => {
    for (const [path, status, code] of [
      ['/api/v1/events?limit=0', 400, 'query_invalid'],
      ['/api/v1/events?kind=Weather%20now', 400, 'query_invalid'],
      ['/api/v1/events?colour=red', 400, 'query_invalid'],
      ['/api/v1/events?severity=Very%20bad', 400, 'query_invalid'],
      ['/api/v1/events?sinceMs=yesterday', 400, 'query_invalid'],
      ['/api/v1/events?cursor=%00', 400, 'cursor_invalid'],
      ['/api/v1/gaps?state=wide', 400, 'query_invalid'],
      ['/api/v1/coverage', 400, 'query_invalid'],
      ['/api/v1/coverage?device=line-1&from=yesterday', 400, 'query_invalid'],
      ['/api/v1/coverage?device=line-1&from=2000&to=1000', 400, 'query_invalid'],
      ['/api/v1/coverage?device=line-1&from=0&to=99999999999', 400, 'query_invalid'],
      ['/api/v1/coverage?device=line-1&from=0&to=2600000000&by=minute', 400, 'query_invalid'],
      ['/api/v1/media/../../etc/passwd', 404, 'not_found'],
      ['/api/v1/media/%2e%2e%2fcollector.sqlite', 404, 'media_unknown'],
      ['/api/v1/media/zz', 404, 'media_unknown'],
      ['/%', 400, 'request_invalid'],
      ['/nothing', 404, 'not_found'],
    ] as const) {
      const response = await fetch(`${collector.at.http}${path}`);
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        status,
        expect.stringContaining('application/problem+json'),
      ]);
      expect(await response.json()).toMatchObject({ status, code });
    }
  });

  it('answers malformed HTTP with 4xx, and keeps running', async () => {
    for (const bytes of [
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      randomBytes(500),
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`,
      'POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nabc',
      'POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{a}',
      'POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/x\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{a}',
      'DELETE /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    ]) {
      expect(await raw(bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expect((await fetch(`${collector.at.http}/healthz`)).status).toBe(200);
  });

  it('is not served under a foreign name that points to this machine', async () => {
    expect(await raw('GET /api/v1/devices HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 421 /,
    );
  });

  it('serves metrics, and sets the security headers of browsers', async () => {
    const metrics = await fetch(`${collector.at.http}/metrics`);
    expect(await metrics.text()).toContain('lineside_collector_media_uploads_total{result="stored"} 3');
    const page = await fetch(`${collector.at.http}/`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    for (const path of ['/app.js', '/page.css', '/vendor/preact.js']) {
      expect((await fetch(`${collector.at.http}${path}`)).status).toBe(200);
    }
  });
});

describe('with a token', () => {
  it('requires it for reading, as Bearer or through a session made from it', async () => {
    const { http } = guarded.at;
    for (const path of ['/api/v1/devices', '/api/v1/events', '/api/v1/stats', '/api/v1/gaps', '/metrics']) {
      expect([path, (await fetch(http + path)).status]).toEqual([path, 401]);
      const headers = { authorization: `Bearer ${TOKEN}` };
      expect([path, (await fetch(http + path, { headers })).status]).toEqual([path, 200]);
    }
    const signIn = async (token: string) =>
      fetch(`${http}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      });
    expect((await signIn('not-the-token-at-all')).status).toBe(401);
    const session = await signIn(TOKEN);
    expect(session.status).toBe(204);
    const cookie = session.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    const [pair = ''] = cookie.split(';');
    expect((await fetch(`${http}/api/v1/devices`, { headers: { cookie: pair } })).status).toBe(200);
    expect((await fetch(`${http}/api/v1/devices`, { headers: { cookie: `${pair}x` } })).status).toBe(401);
    expect((await fetch(`${http}/healthz`)).status).toBe(200);
  });

  it('refuses more attempts after ten wrong ones, and lets sessions go on', async () => {
    const { http } = guarded.at;
    const read = async (token: string) =>
      (await fetch(`${http}/api/v1/stats`, { headers: { authorization: `Bearer ${token}` } })).status;
    const statuses = await Promise.all(Array.from({ length: 30 }, async (_, n) => read(`wrong-${n}`)));
    expect(statuses).toContain(429);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    const answer = await fetch(`${http}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'wrong' }),
    });
    expect(answer.status).toBe(429);
    expect(await answer.json()).toMatchObject({ code: 'too_many_attempts', advice: expect.stringMatching(/seconds/) });
    expect((await fetch(`${http}/healthz`)).status).toBe(200);
  });
});
