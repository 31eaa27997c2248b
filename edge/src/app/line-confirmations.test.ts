import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@lineside/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfig } from '../config/index.ts';
import type { Entry } from '../journal/index.ts';
import { NO_SIGNALS } from '../pipeline/index.ts';
import { createRule } from '../rules/index.ts';
import { LineConfirmations } from './line-confirmations.ts';
import { RuleMemories } from './rule-memory.ts';

const CONFIG = `
device: d
cameras:
  - {id: floor, url: "rtsp://h/1", models: [ppe], zones: [{id: aisle, polygon: [[0, 0], [1, 0], [1, 1]]}]}
rules:
  - {id: floor-cleaning, type: cleaning, camera: floor, zone: aisle, interval: 1h}
  - {id: night-cleaning, type: cleaning, camera: floor, zone: aisle, interval: 8h}
  - {id: dirt, type: missing_headwear, camera: floor, zone: aisle}
  - {id: cutter, type: maintenance, camera: floor, interval: 1d}
  - {id: filler, type: maintenance, camera: floor, interval: 8h, maxCount: 500, countSignal: packs}
signals: [{id: packs, unit: packs}]
`;
const START = Date.parse('2026-11-28T05:00Z');
const HOUR_MS = 3_600_000;
const log = silentLogger;

