import { silentLogger, systemClock } from '@lineside/kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkedBatch } from '../../../../tests/support/checked-batch.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { TestPostgres } from '../../../../tests/support/postgres.ts';
import { STORE_KINDS, type StorePlace } from '../../../../tests/support/store-kinds.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import type { CollectorStore } from '../store/index.ts';
import type { ActualsRow } from './actuals-ledger.ts';
import { checkActuals, writeActuals } from './actuals-table.ts';
import { ActualsWriter } from './actuals-writer.ts';
import { problemOf } from './plant-database.ts';

/** As docs/collector.md has it. */
const TABLE = `create table lineside_actuals (
  device text not null, shift_from timestamptz not null, shift text not null, product text not null, site text not null,
  line text not null, date date not null, counted bigint not null, planned bigint, running_ms bigint not null,
  down_ms bigint not null, unknown_ms bigint not null, counts jsonb not null, as_of timestamptz not null,
  primary key (device, shift_from, shift, product)
)`;
const WRITER_PASSWORD = 'of the writer';
const EARLY_MS = Date.UTC(2026, 2, 2, 5);
const HOUR_MS = 3_600_000;
const signal = new AbortController().signal;

let server: TestPostgres;
let database: string;
let dir: TempDir;

beforeAll(async () => {
  server = await TestPostgres.start();
  await server.run('postgres', `create role writer login password '${WRITER_PASSWORD}'`);
});
afterAll(async () => server[Symbol.asyncDispose]());

beforeEach(async () => {
  dir = await tempDir('mes-actuals-');
  database = await server.database();
  await server.run(database, `${TABLE}; grant select, insert, update on lineside_actuals to writer`);
  return async () => dir[Symbol.asyncDispose]();
});

function table() {
  const address = { ...server.address(database), user: 'writer', password: () => WRITER_PASSWORD };
  const lines = { 'line-1': { site: 'Riga', line: 'L1' } };
  return {
    database: { ...address, tls: false as const, connections: 2 },
    table: 'lineside_actuals',
    lines,
    deadlineMs: 10_000,
  };
}

interface Row {
  readonly product: string;
  readonly counted: string;
}

async function rows(): Promise<Row[]> {
  return server.run<Row>(
    database,
    'select *, date::text as day from lineside_actuals order by device, shift_from, product',
  );
}

/** What a device says of a place in its shift. */
function made(counted: number, changes: object = {}): object {
  return {
    ...{ camera: 'belt', rule: 'packs', shift: 'Early', shiftFromMs: EARLY_MS, date: '2026-03-02', product: '4006' },
    ...{ counts: { counted: { pack: counted } }, runningMs: 0, downMs: 0, unknownMs: 0, counter: true, planned: 100 },
    ...changes,
  };
}

