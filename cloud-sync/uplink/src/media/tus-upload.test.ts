import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { dice } from '../../../../tests/support/dice.ts';
import { type Ask, tusUpload } from './tus-upload.ts';

const BYTES = randomBytes(1_000);
const SHA = 'a'.repeat(64);

/** The other end, as tus 1.0.0 describes it; `trouble` may answer in its place, before or after it has taken a piece. */
class Keeper {
  held: Buffer | undefined;
  readonly asked: string[] = [];
  trouble: (method: string) => number | 'lost_after' | undefined = () => undefined;

  readonly ask: Ask = (method, url, headers, body) => {
    this.asked.push(method);
    const trouble = this.trouble(method);
    if (typeof trouble === 'number') return Promise.resolve(new Response(null, { status: trouble }));
    const answer = this.#answer(method, headers, body);
    if (trouble === 'lost_after') return Promise.reject(new TypeError(`fetch failed: ${url}`));
    return Promise.resolve(answer);
  };

  #answer(method: string, headers: Readonly<Record<string, string>>, body: Uint8Array = new Uint8Array()): Response {
    if (method === 'POST') {
      this.held = Buffer.alloc(0);
      return new Response(null, { status: 201 });
    }
    if (this.held === undefined) return new Response(null, { status: 404 });
    const offset = (): Record<string, string> => ({ 'upload-offset': String(this.held?.length) });
    if (method === 'HEAD') return new Response(null, { status: 200, headers: offset() });
    if (Number(headers['upload-offset']) !== this.held.length) return new Response(null, { status: 409 });
    this.held = Buffer.concat([this.held, body]);
    return new Response(null, { status: 204, headers: offset() });
  }
}

const upload = (keeper: Keeper): Promise<number> =>
  tusUpload({
    at: 'http://there/uploads/line-1',
    sha256: SHA,
    bytes: BYTES,
    pieceBytes: 300,
    ask: keeper.ask,
    allowed: () => Promise.resolve(),
  });

test('a new upload is created and sent in pieces, and one that is complete already is only asked about', async () => {
  const keeper = new Keeper();
  expect(await upload(keeper)).toBe(201);
  expect(keeper.held?.equals(BYTES)).toBe(true);
  expect(keeper.asked).toEqual(['HEAD', 'POST', 'PATCH', 'PATCH', 'PATCH', 'PATCH']);
  keeper.asked.length = 0;
  expect(await upload(keeper)).toBe(201);
  expect(keeper.asked).toEqual(['HEAD']);
});

test('an upload continues with what is missing after a broken connection, whether the last piece had arrived or not', async () => {
  for (const when of ['before', 'after'] as const) {
    const keeper = new Keeper();
    let patches = 0;
    keeper.trouble = (method) => {
      if (method !== 'PATCH' || ++patches !== 2) return undefined;
      return when === 'after' ? 'lost_after' : 503;
    };
    if (when === 'after') await expect(upload(keeper)).rejects.toThrow(/fetch failed/);
    else expect(await upload(keeper)).toBe(503);
    keeper.asked.length = 0;
    expect(await upload(keeper)).toBe(201);
    expect(keeper.held?.equals(BYTES)).toBe(true);
    expect(keeper.asked.filter((method) => method === 'PATCH')).toHaveLength(when === 'after' ? 2 : 3);
  }
});

test('an upload that the server has forgotten meanwhile starts again', async () => {
  const keeper = new Keeper();
  let patches = 0;
  keeper.trouble = (method) => {
    if (method === 'PATCH' && ++patches === 3) keeper.held = undefined;
    return undefined;
  };
  expect(await upload(keeper)).toBe(201);
  expect(keeper.held?.equals(BYTES)).toBe(true);
});

test('an upload ends whatever the server answers, and the server never holds wrong bytes', async () => {
  const below = dice(5);
  const statuses = [200, 204, 400, 401, 404, 409, 410, 413, 422, 423, 500];
  for (let round = 0; round < 300; round += 1) {
    const keeper = new Keeper();
    keeper.trouble = () => (below(4) === 0 ? statuses[below(statuses.length)] : undefined);
    const status = await upload(keeper);
    if (status === 201) expect(keeper.held?.equals(BYTES)).toBe(true);
    const { held } = keeper;
    if (held !== undefined) expect(held.equals(BYTES.subarray(0, held.length))).toBe(true);
  }
});
