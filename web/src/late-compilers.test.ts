import fastify from 'fastify';
import { expect, it } from 'vitest';
import { lateCompilers } from './late-compilers.ts';

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { limit: { type: 'integer', minimum: 1, default: 50 } },
} as const;

function server() {
  return fastify({ ajv: { customOptions: { removeAdditional: false } }, schemaController: lateCompilers() });
}

it('checks requests as Fastify does by itself: types are converted, gaps filled, mistakes refused', async () => {
  const app = server();
  app.get('/events', { schema: { querystring: QUERY } }, ({ query }) => query);
  const ask = async (url: string) => {
    const { statusCode, body } = await app.inject({ url });
    return [statusCode, body];
  };
  expect(await ask('/events?limit=7')).toEqual([200, '{"limit":7}']);
  expect(await ask('/events')).toEqual([200, '{"limit":50}']);
  expect(await ask('/events?limit=0')).toEqual([400, expect.stringContaining('querystring/limit must be >= 1')]);
  // The options of the server reach the compiler.
  expect(await ask('/events?other=1')).toEqual([400, expect.stringContaining('must NOT have additional properties')]);
  expect(await ask('/events?limit=8')).toEqual([200, '{"limit":8}']);
  await app.close();
});

it('compiles a schema when the first request is checked by it, not before', async () => {
  const app = server();
  app.get('/bad', { schema: { querystring: { type: 'nonsense' } } }, () => 'never');
  app.get('/good', { schema: { querystring: QUERY } }, () => 'answer');
  await app.ready();
  expect((await app.inject({ url: '/good' })).body).toBe('answer');
  expect((await app.inject({ url: '/bad' })).statusCode).toBe(500);
  await app.close();
});

it('refuses a route whose answers have a schema', async () => {
  const app = server();
  app.get('/typed', { schema: { response: { 200: QUERY } } }, () => ({}));
  await expect(app.ready()).rejects.toThrow('answers have no schemas here');
});
