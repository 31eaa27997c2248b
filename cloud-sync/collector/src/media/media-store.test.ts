import { createHash, randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { S3Stub } from '../../../../tests/support/s3-stub.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { FileMedia, S3Media, type MediaStore, type ByteRange } from './index.ts';

let dir: TempDir;
let stub: S3Stub;

beforeAll(async () => {
  dir = await tempDir('collector-media-');
  stub = await S3Stub.start();
});
afterAll(async () => {
  await stub[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

async function s3(changes: object = {}): Promise<S3Media> {
  const { bucket, url, region, accessKey, secretKey } = stub;
  const media = await S3Media.open({
    bucket,
    endpoint: url,
    region,
    prefix: 'plant 1/',
    accessKey,
    secretKey,
    ...changes,
  });
  await media.check();
  return media;
}

const kinds: { name: string; open: () => Promise<MediaStore> }[] = [
  { name: 'files', open: async () => new FileMedia(dir.join('media')) },
  { name: 'an S3 bucket', open: async () => s3() },
];

describe.each(kinds)('pictures in $name', ({ open }) => {
  let media: MediaStore;
  beforeEach(async () => {
    media = await open();
  });

  function file(bytes: number): { sha256: string; body: Buffer; file: { path: string; bytes: number; mime: string } } {
    const body = randomBytes(bytes);
    const path = dir.join(randomBytes(4).toString('hex'));
    writeFileSync(path, body);
    const sha256 = createHash('sha256').update(body).digest('hex');
    return { sha256, body, file: { path, bytes, mime: 'image/jpeg' } };
  }

  async function read(sha256: string, range?: ByteRange): Promise<Buffer | undefined> {
    const stream = await media.open(sha256, range);
    return stream && Buffer.concat((await stream.toArray()) as Buffer[]);
  }

  it('are taken over, read back, and gone when removed', async () => {
    const picture = file(100_000);
    expect(await media.has(picture.sha256)).toBe(false);
    expect(await read(picture.sha256)).toBeUndefined();
    await media.put(picture.sha256, picture.file);
    expect(existsSync(picture.file.path)).toBe(false);
    expect(await media.has(picture.sha256)).toBe(true);
    expect((await read(picture.sha256))?.equals(picture.body)).toBe(true);
    expect(await read(picture.sha256, { start: 10, end: 14 })).toEqual(picture.body.subarray(10, 15));
    await media.remove(picture.sha256);
    await media.remove(picture.sha256);
    expect(await media.has(picture.sha256)).toBe(false);
  });

  it('may be put twice', async () => {
    const picture = file(10);
    await media.put(picture.sha256, picture.file);
    writeFileSync(picture.file.path, picture.body);
    await media.put(picture.sha256, picture.file);
    expect((await read(picture.sha256))?.equals(picture.body)).toBe(true);
  });
});

describe('an S3 bucket', () => {
  it.each([
    [{ secretKey: 'another secret' }, 'media_store_refused'],
    [{ accessKey: 'SOMEBODYELSE' }, 'media_store_refused'],
    [{ region: 'us-east-1' }, 'media_store_refused'],
    [{ bucket: 'elsewhere' }, 'media_store_unreachable'],
    [{ endpoint: 'http://127.0.0.1:1' }, 'media_store_unreachable'],
  ])('is refused with advice: %o', async (changes, code) => {
    await expect(s3(changes)).rejects.toMatchObject({ code });
  });

  it('that fails is not mistaken for one that has no such picture', async () => {
    const media = await s3();
    stub.broken = 503;
    await expect(media.has('a'.repeat(64))).rejects.toThrow();
    stub.broken = undefined;
    expect(await media.has('a'.repeat(64))).toBe(false);
  });
});