describe('what people confirm', () => {
  const { config } = checkConfig(CONFIG, { catalog: ['ppe'], env: {}, path: '/c.yaml' });
  const { rules } = config;
  let folder = '';
  const audited: Entry[] = [];
  const opened: RuleMemories[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lineside-confirmations-'));
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
  const confirmationsOf = (memories: RuleMemories, atMs = 0): LineConfirmations =>
    new LineConfirmations({
      config: () => config,
      memories,
      journal: {
        append: (entries) => {
          audited.push(...entries);
          return [];
        },
      },
      clock: { wallMs: () => START + atMs },
      wallMs: () => START + atMs,
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
    const confirmed = await confirmationsOf(memories, 3_700_000).cleaning({ target: 'floor-cleaning', by: 'A. P.' });
    expect(confirmed).toEqual([{ rule: 'floor-cleaning', camera: 'floor', zone: 'aisle' }]);
    expect(audited).toMatchObject([
      { stream: 'audit', body: { action: 'cleaning_confirmed', who: 'A. P.', details: { rule: 'floor-cleaning' } } },
    ]);
    expect(rule.expire(3_700_500)).toMatchObject([{ phase: 'closed', details: { cleanedBy: 'A. P.' } }]);
  });

  it('survive a restart, also one between the confirmation and the next step of the rule', async () => {
    const memories = await open();
    ruleWith(memories).expire(0);
    await confirmationsOf(memories, 1_800_000).cleaning({ target: 'floor-cleaning', by: 'A. P.' });
    // The process is killed here; the next one starts 80 minutes after the first.
    const later = await open();
    const rule = ruleWith(later, 4_800_000);
    expect(rule.expire(0)).toEqual([]);
    expect(rule.expire(600_000)).toMatchObject([{ phase: 'opened', details: { cleanedBy: 'A. P.', hoursSince: 1 } }]);
  });

  it('concern all cleaning rules of a zone where a zone is named', async () => {
    const memories = await open();
    const confirmed = await confirmationsOf(memories).cleaning({ target: 'aisle', by: 'B.' });
    expect(confirmed.map(({ rule }) => rule)).toEqual(['floor-cleaning', 'night-cleaning']);
    expect(Object.keys(JSON.parse(await readFile(join(folder, 'rules.json'), 'utf8')) as object)).toHaveLength(2);
  });

  it('are the service of a machine too, of a rule of that type alone', async () => {
    const memories = await open();
    const options = rules.find(({ id }) => id === 'cutter');
    if (options === undefined) throw new Error('no rule');
    const wallTime = (atMs: number) => START + atMs;
    const rule = createRule(options, { resultEveryMs: 0, memory: memories.of('cutter'), wallTime });
    const tick = (atMs: number) => rule.tick?.({ atMs, wallMs: START + atMs, signals: NO_SIGNALS }) ?? [];
    tick(0);
    expect(tick(86_400_000)).toMatchObject([{ phase: 'opened', details: { servicedBy: 'unknown' } }]);
    const confirmations = confirmationsOf(memories, 86_400_000);
    await expect(confirmations.service({ rule: 'floor-cleaning', by: 'B.' })).rejects.toMatchObject({
      code: 'bad_request',
      advice: expect.stringContaining('known: cutter, filler;') as string,
    });
    expect(await confirmations.service({ rule: 'cutter', by: 'B.' })).toEqual([{ rule: 'cutter', camera: 'floor' }]);
    expect(audited).toMatchObject([{ body: { action: 'service_confirmed', who: 'B.', details: { rule: 'cutter' } } }]);
    expect(tick(86_400_500)).toMatchObject([{ phase: 'closed', reason: 'cleared', details: { servicedBy: 'B.' } }]);
  });

  it('of a service are shown at once, with every limit and how much of it is used up', async () => {
    const memories = await open();
    const servicesAt = (atMs: number) => confirmationsOf(memories, atMs).services();
    expect(servicesAt(0)).toEqual([]);
    const { elapsedMs, runningMs, count } = { elapsedMs: HOUR_MS, runningMs: 0, count: 500 };
    const known = { elapsedMs, runningMs, count, servicedAtMs: START, servicedBy: 'unknown' };
    memories.of('cutter').set(known);
    memories.of('filler').set(known);
    expect(servicesAt(2 * HOUR_MS)).toEqual([
      {
        ...{ rule: 'cutter', camera: 'floor', overdue: false, servicedAtMs: START },
        limits: [{ by: 'interval', value: 2 * HOUR_MS, limit: 24 * HOUR_MS, used: 0.083 }],
      },
      {
        ...{ rule: 'filler', camera: 'floor', overdue: true, servicedAtMs: START },
        limits: [
          { by: 'interval', value: 2 * HOUR_MS, limit: 8 * HOUR_MS, used: 0.25 },
          { by: 'count', value: 500, limit: 500, used: 1, unit: 'packs' },
        ],
      },
    ]);
    await confirmationsOf(memories, 3 * HOUR_MS).service({ rule: 'filler', by: 'B.' });
    // The rule has not taken it in yet.
    expect(servicesAt(4 * HOUR_MS)[1]).toMatchObject({
      ...{ overdue: false, servicedAtMs: START + 3 * HOUR_MS, servicedBy: 'B.' },
      limits: [{ value: HOUR_MS }, { value: 0, used: 0 }],
    });
  });

  it('of a cleaning are shown at once, beside those that a camera saw and those that are due by the time of the day', async () => {
    const memories = await open();
    const cleaningsAt = (atMs: number) => confirmationsOf(memories, atMs).cleanings();
    expect(cleaningsAt(0)).toEqual([]);
    const kept = { cleanedAtMs: START, elapsedMs: 0, cleanedBy: 'observed' };
    memories.of('night-cleaning').set(kept);
    expect(cleaningsAt(2 * HOUR_MS)).toEqual([
      {
        ...{ rule: 'night-cleaning', camera: 'floor', zone: 'aisle', overdue: false, seenBy: 'camera' },
        ...{ sinceMs: 2 * HOUR_MS, limitMs: 8 * HOUR_MS, cleanedAtMs: START },
      },
    ]);
    expect(cleaningsAt(9 * HOUR_MS)).toMatchObject([{ overdue: true, sinceMs: 9 * HOUR_MS }]);
    await confirmationsOf(memories, 9 * HOUR_MS).cleaning({ target: 'night-cleaning', by: 'B.' });
    // The rule has not taken it in yet.
    expect(cleaningsAt(10 * HOUR_MS)).toMatchObject([
      { overdue: false, sinceMs: HOUR_MS, seenBy: 'person', cleanedBy: 'B.', cleanedAtMs: START + 9 * HOUR_MS },
    ]);
    // Nobody knows of any: it counts from the first start, here without a trusted clock.
    memories.of('night-cleaning').set({ elapsedMs: HOUR_MS, cleanedBy: 'unknown' });
    const [unknown] = cleaningsAt(0);
    expect([unknown?.sinceMs, unknown?.seenBy, unknown?.cleanedAtMs]).toEqual([HOUR_MS, undefined, undefined]);
  });

  it('are refused for what no cleaning rule watches, and the advice lists the rules', async () => {
    const memories = await open();
    await expect(confirmationsOf(memories).cleaning({ target: 'dirt', by: 'B.' })).rejects.toMatchObject({
      code: 'bad_request',
      advice: expect.stringContaining('floor-cleaning (zone aisle), night-cleaning (zone aisle)') as string,
    });
    expect(audited).toEqual([]);
  });

  it('do not keep the line from starting where the file cannot be read', async () => {
    await writeFile(join(folder, 'rules.json'), '{broken');
    const memories = await open();
    expect(memories.of('floor-cleaning').get()).toBeUndefined();
    await confirmationsOf(memories).cleaning({ target: 'floor-cleaning', by: 'B.' });
    expect((await open()).of('floor-cleaning').get()).toMatchObject({
      confirmation: { by: 'B.' },
    });
  });
});
