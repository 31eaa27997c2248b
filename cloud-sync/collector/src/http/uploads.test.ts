import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDevice, collectorYaml, spawnCollector } from '../../../../tests/support/collector.ts';
import { freePort } from '../../../../tests/support/free-port.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';

let dir: TempDir;
let data: string;
let config: string;
let password: string;
let collector: Awaited<ReturnType<typeof spawnCollector>>;

beforeAll(async () => {
  dir = await tempDir('collector-uploads-');
  data = dir.join('data');
  config = dir.join('collector.yaml');
  const yaml = collectorYaml(`http: {listen: "127.0.0.1:${await freePort()}"}\nmedia: {maxBytes: 1MiB}\n`);
  writeFileSync(config, yaml);
  password = await addDevice(data, 'line-1');
  collector = await spawnCollector(config, data);
});

afterAll(async () => {
  await collector.process[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

function picture(bytes = 200_000): { body: Buffer; sha256: string } {
  const body = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(bytes - 4)]);
  return { body, sha256: createHash('sha256').update(body).digest('hex') };
}

async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Buffer,
): Promise<Response> {
  return fetch(`${collector.at.http}/uploads/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`line-1:${password}`).toString('base64')}`,
      'tus-resumable': '1.0.0',
      ...headers,
    },
    ...(body !== undefined && { body: new Uint8Array(body) }),
  });
}

async function create(sha256: string, bytes: number): Promise<Response> {
  return ask('POST', 'line-1', {
    'upload-length': String(bytes),
    'upload-metadata': `sha256 ${Buffer.from(sha256).toString('base64')}`,
  });
}

async function patch(sha256: string, offset: number, bytes: Buffer): Promise<Response> {
  const headers = { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
  return ask('PATCH', `line-1/${sha256}`, headers, bytes);
}

async function restart(): Promise<void> {
  await collector.process.killHard();
  collector = await spawnCollector(config, data);
}

describe('resumable uploads', () => {
  it('continue where they were after the collector was killed, and are complete only when they are stored', async () => {
    const { body, sha256 } = picture();
    expect((await ask('HEAD', `line-1/${sha256}`)).status).toBe(404);
    const created = await create(sha256, body.length);
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`${collector.at.http}/uploads/line-1/${sha256}`);
    expect((await patch(sha256, 0, body.subarray(0, 70_000))).status).toBe(204);
    await restart();
    const seen = await ask('HEAD', `line-1/${sha256}`);
    expect(seen.headers.get('upload-offset')).toBe('70000');
    expect(seen.headers.get('upload-length')).toBe(String(body.length));
    expect((await patch(sha256, 0, body)).status).toBe(409);
    expect((await patch(sha256, 70_000, body.subarray(70_000))).status).toBe(204);
    const done = await ask('HEAD', `line-1/${sha256}`);
    expect(done.headers.get('upload-offset')).toBe(String(body.length));
    const stored = await fetch(`${collector.at.http}/api/v1/media/${sha256}`);
    expect(stored.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await stored.arrayBuffer()).equals(body)).toBe(true);
    expect(readdirSync(`${data}/media/uploads`)).toEqual([]);
  });

  it('of a picture that is stored already are complete at once, whichever device sent it', async () => {
    const { body, sha256 } = picture(5000);
    const put = await fetch(`${collector.at.http}/media/line-1/${sha256}`, {
      method: 'PUT',
      headers: { authorization: `Basic ${Buffer.from(`line-1:${password}`).toString('base64')}` },
      body: new Uint8Array(body),
    });
    expect(put.status).toBe(201);
    expect((await ask('HEAD', `line-1/${sha256}`)).headers.get('upload-offset')).toBe('5000');
  });

  it('are stored at the next request when the collector ended after the last byte', async () => {
    const { body, sha256 } = picture(9000);
    await create(sha256, body.length);
    await patch(sha256, 0, body.subarray(0, 10));
    // The rest came, and then the power went, before it was hashed and committed.
    writeFileSync(`${data}/media/uploads/${sha256}-line-1`, body);
    await restart();
    expect((await ask('HEAD', `line-1/${sha256}`)).headers.get('upload-offset')).toBe('9000');
    expect((await fetch(`${collector.at.http}/api/v1/media/${sha256}`)).status).toBe(200);
  });

  it('refuse bytes with another hash, discard them, and accept the right ones afterwards', async () => {
    const { body, sha256 } = picture(3000);
    const other = picture(3000).body;
    await create(sha256, 3000);
    expect((await patch(sha256, 0, other)).status).toBe(422);
    expect((await ask('HEAD', `line-1/${sha256}`)).status).toBe(404);
    await create(sha256, 3000);
    expect((await patch(sha256, 0, body)).status).toBe(204);
  });

  it('are refused for another device, for an invalid name, and above the allowed size', async () => {
    const { sha256 } = picture(10);
    expect((await create(sha256, 2_000_000)).status).toBe(413);
    expect((await create('no hash', 10)).status).toBe(400);
    expect((await ask('POST', 'line-2', { 'upload-length': '10' })).status).toBe(403);
    expect((await ask('HEAD', `line-1/${sha256}`, { authorization: 'Basic x' })).status).toBe(401);
    expect((await ask('PATCH', `line-1/..%2f..%2fcollector.lock`)).status).toBe(400);
  });

  it('are few at a time for one device: the oldest gives way, and can be begun again', async () => {
    const pictures = Array.from({ length: 40 }, () => picture(1000));
    for (const { sha256, body } of pictures) expect((await create(sha256, body.length)).status).toBe(201);
    const open = readdirSync(`${data}/media/uploads`).filter((name) => name.endsWith('-line-1'));
    expect(open).toHaveLength(16);
    const [first, last] = [pictures[0]!, pictures.at(-1)!];
    expect((await patch(last.sha256, 0, last.body)).status).toBe(204);
    expect((await ask('HEAD', `line-1/${first.sha256}`)).status).toBe(404);
    expect((await create(first.sha256, 1000)).status).toBe(201);
    expect((await patch(first.sha256, 0, first.body)).status).toBe(204);
  });

  it('that were abandoned are deleted after a week', async () => {
    const { body, sha256 } = picture(2000);
    await create(sha256, body.length);
    await patch(sha256, 0, body.subarray(0, 100));
    const info = `${data}/media/uploads/${sha256}-line-1.json`;
    const upload = JSON.parse(await readFile(info, 'utf8')) as { creation_date: string };
    const old = new Date(Date.now() - 8 * 86_400_000);
    writeFileSync(info, JSON.stringify({ ...upload, creation_date: old.toISOString() }));
    utimesSync(info, old, old);
    await restart();
    expect(existsSync(info)).toBe(false);
    expect((await ask('HEAD', `line-1/${sha256}`)).status).toBe(404);
  });
});
