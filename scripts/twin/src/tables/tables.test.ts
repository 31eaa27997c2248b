import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FORMATS, loadLine, type Plant, plantTables, readTables, rowsOf, type Table, writeTables } from '../index.ts';
import { csvOf } from './text.ts';
import { tolerableError } from './plant-tables.ts';

const line = await loadLine(new URL('../../plant.yaml', import.meta.url).pathname);
const plant = line.plant as Plant;
const COUNT = 800;

describe('tables of a plant', () => {
  let out: string;
  let tables: Table[];
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'twin-tables-'));
    tables = plantTables(plant, 7, COUNT);
    await writeTables(tables, out, FORMATS);
  });
  afterAll(() => rm(out, { recursive: true }));
  const named = (name: string): Table => tables.find((table) => table.name === name)!;

  it('have five inspections of each item, with the faults that the item has', () => {
    const items = rowsOf(named('items'));
    const inspections = rowsOf(named('inspections'));
    expect(items).toHaveLength(COUNT);
    expect(inspections).toHaveLength(COUNT * 5);
    const faulty = new Map(items.flatMap(({ item, fault }) => (fault === null ? [] : [[item, fault] as const])));
    const found = inspections.filter(({ result, fault }) => result === 'bad' && fault !== 'underweight');
    expect(found.length).toBeGreaterThan(5);
    for (const { item, fault } of found) expect(faulty.get(item)).toBe(fault);
    const seen = new Set(found.map(({ item }) => item));
    const missed = new Set(inspections.filter(({ result }) => result === 'no_result').map(({ item }) => item));
    expect([...faulty.keys()].filter((item) => !seen.has(item) && !missed.has(item))).toEqual([]);
  });

  it('are read from Parquet by Arrow with the values that were written', async () => {
    for (const table of tables) {
      const bytes = await readFile(join(out, `${table.name}.parquet`));
      const read = tableFromIPC(readParquet(new Uint8Array(bytes)).intoIPCStream());
      expect(read.numRows).toBe(table.columns[0]!.values.length);
      expect(read.schema.fields.map(({ name }) => name)).toEqual(table.columns.map(({ name }) => name));
      for (const column of table.columns) {
        const values = Array.from(read.getChild(column.name)!, (value: unknown) =>
          typeof value === 'bigint' ? Number(value) : value,
        );
        expect(values, `${table.name}.${column.name}`).toEqual(column.values);
      }
    }
  });

  it('are the same in JSON and CSV', async () => {
    const rows = rowsOf(named('stops'));
    expect(JSON.parse(await readFile(join(out, 'stops.json'), 'utf8'))).toEqual(rows);
    const [head, ...lines] = (await readFile(join(out, 'stops.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(head).toBe('started_at,ended_at,start_seconds,end_seconds,state,reason');
    expect(lines).toEqual(rows.map((row) => Object.values(row).join(',')));
    expect(rows[0]!['started_at']).toMatch(/^2026-03-02T1\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('are read again for a check', async () => {
    const { items, stops } = await readTables(out);
    expect(items).toHaveLength(COUNT);
    expect(stops).toHaveLength(rowsOf(named('stops')).length);
  });
});

describe('a folder of other files', () => {
  it('is refused with the file and what is wrong with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'twin-no-tables-'));
    await writeFile(join(folder, 'stops.json'), '[]');
    await writeFile(join(folder, 'items.json'), '[{"item": 1}]');
    await expect(readTables(folder)).rejects.toThrow(/items\.json is no table of the twin.*expected/);
    await writeFile(join(folder, 'items.json'), 'item;1');
    await expect(readTables(folder)).rejects.toThrow(/items\.json is no table/);
    await rm(folder, { recursive: true });
  });
});

describe('a CSV file', () => {
  it('quotes what needs it and leaves null empty', () => {
    const table: Table = {
      name: 't',
      columns: [{ name: 'a,b', type: 'STRING', nullable: true, values: ['x', 'say "no"', 'two\nlines', null] }],
    };
    expect(csvOf(table)).toBe('"a,b"\r\nx\r\n"say ""no"""\r\n"two\nlines"\r\n\r\n');
  });
});

describe('the tolerable error of a prepack', () => {
  it('is that of the directive at each of its steps', () => {
    expect([50, 100, 200, 300, 500, 1000, 2000].map(tolerableError)).toEqual([4.5, 4.5, 9, 9, 15, 15, 30]);
  });
});
