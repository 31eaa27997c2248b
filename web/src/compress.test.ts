import { gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import { expect, it } from 'vitest';
import { acceptsGzip, compressTexts } from './compress.ts';

const TEXT = 'the line is inspected; '.repeat(200);

it('compresses long texts for clients that take gzip, and nothing else', async () => {
  const app = fastify();
  compressTexts(app);
  app.get('/text', (_request, reply) => reply.type('text/css').send(TEXT));
  app.get('/short', (_request, reply) => reply.type('text/css').send('short'));
  app.get('/picture', (_request, reply) => reply.type('image/jpeg').send(Buffer.from(TEXT)));
  app.get('/missing', (_request, reply) => reply.code(404).send({ text: TEXT }));
  const ask = (url: string, encoding = 'br, gzip') =>
    app.inject({ url, method: 'GET', headers: { 'accept-encoding': encoding } });
  const text = await ask('/text');
  expect(text.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(gunzipSync(text.rawPayload).toString()).toBe(TEXT);
  expect(text.rawPayload.length).toBeLessThan(TEXT.length / 10);
  for (const path of ['/short', '/picture', '/missing']) {
    expect((await ask(path)).headers['content-encoding'], path).toBeUndefined();
  }
  const plain = await ask('/text', 'br, gzip;q=0');
  expect([plain.headers['content-encoding'], plain.headers['vary'], plain.payload]).toEqual([
    ...[undefined, 'accept-encoding', TEXT],
  ]);
  await app.close();
});

it.each([
  ['gzip', true],
  ['br, gzip;q=0.5', true],
  ['gzip;q=0', false],
  ['gzip;q=0.0, br', false],
  ['br', false],
  ['x-gzip-like', false],
])('%s: %s', (encoding, expected) => {
  expect(acceptsGzip({ headers: { 'accept-encoding': encoding } })).toBe(expected);
});
