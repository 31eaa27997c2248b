import { request } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { checkConfig } from '../config/index.ts';
import { CameraDraft, type GoodPack, type SetupShape, SetupPage } from './index.ts';
import { PackSetup } from './pack-setup.ts';

const CONFIG = `# the line in hall 2
device: d
cameras:
  - {id: belt, url: "rtsp://h/1", models: [defect], zones: [{id: old, polygon: [[0, 0], [1, 0], [1, 1]]}]}
rules:
  - {id: faults, type: product_defect, camera: belt, zone: old}
  - {id: packs, type: count, camera: belt}
`;
const SOURCES = { catalog: ['defect'], env: {} };
const SQUARE = [
  [0.1, 0.1],
  [0.5, 0.1],
  [0.5, 0.5],
] as const;

let dir: TempDir;
let path: string;
beforeEach(async () => {
  dir = await tempDir();
  path = dir.join('line.yaml');
  await writeFile(path, CONFIG);
});
afterEach(() => dir[Symbol.asyncDispose]());

const open = (eventsOf?: (text: string) => ReadonlyMap<string, number>) =>
  CameraDraft.open({ path, sources: SOURCES, camera: 'belt', ...(eventsOf === undefined ? {} : { eventsOf }) });
const text = (): Promise<string> => readFile(path, 'utf8');

describe('a camera while it is set up', () => {
  const zoneOf = (draft: CameraDraft) => draft.view().rules.map(({ id, zone }) => ({ id, zone: zone ?? null }));

  it('shows its zones, lines and rules, and the events of a recording', async () => {
    const view = (await open(() => new Map([['faults', 3]]))).view();
    expect(view.shapes.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['zone old', 'line line:packs']);
    expect(view.rules).toMatchObject([
      { id: 'faults', hasZone: true, hasLine: false, zone: 'old', events: 3 },
      { id: 'packs', hasZone: true, hasLine: true, events: 0 },
    ]);
  });

  it('writes a zone, a mask and a line, keeps comments, and undoes each save', async () => {
    const draft = await open();
    const { shapes } = draft.view();
    const zone: SetupShape = { kind: 'zone', id: 'packing', points: SQUARE };
    const mask: SetupShape = { kind: 'mask', id: 'window', points: SQUARE };
    const moved = shapes.map((shape) => (shape.kind === 'line' ? { ...shape, points: SQUARE.slice(1) } : shape));
    expect(await draft.save({ shapes: [...moved, zone], rules: zoneOf(draft) })).toBe(true);
    const first = await text();
    expect(first).toContain('# the line in hall 2');
    const second = draft.view().shapes;
    expect(second.find(({ id }) => id === 'line:packs')?.points).toEqual(SQUARE.slice(1));
    const rules = zoneOf(draft).map((rule) => (rule.id === 'faults' ? { ...rule, zone: 'packing' } : rule));
    expect(await draft.save({ shapes: [...second, mask], rules })).toBe(true);
    expect(draft.view()).toMatchObject({ undoes: 2, rules: [{ zone: 'packing' }, {}] });
    expect(draft.view().shapes.map(({ kind }) => kind)).toEqual(['zone', 'zone', 'mask', 'line']);
    expect(await draft.undo()).toBe(true);
    expect(await text()).toBe(first);
    expect(await draft.undo()).toBe(true);
    expect(await text()).toBe(CONFIG);
    expect(await draft.undo()).toBe(false);
  });

  it('writes nothing where nothing differs, and nothing that is no good configuration', async () => {
    const draft = await open();
    const { shapes } = draft.view();
    expect(await draft.save({ shapes, rules: zoneOf(draft) })).toBe(false);
    const crossed: SetupShape = { kind: 'zone', id: 'flat', points: SQUARE.slice(0, 2) };
    await expect(draft.save({ shapes: [...shapes, crossed], rules: zoneOf(draft) })).rejects.toThrow('polygon');
    const without = shapes.filter(({ id }) => id !== 'old');
    await expect(draft.save({ shapes: without, rules: zoneOf(draft) })).rejects.toThrow('old');
    expect(await text()).toBe(CONFIG);
  });

  it('does not overwrite what somebody else has changed meanwhile', async () => {
    const draft = await open();
    await writeFile(path, `${CONFIG}# mine\n`);
    const shapes = [...draft.view().shapes, { kind: 'zone', id: 'packing', points: SQUARE } as const];
    await expect(draft.save({ shapes, rules: zoneOf(draft) })).rejects.toMatchObject({ code: 'config_changed' });
    expect(await text()).toBe(`${CONFIG}# mine\n`);
  });
});

const PACK: GoodPack = {
  fields: [
    { id: 'ean', kind: 'code', symbologies: ['EAN13'], gtin: '{product}', region: [0.1, 0.1, 0.9, 0.5] },
    { id: 'date', kind: 'date', format: 'DD.MM.YY', shelfLife: '{shelfLife}', region: [0.1, 0.6, 0.9, 0.9] },
    { id: 'phrase', kind: 'phrase', phrase: 'SALE', region: [0, 0, 1, 1] },
  ],
  product: '4006381333931',
  facts: { shelfLife: '180d' },
  textReader: 'ready',
};

