import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@lineside/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig } from '../config/index.ts';
import type { Entry } from '../journal/index.ts';
import { createRule } from '../rules/index.ts';
import { LineCleaning } from './line-cleaning.ts';
import { RuleMemories } from './rule-memory.ts';

const CONFIG = `
device: d
cameras:
  - {id: floor, url: "rtsp://h/1", models: [ppe], zones: [{id: aisle, polygon: [[0, 0], [1, 0], [1, 1]]}]}
rules:
  - {id: floor-cleaning, type: cleaning, camera: floor, zone: aisle, interval: 1h}
  - {id: night-cleaning, type: cleaning, camera: floor, zone: aisle, interval: 8h}
  - {id: dirt, type: missing_headwear, camera: floor, zone: aisle}
`;
const START = Date.parse('2026-11-28T05:00Z');
const log = silentLogger;

describe('cleanings that people confirm', () => {
  const { rules } = checkConfig(CONFIG, { catalog: ['ppe'], env: {}, path: '/c.yaml' }).config;
  let folder = '';
  const audited: Entry[] = [];
  const opened: RuleMemories[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lineside-cleaning-'));
    audited.length = 0;
  });
  afterEach(async () => {
    await Promise.all(opened.map((memories) => memories.settled()));
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (): Promise<RuleMemories> => {
    const memories = await RuleMemories.open(folder, log);
    opened.push(memories);
    return memories;
  };
  const cleaningOf = (memories: RuleMemories, atMs = 0): LineCleaning =>
    new LineCleaning({
      rules: () => rules,
      memories,
      journal: {
        append: (entries) => {
          audited.push(...entries);
          return [];
        },
      },
      clock: { wallMs: () => START + atMs },
    });
  const ruleWith = (memories: RuleMemories, wallOffsetMs = 0) => {
    const [options] = rules;
    if (options === undefined) throw new Error('no rule');
    return createRule(options, {
      resultEveryMs: 200,
      memory: memories.of(options.id),
      wallTime: (atMs) => START + wallOffsetMs + atMs,
    });
  };

  it('are in the audit with the name of who confirmed them, and close what is overdue', async () => {
    const memories = await open();
    const rule = ruleWith(memories);
    rule.expire(0);
    expect(rule.expire(3_700_000)).toMatchObject([{ phase: 'opened' }]);
    const confirmed = await cleaningOf(memories, 3_700_000).confirm({ target: 'floor-cleaning', by: 'A. P.' });
    expect(confirmed).toEqual([{ rule: 'floor-cleaning', camera: 'floor', zone: 'aisle' }]);
    expect(audited).toMatchObject([
      { stream: 'audit', body: { action: 'cleaning_confirmed', who: 'A. P.', details: { rule: 'floor-cleaning' } } },
    ]);
    expect(rule.expire(3_700_500)).toMatchObject([{ phase: 'closed', details: { cleanedBy: 'A. P.' } }]);
  });

  it('survive a restart, also one between the confirmation and the next step of the rule', async () => {
    const memories = await open();
    ruleWith(memories).expire(0);
    await cleaningOf(memories, 1_800_000).confirm({ target: 'floor-cleaning', by: 'A. P.' });
    // The process is killed here; the next one starts 80 minutes after the first.
    const later = await open();
    const rule = ruleWith(later, 4_800_000);
    expect(rule.expire(0)).toEqual([]);
    expect(rule.expire(600_000)).toMatchObject([{ phase: 'opened', details: { cleanedBy: 'A. P.', hoursSince: 1 } }]);
  });

  it('concern all cleaning rules of a zone where a zone is named', async () => {
    const memories = await open();
    const confirmed = await cleaningOf(memories).confirm({ target: 'aisle', by: 'B.' });
    expect(confirmed.map(({ rule }) => rule)).toEqual(['floor-cleaning', 'night-cleaning']);
    expect(Object.keys(JSON.parse(await readFile(join(folder, 'rules.json'), 'utf8')) as object)).toHaveLength(2);
  });

  it('are refused for what no cleaning rule watches, and the advice lists the rules', async () => {
    const memories = await open();
    await expect(cleaningOf(memories).confirm({ target: 'dirt', by: 'B.' })).rejects.toMatchObject({
      code: 'bad_request',
      advice: expect.stringContaining('floor-cleaning (zone aisle), night-cleaning (zone aisle)') as string,
    });
    expect(audited).toEqual([]);
  });

  it('do not keep the line from starting where the file cannot be read', async () => {
    await writeFile(join(folder, 'rules.json'), '{broken');
    const memories = await open();
    expect(memories.of('floor-cleaning').get()).toBeUndefined();
    await cleaningOf(memories).confirm({ target: 'floor-cleaning', by: 'B.' });
    expect((await open()).of('floor-cleaning').get()).toMatchObject({
      confirmation: { by: 'B.' },
    });
  });
});
