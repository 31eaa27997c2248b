import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dayWindow, duration, fraction, id, key, labels, rate, secret, size } from './index.ts';
import { SecretText } from '@lineside/kit';

const Everything = z.strictObject({
  id: id(),
  labels: labels().optional(),
  least: fraction(),
  wait: duration().prefault('5s'),
  quota: size(),
  limit: rate(),
  window: dayWindow().prefault('always'),
  url: secret('url'),
});
const WRITTEN = {
  id: 'packing',
  least: 0.5,
  wait: '90s',
  quota: '1500MB',
  limit: '256kbit',
  window: '22:00-06:00',
  url: 'rtsp://${env:USER}:${env:PASSWORD}@host/1',
};

describe('codecs of configuration values', () => {
  it('read a value with its unit and write it back as it was', () => {
    const read = Everything.parse(WRITTEN);
    expect(read).toMatchObject({
      wait: { ms: 90_000 },
      quota: { bytes: 1.5e9 },
      limit: { bytesPerS: 32_000 },
      window: { fromMinute: 1320, toMinute: 360 },
    });
    expect(read.url).toBeInstanceOf(SecretText);
    expect(z.encode(Everything, read)).toEqual(WRITTEN);
  });

  it('fill in defaults that are written as in the file', () => {
    const { id: name, least, quota, limit, url } = WRITTEN;
    expect(Everything.parse({ id: name, least, quota, limit, url })).toMatchObject({
      wait: { ms: 5000 },
      window: 'always',
    });
  });

  it('write a secret in plain text masked', () => {
    const read = Everything.parse({ ...WRITTEN, url: 'rtsp://viewer:geheim@host/1' });
    expect(JSON.stringify(z.encode(Everything, read))).not.toContain('geheim');
  });

  it.each([
    ['id', 'a b'],
    ['least', 1.1],
    ['wait', '5'],
    ['quota', 5],
    ['limit', '5MB'],
    ['window', 'day'],
    ['url', 'rtsp://${vault:x}/'],
  ])('refuse a wrong %s', (name, value) => {
    const { success, error } = Everything.safeParse({ ...WRITTEN, [name]: value });
    expect(success).toBe(false);
    expect(error?.issues.map(({ path }) => path)).toEqual([[name]]);
  });

  it('show in a JSON Schema as the text that the file holds, with their metadata', () => {
    const described = z.strictObject({ wait: duration().meta(key({ description: 'A wait.', restart: 'rule' })) });
    expect(z.toJSONSchema(described, { io: 'input' }).properties?.['wait']).toMatchObject({
      type: 'string',
      description: 'A wait.',
      restart: 'rule',
    });
  });
});