describe.each(STORE_KINDS)('actuals from a store in $name', (kind) => {
  let place: StorePlace;
  let store: CollectorStore;
  let journal: JournalTwin;
  let writes: (readonly ActualsRow[])[];

  beforeAll(kind.prepare);
  afterAll(kind.end);
  beforeEach(async () => {
    place = await kind.place();
    store = await place.open();
    journal = new JournalTwin('line-1', 'telemetry');
    writes = [];
    return async () => {
      await store.close();
      await place.remove();
    };
  });

  async function commit(from = 1, to = journal.records.length, atMs = EARLY_MS + from): Promise<void> {
    await store.batches.commit([checkedBatch(journal.batch(from, to))], atMs);
  }

  function writer(write = async (all: readonly ActualsRow[]) => writeActuals(table(), all, signal)): ActualsWriter {
    return new ActualsWriter({
      ...{ records: store.production, everyMs: 1000, keptAt: dir.join('actuals.json'), clock: systemClock },
      ...{ log: silentLogger, random: Math.random },
      write: async (all) => {
        writes.push(all);
        await write(all);
      },
    });
  }

  it('are one row for each shift and product: batches added up, other rules beside it, time of the line', async () => {
    journal.append('production', made(10, { batch: 'b1' }));
    journal.append('production', made(25, { batch: 'b1' }));
    journal.append('production', made(5, { batch: 'b2' }));
    // The same products, seen by another rule, are not counted twice.
    journal.append('production', made(29, { rule: 'packs-2', counter: false, planned: undefined }));
    journal.append(
      'production',
      made(0, { rule: 'weight', counter: false, counts: { t1: { pack: 3 } }, planned: undefined }),
    );
    const time = {
      rule: 'line',
      counter: false,
      counts: {},
      station: 'line',
      runningMs: 5000,
      downMs: 1000,
      planned: undefined,
    };
    journal.append('production', made(0, time));
    journal.append('production', made(7, { product: '4007' }));
    journal.append('counters', { not: 'about this' });
    await commit();
    const all = writer();
    expect(await all.deliver(signal)).toBe(true);
    const [first, second, ...more] = await rows();
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      ...{ device: 'line-1', site: 'Riga', line: 'L1', day: '2026-03-02', shift: 'Early', product: '4006' },
      ...{ counted: '30', planned: '100', running_ms: '5000', down_ms: '1000', shift_from: new Date(EARLY_MS) },
      counts: { packs: { counted: 30 }, 'packs-2': { counted: 29 }, weight: { t1: 3 } },
    });
    expect(second).toMatchObject({ product: '4007', counted: '7' });
    await all.deliver(signal);
    expect(writes).toHaveLength(1);
  });

  it('are whole after a restart in the middle of a shift, and after a restart without its mark', async () => {
    journal.append('production', made(10, { batch: 'b1' }));
    await commit();
    await writer().deliver(signal);
    journal.append('production', made(4, { batch: 'b2' }));
    await commit(2);
    await writer().deliver(signal);
    expect(await rows()).toMatchObject([{ counted: '14' }]);
    const other = new ActualsWriter({
      ...{ records: store.production, everyMs: 1000, keptAt: dir.join('none.json'), clock: systemClock },
      ...{ log: silentLogger, random: Math.random, write: async (all) => writeActuals(table(), all, signal) },
    });
    await other.deliver(signal);
    expect(await rows()).toMatchObject([{ counted: '14' }]);
  });

  it('wait while the database does not answer, over a restart too, and nothing is lost', async () => {
    const down = async (): Promise<void> => {
      throw new Error('the database is down');
    };
    journal.append('production', made(10));
    await commit();
    const first = writer(down);
    expect(await first.deliver(signal)).toBe(false);
    expect(first.state).toMatchObject({ due: 1, problem: 'the database is down' });
    for (let day = 1; day <= 9; day += 1) {
      journal.append(
        'production',
        made(day, { shiftFromMs: EARLY_MS + day * 24 * HOUR_MS, date: `2026-03-0${2 + (day % 7)}` }),
      );
    }
    await commit(2);
    expect(await first.deliver(signal)).toBe(false);
    expect(first.state.due).toBe(10);
    const second = writer();
    expect(await second.deliver(signal)).toBe(true);
    expect((await rows()).map(({ counted }) => Number(counted))).toEqual([10, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // Days that are over are not read again.
    journal.append('production', made(10, { shiftFromMs: EARLY_MS + 9 * 24 * HOUR_MS, date: '2026-03-04' }));
    await commit(11);
    writes = [];
    const third = writer();
    expect(await third.deliver(signal)).toBe(true);
    expect(writes.flat().length).toBeLessThan(6);
    expect((await rows()).at(-1)?.counted).toBe('10');
  });

  it('take records in the order of the device: behind a gap they wait until it is filled', async () => {
    journal.append('production', made(10));
    journal.append('production', made(20));
    journal.append('production', made(30));
    await commit(1, 1);
    await commit(3, 3);
    const all = writer();
    await all.deliver(signal);
    expect(await rows()).toMatchObject([{ counted: '10' }]);
    await commit(2, 2);
    await all.deliver(signal);
    expect(await rows()).toMatchObject([{ counted: '30' }]);
  });

  it('pass over records that are none, and go on behind what retention deleted', async () => {
    journal.append('production', { camera: 'belt' });
    journal.append('production', made(1, { shiftFromMs: 1e300 }));
    journal.append('production', made(1, { product: 'a\0b', shift: 'x'.repeat(65) }));
    for (let n = 0; n < 1500; n += 1) journal.append('counters', { n });
    journal.append('production', made(Number.MAX_SAFE_INTEGER, { product: 'a\0b' }));
    await commit();
    const all = writer();
    expect(await all.deliver(signal)).toBe(true);
    expect(all.state.unread).toBe(3);
    expect(await rows()).toMatchObject([{ product: 'a\uFFFDb', counted: String(Number.MAX_SAFE_INTEGER) }]);
  });
});

describe('the table of actuals', () => {
  const row: ActualsRow = {
    ...{ device: 'line-2', date: '2026-03-02', shift: 'Early', shiftFromMs: EARLY_MS, product: '', counted: 5 },
    ...{ planned: null, runningMs: 1, downMs: 2, unknownMs: 3, counts: {}, asOfMs: EARLY_MS + 10 },
  };

  it('is changed by what is newer only, and not at all by the same once more', async () => {
    await writeActuals(table(), [row], signal);
    const before = await server.run(database, 'select xmin from lineside_actuals');
    await writeActuals(table(), [row], signal);
    await writeActuals(table(), [{ ...row, counted: 4, asOfMs: EARLY_MS + 9 }], signal);
    expect(await server.run(database, 'select xmin from lineside_actuals')).toEqual(before);
    await writeActuals(table(), [{ ...row, counted: 6, asOfMs: EARLY_MS + 11 }], signal);
    expect(await rows()).toMatchObject([{ counted: '6', line: 'line-2', site: '', planned: null }]);
  });

  it('can be checked without a trace, and says what is missing', async () => {
    await checkActuals(table(), signal);
    expect(await rows()).toEqual([]);
    const problem = async () =>
      checkActuals(table(), signal).then(
        () => 'none',
        (error: unknown) => problemOf(error),
      );
    await server.run(database, 'revoke update on lineside_actuals from writer');
    expect(await problem()).toContain('permission denied');
    await server.run(
      database,
      'grant update on lineside_actuals to writer; alter table lineside_actuals drop column counts',
    );
    expect(await problem()).toContain('column "counts"');
  });
});
