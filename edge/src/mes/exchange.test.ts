import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { type Actuals, actualsCsv, ActualsWriter, exchangeUrlProblem, PlanFollower } from './index.ts';

let folder: TempDir;
beforeEach(async () => {
  folder = await tempDir();
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const signal = new AbortController().signal;

interface Site extends AsyncDisposable {
  readonly url: string;
}

async function site(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<Site> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('a listening server has an address');
  return {
    url: `http://line:geheim@127.0.0.1:${address.port}/mes`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function follower(url: string): PlanFollower {
  const keptAt = folder.join('kept.json');
  return new PlanFollower({
    url: () => url,
    shown: 'x',
    everyMs: 1_000,
    keptAt,
    clock: systemClock,
    log: silentLogger,
  });
}

describe('a plan that is followed', () => {
  it('is that of the file, again when it is replaced; a bad or missing one leaves the plan before in force', async () => {
    const path = folder.join('plan.csv');
    const plan = follower(`file:${path}`);
    await plan.look(signal);
    expect(plan.state).toMatchObject({ rows: [], problem: 'there is no such file' });
    await writeFile(path, 'shift,count\nEarly,100\n');
    await plan.look(signal);
    expect(plan.state).toMatchObject({ rows: [{ shift: 'Early', count: 100 }], problem: undefined });
    await writeFile(path, 'shift,count\nEarly,many thousand\n');
    // The first look sees that it has changed, the second that it does not change any more.
    await plan.look(signal);
    expect(plan.state.problem).toBeUndefined();
    await plan.look(signal);
    expect(plan.state).toMatchObject({ rows: [{ count: 100 }], problem: expect.stringContaining('line 2: count') });
    await rm(path);
    await plan.look(signal);
    expect(plan.state).toMatchObject({ rows: [{ count: 100 }], problem: 'there is no such file' });
    // After a restart, without the file.
    expect(follower(`file:${path}`).state.rows).toEqual([{ shift: 'Early', count: 100 }]);
  });

  it('is asked for over HTTP with the login and the tag of the one that is known, and never larger than it may be', async () => {
    let body = '{"plan": [{"product": "A", "name": "Apple", "count": 5}]}';
    const asked: (readonly [login: string | undefined, tag: string | undefined])[] = [];
    await using server = await site((request, response) => {
      asked.push([request.headers.authorization, request.headers['if-none-match']]);
      const tag = `"${body.length}"`;
      if (request.headers['if-none-match'] === tag) return void response.writeHead(304).end();
      response.writeHead(200, { etag: tag, 'content-type': 'application/json' }).end(body);
    });
    const plan = follower(server.url);
    await plan.look(signal);
    await plan.look(signal);
    const login = `Basic ${Buffer.from('line:geheim').toString('base64')}`;
    expect(asked).toEqual([
      [login, undefined],
      [login, `"${body.length}"`],
    ]);
    expect(plan.state.rows).toEqual([{ product: 'A', name: 'Apple', count: 5 }]);
    body = 'x'.repeat(2 ** 21);
    await plan.look(signal);
    expect(plan.state).toMatchObject({ rows: [{ product: 'A' }], problem: expect.stringContaining('larger than') });
  });

  it('says why a server gives none, and never with its password', async () => {
    const problems: (string | undefined)[] = [];
    const look = async (url: string): Promise<void> => {
      const plan = follower(url);
      await plan.look(signal);
      problems.push(plan.state.problem);
    };
    await using refusing = await site((_request, response) => void response.writeHead(403).end());
    await using leading = await site((_request, response) => void response.writeHead(302, { location: '/x' }).end());
    await look(refusing.url);
    await look(leading.url);
    await look('http://line:geheim@127.0.0.1:9/none');
    expect(problems[0]).toBe('the server answers 403');
    expect(problems.every((problem) => problem !== undefined && !problem.includes('geheim'))).toBe(true);
  });

  it('has an address of one of three forms', () => {
    for (const url of ['file:/a/plan.csv', 'file:///a/plan.JSON', 'https://mes.example/plan']) {
      expect(exchangeUrlProblem(url)).toBeUndefined();
    }
    for (const url of ['file:plan.csv', 'file:/a/plan.xls', 'ftp://h/plan.csv', 'plan.csv', 'http://']) {
      expect(exchangeUrlProblem(url)).toMatch(/is no place/);
    }
  });
});

const actuals = (day: number, counted: number, complete = true): Actuals => ({
  ...{ v: 1, device: 'line-1', line: '=Line "1"', date: `2026-03-0${day}`, shift: 'Early', complete },
  ...{ from: `2026-03-0${day}T05:00:00.000Z`, to: `2026-03-0${day}T13:00:00.000Z` },
  products: [{ counted: counted + 1 }, { product: 'A', counted, planned: 500 }],
});

function writer(url: string, all: () => readonly Actuals[]): ActualsWriter {
  return new ActualsWriter({
    ...{ url: () => url, shown: 'x', everyMs: 1_000, keptAt: folder.join('delivered.json') },
    ...{ actuals: all, clock: systemClock, log: silentLogger, random: () => 0.5 },
  });
}

describe('what was made', () => {
  it('is posted once for each change of a shift, again until it arrived, over a restart too', async () => {
    const got: (readonly [key: unknown, date: unknown, counted: unknown])[] = [];
    let isDown = true;
    await using server = await site((request, response, body) => {
      const { date, products } = JSON.parse(body) as Actuals;
      if (isDown && date === '2026-03-02') return void response.writeHead(503).end();
      got.push([request.headers['idempotency-key'], date, products[1]?.counted]);
      response.writeHead(204).end();
    });
    let all = [actuals(1, 400), actuals(2, 80, false)];
    expect(await writer(server.url, () => all).deliver(signal)).toBe(false);
    expect(got.map(([, date]) => date)).toEqual(['2026-03-01']);
    isDown = false;
    const again = writer(server.url, () => all);
    expect([await again.deliver(signal), await again.deliver(signal)]).toEqual([true, true]);
    all = [actuals(1, 400), actuals(2, 95)];
    expect(await again.deliver(signal)).toBe(true);
    expect(got.map(([, date, counted]) => [date, counted])).toEqual([
      ['2026-03-01', 400],
      ['2026-03-02', 80],
      ['2026-03-02', 95],
    ]);
    expect(new Set(got.map(([key]) => key)).size).toBe(3);
    // Without the memory it is repeated with the same key, by which the other end knows it.
    await rm(folder.join('delivered.json'));
    expect(await writer(server.url, () => all).deliver(signal)).toBe(true);
    expect(got.at(-1)?.[0]).toBe(got[2]?.[0]);
  });

  it('is in a file as a whole, which is replaced when anything has changed', async () => {
    const path = folder.join('actuals.csv');
    let all = [actuals(1, 400)];
    const one = writer(`file:${path}`, () => all);
    expect(await one.deliver(signal)).toBe(true);
    expect(await readFile(path, 'utf8')).toBe(actualsCsv(all));
    await rm(path);
    expect([await one.deliver(signal), await readFile(path, 'utf8').catch(() => 'none')]).toEqual([true, 'none']);
    all = [actuals(1, 400), actuals(2, 7)];
    await one.deliver(signal);
    expect((await readFile(path, 'utf8')).split('\r\n')).toEqual([
      'device,line,date,shift,from,to,complete,product,counted,planned',
      // A name that a spreadsheet would take for a formula is text.
      expect.stringMatching(/^line-1,"'=Line ""1""",2026-03-01,Early,.*,true,,401,$/),
      expect.stringMatching(/,true,A,400,500$/),
      expect.stringMatching(/,true,,8,$/),
      expect.stringMatching(/,true,A,7,500$/),
      '',
    ]);
    const json = folder.join('actuals.json');
    await rm(folder.join('delivered.json'));
    await writer(`file:${json}`, () => all).deliver(signal);
    expect(JSON.parse(await readFile(json, 'utf8'))).toEqual({ v: 1, actuals: all });
  });
});
