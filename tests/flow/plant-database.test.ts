import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlanFollower } from '../../edge/src/mes/index.ts';
import { CollectorDevice } from '../support/collector-device.ts';
import { addDevice, collectorHere, collectorYaml, startCollector } from '../support/collector.ts';
import { JournalTwin } from '../support/journal-twin.ts';
import { POSTGRES_PASSWORD, TestPostgres } from '../support/postgres.ts';
import { tempDir, type TempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const SHIFT_MS = Date.UTC(2026, 2, 2, 5);

let server: TestPostgres;
let database: string;
let dir: TempDir;
let config: string;
let password: string;

beforeAll(async () => {
  dir = await tempDir('plant-database-');
  server = await TestPostgres.start();
  database = await server.database();
  const docs = await readFile(new URL('../../docs/collector.md', import.meta.url), 'utf8');
  // What the documentation tells people to make.
  const [, table = ''] = /```sql\n(create table lineside_actuals[\s\S]*?)```/.exec(docs) ?? [];
  await server.run(
    database,
    `${table}; create table plan (site text, line text, shift text, product text, name text, count integer);
     insert into plan values ('Riga', 'L1', 'Early', '4006', 'Yoghurt', 12000), ('Riga', 'L2', 'Early', null, null, 5)`,
  );
  writeFileSync(dir.join('password'), POSTGRES_PASSWORD);
  const url = `postgres://${server.user}:\${file:${dir.join('password')}}@127.0.0.1:${server.port}/${database}`;
  config = dir.join('collector.yaml');
  const mes = `mes:
  lines: {line-1: {site: Riga, line: L1}}
  plan: {database: "${url}", table: plan, every: 100ms}
  actuals: {database: "${url}", table: lineside_actuals, every: 100ms}
`;
  writeFileSync(config, collectorYaml(`http: {listen: "127.0.0.1:0"}\n${mes}`));
  password = await addDevice(dir.join('data'), 'line-1');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

function made(counted: number): object {
  return {
    ...{ camera: 'belt', rule: 'packs', shift: 'Early', shiftFromMs: SHIFT_MS, date: '2026-03-02', product: '4006' },
    ...{
      counts: { counted: { pack: counted } },
      counter: true,
      planned: 12_000,
      runningMs: 0,
      downMs: 0,
      unknownMs: 0,
    },
  };
}

async function counted(): Promise<string | undefined> {
  const [row] = await server.run<{ counted: string }>(
    database,
    `select counted from lineside_actuals where line = 'L1'`,
  );
  return row?.counted;
}

describe('a database of the plant', () => {
  it('gives a line its plan through the collector, and gets what the line made, over a restart of the collector', async () => {
    const journal = new JournalTwin('line-1', 'telemetry');
    const collector = await startCollector(config, dir.join('data'));
    const address = new URL(`${collector.at.http}/production/plan`);
    expect((await fetch(address)).status).toBe(401);
    const headers = { authorization: `Basic ${Buffer.from(`line-1:${password}`).toString('base64')}` };
    const answer = await waitFor('a plan', async () => {
      const now = await fetch(address, { headers });
      return now.status === 200 && now;
    });
    const known = { ...headers, 'if-none-match': answer.headers.get('etag') ?? '' };
    expect((await fetch(address, { headers: known })).status).toBe(304);
    [address.username, address.password] = ['line-1', password];
    // What `production.planFrom` of the device runs.
    const follower = new PlanFollower({
      ...{ url: () => address.href, shown: 'collector', everyMs: 1000, keptAt: dir.join('plan.json') },
      ...{ clock: systemClock, log: silentLogger },
    });
    await follower.look(new AbortController().signal);
    expect(follower.state).toMatchObject({
      rows: [{ shift: 'Early', product: '4006', name: 'Yoghurt', count: 12_000 }],
      problem: undefined,
    });
    await server.run(database, 'update plan set count = 13000');
    await waitFor('the plan that changed', async () => {
      await follower.look(new AbortController().signal);
      return follower.state.rows[0]?.count === 13_000;
    });

    const device = await CollectorDevice.connect('line-1', collector.at.mqtt, password);
    await device.birth();
    journal.append('production', made(40));
    await device.send(journal.batch());
    await waitFor('the first count', async () => (await counted()) === '40');
    // The plant's database goes away, and the collector with it.
    await server.stop();
    journal.append('production', made(90));
    await device.send(journal.batch(2, 2));
    await device.acked(({ upto }) => upto === 2);
    await waitFor('the collector to see it', async () => {
      const state = (await (await fetch(`${collector.at.http}/api/v1/mes`)).json()) as Record<
        string,
        { problem: unknown }
      >;
      return state['plan']?.problem !== null && state['actuals']?.problem !== null;
    });
    expect(await (await fetch(`${collector.at.http}/metrics`)).text()).toContain('lineside_collector_mes_problems 2');
    expect((await fetch(address.href.replace(/\/\/.*@/, '//'), { headers })).status).toBe(200);
    await device.close();
    await collector.stop();
    await server.restart();
    const again = await startCollector(config, dir.join('data'));
    await waitFor('the second count', async () => (await counted()) === '90');
    await again.stop();
  });

  it('is tried by a command, which says which device gets what and shows no password', async () => {
    const args = ['mes', 'check', '--config', config, '--data', dir.join('data')];
    const good = await collectorHere(...args);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toMatch(
      /plan +ok +2 rows[\s\S]*Riga +L1 +1 +line-1\n[\s\S]*L2 +1 +no device[\s\S]*actuals +ok/,
    );
    await server.run(
      database,
      'update plan set count = -1; alter table lineside_actuals drop constraint lineside_actuals_pkey',
    );
    const bad = await collectorHere(...args, '--json');
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      plan: { problem: 'row 1: count is not a whole number from 0 on', lines: [{ line: 'L1', rows: 0 }] },
      actuals: { problem: expect.stringContaining('ON CONFLICT') as unknown },
    });
    expect(good.stdout + bad.stdout).not.toContain(POSTGRES_PASSWORD);
    const none = await collectorHere('mes', 'check', '--data', dir.join('data'));
    expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Error: .*\nTry: /) as unknown });
  });
});
