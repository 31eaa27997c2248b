import { once } from 'node:events';
import { createServer } from 'node:net';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POSTGRES_PASSWORD, TestPostgres } from '../../../../tests/support/postgres.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { PlanFollower } from './plan-follower.ts';
import { type PlanSource, readPlan } from './plan-query.ts';
import { lineKey, readRows, type TextRow } from './plan-rows.ts';
import { problemOf } from './plant-database.ts';

const READER_PASSWORD = 'a reader: with @ and / in it';

const { signal } = new AbortController();

let server: TestPostgres;
let database: string;
let dir: TempDir;

beforeAll(async () => {
  dir = await tempDir('mes-plan-');
  server = await TestPostgres.start();
  database = await server.database();
  await server.run(
    database,
    `create schema erp;
     create table erp.plan (line text, date date, shift text, product text, count numeric(12, 2));
     insert into erp.plan values ('L1', '2026-03-02', 'Early', '4006', 12000), ('L1', null, 'Late', null, 8000),
       ('L2', '2026-03-02', 'Early', '4007', 10);
     create table erp.products (product text, name text, weight numeric(9, 3), under numeric(9, 3));
     insert into erp.products values ('4006', 'Yoghurt mild', 500, 15), ('4007', 'Куриный бульон', null, null);
     create role reader login password '${READER_PASSWORD}';
     grant usage on schema erp to reader;
     grant select on erp.plan, erp.products to reader;
     create function erp.harm() returns text language plpgsql as
       $$ begin insert into erp.products values ('x', 'y'); return 'L1'; end $$;
     alter role all set datestyle = 'German'`,
  );
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

function source(from: Partial<PlanSource>): PlanSource {
  const database_ = { ...server.address(database), tls: false as const, connections: 2 };
  return { database: database_, deadlineMs: 60_000, ...from };
}

function asReader(): Pick<PlanSource, 'database'> {
  return { database: { ...source({}).database, user: 'reader', password: () => READER_PASSWORD } };
}

async function problem(from: Partial<PlanSource>): Promise<string> {
  return readPlan(source(from), signal).then(
    () => 'none',
    (error: unknown) => problemOf(error),
  );
}

describe('a plan in PostgreSQL', () => {
  it('is read from a table by a role that may only read it, with names from the list of products', async () => {
    const plans = await readPlan(
      source({ ...asReader(), table: 'erp.plan', products: { table: 'erp.products' } }),
      signal,
    );
    expect(plans.get(lineKey({ line: 'L1' }))).toEqual([
      { shift: 'Late', count: 8000 },
      {
        date: '2026-03-02',
        shift: 'Early',
        product: '4006',
        name: 'Yoghurt mild',
        count: 12000,
        weight: 500,
        under: 15,
      },
    ]);
    expect(plans.get(lineKey({ line: 'L2' }))).toMatchObject([{ name: 'Куриный бульон' }]);
  });

  it('is read from a query, with sites, a comment and a semicolon at its end', async () => {
    const query = `select 'Riga' as site, line, count, 'more' as other from erp.plan where line = 'L2' -- of the second line`;
    const plans = await readPlan(source({ query }), signal);
    expect([...plans]).toEqual([[lineKey({ site: 'Riga', line: 'L2' }), [{ count: 10 }]]]);
    expect((await readPlan(source({ query: 'select line, count from erp.plan limit 1;\n' }), signal)).size).toBe(1);
  });

  it('cannot change the database, whatever the role may do and the query says', async () => {
    expect(await problem({ query: `select erp.harm() as line, 1 as count` })).toContain('read-only transaction');
    const escape = `select 'L1' as line, 1 as count) as x; commit; delete from erp.products; select * from (select 1`;
    expect(await problem({ query: escape })).toContain('multiple commands');
    const [row] = await server.run<{ n: string }>(database, 'select count(*) as n from erp.products');
    expect(row?.n).toBe('2');
  });

  it('is given up when the server does not answer within the deadline, or nothing answers at all', async () => {
    const query = `select pg_sleep(600)::text || 'L1' as line, 1 as count`;
    // A busy machine needs some of it to connect.
    expect(await problem({ query, deadlineMs: 5_000 })).toBe(
      'the statement took longer than the deadline and was ended',
    );
    const silent = createServer((socket) => socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    expect(await problem({ database: { ...source({}).database, port }, table: 'erp.plan', deadlineMs: 300 })).toMatch(
      /timeout/i,
    );
    const stop = new AbortController();
    const reading = readPlan(source({ query, deadlineMs: 300_000 }), stop.signal);
    stop.abort(new Error('the collector stops'));
    await expect(reading).rejects.toThrow('the collector stops');
    silent.close();
  });

  it('says what is wrong without a password', async () => {
    const wrong = await problem({
      database: { ...source({}).database, password: () => 'not-the-secret' },
      table: 'erp.plan',
    });
    expect(wrong).toContain('the server refuses the user');
    expect(await problem({ ...asReader(), table: 'erp.nothing' })).toContain('does not exist');
    expect(await problem({ query: 'select 1 as count' })).toBe('no column is called line');
    for (const text of [wrong, POSTGRES_PASSWORD]) expect(text).not.toContain('not-the-secret');
  });

  it.each([
    ["select 'L1' as line, -1 as count", 'row 1: count is not a whole number from 0 on'],
    ["select 'L1' as line, 1.5 as count", 'row 1: count is not a whole number'],
    ["select 'L1' as line, 'NaN'::numeric as count", 'row 1: count is not a whole number'],
    ['select null as line, 1 as count', 'row 1: line'],
    ["select repeat('x', 100000000) as line, 1 as count", 'row 1: line'],
    ["select e'L\\x1b[2J1' as line, 1 as count", 'row 1: line has control characters'],
    ["select 'L1' as line, 1 as count, timestamp '2026-03-02 06:00' as date", 'row 1: date is not a date'],
    [
      "select 'L1' as line, n as count from generate_series(1, 2) n",
      'row 2 plans the same line, day, shift and product',
    ],
    ["select 'L1' as line, 1 as count, n as product from generate_series(1, 5001) n", 'more than 5000 rows'],
    ['select n as line, 1 as count from generate_series(1, 50001) n', 'more than 50000 rows'],
  ])('is refused as a whole: %s', async (query, message) => {
    expect(await problem({ query })).toContain(message);
  });
});

describe('target weights', () => {
  const row = (shift: string, more: TextRow = {}): TextRow => ({
    line: 'L1',
    shift,
    product: 'A',
    count: '1',
    ...more,
  });
  const product = (more: TextRow): TextRow => ({ product: 'A', name: 'Broth', ...more });

  it('come from the list of products, or as a whole from the plan', () => {
    const list = [product({ weight: '500.00', under: '15', over: null })];
    const rows = readRows([row('Early'), row('Late', { product: 'B', weight: '250' })], list);
    expect(rows.get(lineKey({ line: 'L1' }))).toEqual([
      { shift: 'Early', product: 'A', name: 'Broth', count: 1, weight: 500, under: 15 },
      { shift: 'Late', product: 'B', count: 1, weight: 250 },
    ]);
    const own = readRows([row('Early', { weight: '480' })], list);
    expect(own.get(lineKey({ line: 'L1' }))).toEqual([
      { shift: 'Early', product: 'A', name: 'Broth', count: 1, weight: 480 },
    ]);
  });

  it.each<[string, readonly TextRow[], readonly TextRow[], string]>([
    [
      'a weight that is none',
      [row('Early')],
      [product({ weight: '-500' })],
      'product 1: weight is not a number above 0',
    ],
    ['a weight of 0', [row('Early')], [product({ weight: '0' })], 'product 1: weight'],
    ['a weight without a product', [row('Early', { product: null, weight: '5' })], [], 'a weight without a product'],
    ['limits without a weight', [row('Early')], [product({ over: '5' })], 'but no weight'],
    ['a pack that may weigh nothing', [row('Early')], [product({ weight: '5', under: '5' })], 'weighs nothing'],
    ['two weights', [row('Early'), row('Late', { weight: '480' })], [product({ weight: '500' })], 'two weights'],
  ])('%s is refused, as the device would', (_what, plan, products, why) => {
    expect(() => readRows(plan, products)).toThrow(why);
  });
});

describe('plans over time', () => {
  const row = (count: string): TextRow => ({ line: 'L1', count, site: null });

  it('stay in force while the newer one is wrong and over a restart, and have the same ETag in any order of rows', async () => {
    const early: TextRow = { line: 'L1', shift: 'Early', product: 'A', weight: '500', over: '20', count: '7' };
    let answer: () => readonly TextRow[] = () => [row('5'), early];
    const options = {
      ...{ read: async () => readRows(answer()), everyMs: 1000, lines: { 'line-1': { line: 'L1' } } },
      ...{ keptAt: dir.join('plan.json'), clock: systemClock, log: silentLogger },
    };
    const follower = new PlanFollower(options);
    expect(follower.of('line-1')).toBeUndefined();
    await follower.look(signal);
    const first = follower.of('line-1');
    expect(JSON.parse(first?.body ?? '')).toEqual({
      plan: [{ count: 5 }, { shift: 'Early', product: 'A', count: 7, weight: 500, over: 20 }],
    });
    expect(follower.of('another')?.body).toBe('{"plan":[]}');
    answer = () => [early, row('5')];
    await follower.look(signal);
    expect(follower.of('line-1')).toEqual(first);
    answer = () => [row('6'), row('6')];
    await follower.look(signal);
    expect(follower.state.problem).toContain('once more');
    expect(follower.of('line-1')).toEqual(first);
    const again = new PlanFollower(options);
    expect(again.of('line-1')).toEqual(first);
    answer = () => [row('6')];
    await again.look(signal);
    expect(again.state).toMatchObject({ problem: undefined, rows: 1 });
    expect(again.of('line-1')?.etag).not.toBe(first?.etag);
  });
});
