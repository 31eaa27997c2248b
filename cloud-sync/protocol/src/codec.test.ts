import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { dice } from '../../../tests/support/dice.ts';
import { JournalTwin } from '../../../tests/support/journal-twin.ts';
import { Batch, decode, encode, encodeText, MalformedPayload } from './index.ts';

const twin = new JournalTwin('line-1').appendEvents(300);

test('a batch is the same value in every encoding, and zstd2 is by far the shortest where batches are short', () => {
  for (const count of [1, 5, 300]) {
    const batch = twin.batch(1, count);
    const text = JSON.stringify(batch);
    const [plain, zipped, packed] = [Buffer.from(text), encode(batch), encodeText(text, 'zstd2')];
    for (const payload of [plain, zipped, packed, encodeText(text, 'zstd1')])
      expect(decode(Batch, payload)).toEqual(batch);
    expect(packed.length).toBeLessThan(zipped.length);
  }
  const [one] = [twin.batch(1, 1)];
  expect(encodeText(JSON.stringify(one), 'zstd2').length).toBeLessThan(0.75 * encode(one).length);
  expect(encodeText(JSON.stringify(one), 'zstd2').length).toBeLessThan(encodeText(JSON.stringify(one), 'zstd1').length);
});

test('a payload that would exceed the limit when it is decompressed is refused before that, in every encoding', () => {
  const bomb = Buffer.alloc(50_000_000, 0x20);
  const level = { params: { [constants.ZSTD_c_compressionLevel]: 19 } };
  for (const payload of [
    gzipSync(bomb),
    zstdCompressSync(bomb, level),
    encodeText(bomb.toString(), 'zstd1'),
    encodeText(bomb.toString(), 'zstd2'),
  ]) {
    expect(payload.length).toBeLessThan(100_000);
    expect(() => decode(z.unknown(), payload, 1_000_000)).toThrow(MalformedPayload);
  }
});

test('a damaged payload is reported as malformed and causes no other error', () => {
  const roll = dice(3);
  const payload = encodeText(JSON.stringify(twin.batch(1, 20)), 'zstd2');
  for (let n = 0; n < 500; n += 1) {
    const spoiled = Buffer.from(payload.subarray(0, n % 2 === 0 ? payload.length : 5 + roll(payload.length - 5)));
    for (let hit = 0; hit < 1 + roll(4); hit += 1) spoiled[roll(spoiled.length)] = roll(256);
    try {
      decode(Batch, spoiled);
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedPayload);
    }
  }
});