describe('a pack that is read for the setup', () => {
  const right = { fields: [{ id: 'ean' }, { id: 'date' }], recipe: 'milk', labels: ['bottle'] };

  it('becomes the fields that are right, where they were moved to, and a recipe; that can be undone', async () => {
    const draft = await open();
    const asked: unknown[] = [];
    const packs = new PackSetup(draft, (jpeg, box) => {
      asked.push([jpeg.length, box]);
      return Promise.resolve(PACK);
    });
    expect(await packs.read(Buffer.from('jpeg'), [0.2, 0, 0.8, 1])).toBe(PACK);
    expect(asked).toEqual([[4, [0.2, 0, 0.8, 1]]]);
    const moved = { id: 'date', region: [0.1, 0.55, 0.9, 0.95] } as const;
    expect(await packs.confirm({ ...right, fields: [{ id: 'ean' }, moved, { id: 'unknown' }] })).toBe(true);
    const { config } = checkConfig(await text(), { ...SOURCES, path });
    const rule = config.rules.find(({ type }) => type === 'code_check');
    expect(rule).toMatchObject({
      ...{ id: 'codes', camera: 'belt', model: 'defect', labels: ['bottle'] },
      fields: [{ id: 'ean', region: [0.1, 0.1, 0.9, 0.5] }, moved],
    });
    expect(config.recipes).toMatchObject([{ id: 'milk', product: '4006381333931', fields: { shelfLife: '180d' } }]);
    expect(await text()).toContain('# the line in hall 2');
    expect(await packs.confirm({ ...right, fields: [{ id: 'ean' }, moved] })).toBe(false);
    expect(await draft.undo()).toBe(true);
    expect(await text()).toBe(CONFIG);
  });

  it('is not written before it was read, nor without a field that is right', async () => {
    const packs = new PackSetup(await open(), () => Promise.resolve(PACK));
    await expect(packs.confirm(right)).rejects.toMatchObject({ code: 'nothing_read' });
    await packs.read(Buffer.from('jpeg'), [0, 0, 1, 1]);
    await expect(packs.confirm({ ...right, fields: [{ id: 'lot' }] })).rejects.toMatchObject({ code: 'nothing_read' });
    expect(await text()).toBe(CONFIG);
  });
});

describe('the page of the setup', () => {
  it('lets the browser in that comes with the token first, and no other, and no page of another site', async () => {
    const stop = new AbortController();
    const ready: string[] = [];
    const page = new SetupPage({
      draft: await open(),
      still: { jpeg: Buffer.from('jpeg'), width: 64, height: 48 },
      takeStill: () => Promise.resolve({ jpeg: Buffer.from('later'), width: 64, height: 48 }),
      readPack: () => Promise.resolve(PACK),
      secrets: ['token', 'session'],
      onReady: (address) => void ready.push(address),
    });
    const running = page.run(stop.signal);
    const address = new URL(await waitFor('the address', () => ready[0]));
    expect(address.hostname).toBe('127.0.0.1');
    const get = (at: string, headers: Record<string, string> = {}) =>
      fetch(new URL(at, address), { headers, redirect: 'manual' });
    expect((await get('/')).status).toBe(403);
    expect((await get('/?token=other')).status).toBe(403);
    expect((await get('/api/setup?token=token')).status).toBe(403);
    const first = await get('/?token=token');
    expect(first.status).toBe(302);
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await get('/?token=token')).status).toBe(403);
    const own = { cookie: cookie.split(';')[0] ?? '' };
    const shown = await get('/', own);
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await shown.text()).toContain('setup.js');
    expect(await (await get('/still.jpg', own)).text()).toBe('jpeg');
    expect(await (await get('/api/setup', own)).json()).toMatchObject({ camera: 'belt', width: 64, height: 48 });
    const post = (at: string, headers: Record<string, string>, body = '{}') =>
      fetch(new URL(at, address), { method: 'POST', headers: { ...own, ...headers }, body });
    const json = { 'content-type': 'application/json' };
    expect((await post('/api/undo', { ...json, origin: 'http://evil.example' })).status).toBe(403);
    expect((await post('/api/undo', { 'content-type': 'text/plain' })).status).toBe(403);
    expect((await post('/api/setup', json, '{"shapes": [{"kind": "zone"}], "rules": []}')).status).toBe(400);
    for (const body of ['{}', '{"box": [0, 0, 1]}', '{"box": [0, 0, 1, 2]}'])
      expect((await post('/api/pack', json, body)).status).toBe(400);
    const region = '{"fields": [{"id": "ean", "region": [0, 0, 9, 1]}], "recipe": "milk", "labels": ["product"]}';
    expect((await post('/api/pack/right', json, region)).status).toBe(400);
    expect((await post('/api/pack/right', json, region.replace('9', '1'))).status).toBe(409);
    expect(await (await post('/api/pack', json, '{"box": [0, 0, 1, 1]}')).json()).toMatchObject({
      fields: [{}, {}, {}],
    });
    expect((await post('/api/still', json)).status).toBe(200);
    expect(await (await get('/still.jpg', own)).text()).toBe('later');
    expect(await statusFor(address, 'evil.example', own)).toBe(403);
    expect(await text()).toBe(CONFIG);
    expect((await post('/api/done', { ...json, origin: address.origin })).status).toBe(200);
    await running;
  });
});

/** The status of a request that names another host, as a name that was pointed at this machine does. */
function statusFor(address: URL, host: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL('/', address), { headers: { ...headers, host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.once('error', reject).end();
  });
}
