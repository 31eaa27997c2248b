import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClaimCode } from '@lineside/protocol';
import {
  collectorHere,
  collectorYaml,
  type RunningCollector,
  startCollector,
} from '../../../../tests/support/collector.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';

const TOKEN = 'a-token-of-anna-of-good-length';
const HTTP = 'http: {listen: "127.0.0.1:0"}\n';

let dir: TempDir;
let collector: RunningCollector;
let own: string[];

beforeAll(async () => {
  dir = await tempDir('collector-claims-');
  writeFileSync(dir.join('anna'), TOKEN);
  const people = `people: [{name: anna, token: "\${file:${dir.join('anna')}}"}]\n`;
  writeFileSync(dir.join('collector.yaml'), collectorYaml(`${HTTP}enrolment: {listen: "127.0.0.1:0"}\n${people}`));
  own = ['--config', dir.join('collector.yaml'), '--data', dir.join('data')];
  collector = await startCollector(dir.join('collector.yaml'), dir.join('data'));
});
afterAll(async () => {
  await collector.stop();
  await dir[Symbol.asyncDispose]();
});

const post = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}, at = collector) => {
  const answer = await fetch(`${at.at.http}/api/v1/claims${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const anna = { authorization: `Bearer ${TOKEN}` };
interface Listed {
  readonly collector: string | null;
  readonly items: readonly Record<string, unknown>[];
  readonly history: readonly Record<string, unknown>[];
}
const list = async (at = collector): Promise<Listed> =>
  (await (await fetch(`${at.at.http}/api/v1/claims`)).json()) as Listed;

describe('claims over HTTP', () => {
  it('are made and cancelled by a person with an account, as on the command line, with a history', async () => {
    const made = await post('', { device: 'line-7', line: 'Packing 7' }, anna);
    expect(made).toMatchObject({ status: 201, body: { device: 'line-7', state: 'open', line: 'Packing 7' } });
    expect(readClaimCode(String(made.body['code']))).toBeDefined();
    expect(made.body['collector']).toMatch(/^127\.0\.0\.1:\d+$/);
    const seen = await list();
    expect(seen.items).toMatchObject([{ device: 'line-7', state: 'open' }]);
    // Neither the code nor anything that it could be found from.
    const text = JSON.stringify(seen);
    expect(text).not.toContain(String(made.body['code']));
    expect(Object.keys(seen.items[0] ?? {})).not.toContain('hash');
    const { stdout } = await collectorHere('device', 'claims', '--json', ...own);
    expect(JSON.parse(stdout)).toMatchObject({ claims: [{ device: 'line-7', state: 'open' }] });
    expect(await post('/line-7/cancel', {}, anna)).toEqual({ status: 200, body: { device: 'line-7', cancelled: 1 } });
    expect(await post('/line-7/cancel', {}, anna)).toMatchObject({ body: { cancelled: 0 } });
    expect((await list()).history).toMatchObject([
      { device: 'line-7', action: 'cancelled', who: 'anna' },
      { device: 'line-7', action: 'made', who: 'anna' },
    ]);
  });

  it('are refused to everybody else, and from a page of another site', async () => {
    const before = (await list()).history.length;
    const wish = { device: 'line-8' };
    expect(await post('', wish)).toMatchObject({ status: 403, body: { code: 'person_unproven' } });
    expect(await post('', wish, { authorization: 'Bearer wrong-token-of-nobody' })).toMatchObject({ status: 403 });
    expect(await post('/line-7/cancel', {})).toMatchObject({ status: 403 });
    const foreign = { ...anna, 'sec-fetch-site': 'cross-site' };
    expect(await post('', wish, foreign)).toMatchObject({ status: 403, body: { code: 'other_site' } });
    expect(await post('/line-7/cancel', {}, foreign)).toMatchObject({ status: 403 });
    expect((await list()).history).toHaveLength(before);
  });

  it('say what is wrong with a wish', async () => {
    for (const [wish, code] of [
      [{}, 'query_invalid'],
      [{ device: 'a/b' }, 'device_id_invalid'],
      [{ device: 'line-8', forMs: 8 * 24 * 3_600_000 }, 'claim_invalid'],
      [{ device: 'line-8', by: 'eve' }, 'query_invalid'],
    ] as const) {
      expect(await post('', wish, anna), JSON.stringify(wish)).toMatchObject({ status: 400, body: { code } });
    }
    await collectorHere('device', 'add', 'line-9', ...own);
    expect(await post('', { device: 'line-9' }, anna)).toMatchObject({ status: 409, body: { code: 'device_exists' } });
    expect(await post('', { device: 'line-9', replace: true }, anna)).toMatchObject({ status: 201 });
  });

  it('are for accounts alone: a collector without them, or without enrolment, makes none', async () => {
    writeFileSync(dir.join('bare.yaml'), collectorYaml(HTTP));
    const bare = await startCollector(dir.join('bare.yaml'), dir.join('bare'));
    try {
      expect(await list(bare)).toEqual({ collector: null, items: [], history: [] });
      const answer = await post('', { device: 'line-1' }, anna, bare);
      expect(answer).toMatchObject({ status: 403, body: { code: 'person_unproven' } });
    } finally {
      await bare.stop();
    }
  });
});
