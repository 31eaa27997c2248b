import { MAX_REVISION_STEP } from '@lineside/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fractionsFrom } from '../../../../tests/support/dice.ts';
import { MINUTE, RolloutWorld } from '../../../../tests/support/rollout-world.ts';
import type { LineManner } from '../../../../tests/support/simulated-line.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { SqliteStore } from '../store/index.ts';

const TARGET = 'models/acme/ppe-2.1.0.json';
const GROUPS = { canary: ['line-00'], site: ['line-0*'], rest: ['*'] };

let dir: TempDir;
let store: SqliteStore;
beforeEach(async () => {
  dir = await tempDir('rollouts-');
  store = SqliteStore.open(dir.path);
});
afterEach(async () => {
  await store.close();
  await dir[Symbol.asyncDispose]();
});

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `line-${String(n).padStart(2, '0')}`);

function fleet(count: number, mannerOf: (n: number) => LineManner = () => ({})): Record<string, LineManner> {
  return Object.fromEntries(names(count).map((name, n) => [name, mannerOf(n)]));
}

const person = (name: string) => ({ name, proven: true });

describe('a rollout over 50 lines', () => {
  it('goes group by group, waits for slow lines and for lines that are offline, and then is done', async () => {
    const offline = new Set([7, 23, 31, 44]);
    const world = new RolloutWorld(
      store,
      fleet(50, (n) => ({
        takesMs: (n % 5 === 0 ? 25 : 3) * MINUTE,
        ...(offline.has(n) ? { online: (atMs: number) => atMs > (n === 7 ? 90 : 200) * MINUTE } : {}),
      })),
    );
    const { id } = await world.start(TARGET, GROUPS, { success: 0.9 });
    const begun = new Map<number, number>();
    const look = async (): Promise<void> => {
      const { lines, current, groups, success } = await world.desk.get(id);
      for (const { device, group, state } of lines) {
        if (state === 'waiting') continue;
        expect(group, `${device} is ${state}`).toBeLessThanOrEqual(current);
        if (!begun.has(group)) begun.set(group, world.minute);
        if (!world.lines.get(device)?.online(world.minute * MINUTE)) expect(state).not.toBe('committed');
      }
      for (let group = 0; group < current; group += 1) {
        const own = lines.filter((line) => line.group === group);
        const committed = own.filter(({ state }) => state === 'committed').length;
        expect(committed, groups[group]?.name).toBeGreaterThanOrEqual(Math.ceil(success * own.length));
      }
    };
    await world.pass(1, look);
    expect(await world.states(id)).toEqual({ offered: 1, waiting: 49 });
    await world.pass(70, look);
    // Of the nine lines of the site one is offline: nine tenths of nine are nine.
    expect(await world.states(id)).toMatchObject({ waiting: 40, offered: 1, committed: 9 });
    await world.pass(80, look);
    // Everything that is online has it; the offline ones are not yet through, so the rollout is not over.
    expect(await world.states(id)).toEqual({ committed: 47, offered: 3 });
    expect((await world.desk.get(id)).state).toBe('running');
    await world.pass(80, look);
    expect(await world.states(id)).toEqual({ committed: 50 });
    expect((await world.desk.get(id)).state).toBe('done');
    for (const line of world.lines.values()) expect(line.inForce).toEqual([TARGET]);
    // The canary took 25 minutes and soaked ten; the site's last line came after 90, and it soaked ten, too.
    expect(begun.get(1)).toBeGreaterThanOrEqual(36);
    expect(begun.get(2)).toBeGreaterThanOrEqual(103);
    const actions = (await world.desk.history(id)).map(({ action }) => action);
    expect(actions.filter((action) => action === 'group_began')).toHaveLength(3);
    expect(actions.filter((action) => action === 'committed')).toHaveLength(50);
    expect(actions[0]).toBe('done');
    expect(actions.at(-1)).toBe('created');
  });

  it('is stopped by its error threshold: nobody else gets the release, and who is not through gets what was before', async () => {
    const failing = new Set([14, 22, 37]);
    const world = new RolloutWorld(
      store,
      fleet(50, (n) => ({
        takesMs: (failing.has(n) ? n : n % 7 === 0 ? 60 : 4) * MINUTE,
        ends: failing.has(n) ? 'rolled_back' : 'committed',
        ...(n === 40 ? { online: () => false } : {}),
      })),
    );
    // An earlier release is in force everywhere but on the line that is offline.
    const before = 'models/acme/ppe-2.0.0.json';
    const first = await world.start(before, { all: ['*'] }, { success: 0.9, errors: 0.2 });
    await world.pass(70);
    await world.desk.act(first.id, 'stop', person('anna'));
    const earlier = await world.states(first.id);
    const { id } = await world.start(TARGET, GROUPS, { success: 0.5, errors: 0.05 });
    await world.pass(160);
    // 40 lines are in the group `rest`: two may fail, the third one stops it.
    const { state, reason, lines } = await world.desk.get(id);
    expect([state, reason]).toEqual(['failed', '3 of 40 lines of rest failed']);
    const counts = await world.states(id);
    expect(counts['failed']).toBe(3);
    expect(counts['withdrawn']).toBeGreaterThan(3);
    expect((counts['committed'] ?? 0) + (counts['withdrawn'] ?? 0)).toBe(47);
    for (const { device, state: one, reason: why } of lines) {
      const wanted = world.retained.get(device)?.models?.['ppe']?.target;
      if (one === 'committed') expect(wanted).toBe(TARGET);
      else
        expect(wanted, `${device} ${one}`).toBe(
          device === 'line-40' || failing.has(Number(device.slice(5))) ? undefined : before,
        );
      if (one === 'failed') expect(why).toBe('made so');
    }
    expect(earlier['failed']).toBe(3);
    const noted = await world.desk.history(id);
    expect(noted[0]).toMatchObject({ who: 'collector', action: 'failed', detail: '3 of 40 lines of rest failed' });
    const settled = new Map(world.retained);
    await world.pass(10);
    expect(new Map(world.retained)).toEqual(settled);
  });
});

describe('a rollout', () => {
  it('stops with its canary, and at once where a line could not go back', async () => {
    const bad = new RolloutWorld(
      store,
      fleet(12, (n) => ({ ends: n === 0 ? 'rolled_back' : 'committed' })),
    );
    const { id } = await bad.start(TARGET, GROUPS);
    await bad.pass(5);
    expect(await bad.desk.get(id)).toMatchObject({ state: 'failed', reason: '1 of 1 lines of canary failed' });
    const worst = new RolloutWorld(
      store,
      fleet(9, (n) => ({ ends: n === 3 ? 'unable_to_roll_back' : 'committed' })),
    );
    const second = await worst.start('models/acme/defect-1.0.0.json', { all: ['*'] }, { errors: 1, success: 0 });
    await worst.pass(5);
    expect(await worst.desk.get(second.id)).toMatchObject({
      state: 'failed',
      reason: 'line-03 could not go back to the model before',
    });
  });

  it('stops where success is out of reach, and where a committed line goes back while its group soaks', async () => {
    const world = new RolloutWorld(
      store,
      fleet(4, (n) => ({ ends: n < 2 ? 'failed' : 'committed' })),
    );
    const { id } = await world.start(TARGET, { all: ['*'] }, { errors: 0.5, success: 0.75 });
    await world.pass(5);
    expect((await world.desk.get(id)).reason).toBe('2 of 4 lines of all failed: no longer can 75 % of them succeed');
    const manners = { ends: 'committed' as 'committed' | 'rolled_back', takesMs: MINUTE };
    const turning = new RolloutWorld(store, { 'line-00': manners, 'line-01': {} });
    const other = await turning.start('models/acme/defect-1.0.0.json', GROUPS_OF_TWO);
    await turning.pass(4);
    expect(await turning.states(other.id)).toEqual({ committed: 1, waiting: 1 });
    turning.lines.get('line-00')?.goBack();
    await turning.pass(20);
    expect(await turning.states(other.id)).toEqual({ failed: 1, withdrawn: 1 });
  });

  it('counts a line that is online and not through in time as failed, and never one that has not read it', async () => {
    const world = new RolloutWorld(store, {
      'line-00': { takesMs: 500 * MINUTE },
      'line-01': { online: () => false },
    });
    const { id } = await world.start(
      TARGET,
      { all: ['*'] },
      { lineDeadlineMs: 30 * MINUTE, errors: 0.5, success: 0.5 },
    );
    await world.pass(100);
    expect((await world.desk.get(id)).lines).toMatchObject([
      { state: 'failed', reason: 'not through in time' },
      { state: 'offered' },
    ]);
  });

  it('pauses, resumes and stops by a person, and refuses what cannot be done now', async () => {
    const world = new RolloutWorld(store, fleet(12));
    const { id } = await world.start(TARGET, GROUPS);
    await world.pass(3);
    await world.desk.act(id, 'pause', person('boris'), 'shift change');
    await world.pass(60);
    expect(await world.states(id)).toEqual({ committed: 1, waiting: 11 });
    await expect(world.desk.act(id, 'pause', person('boris'))).rejects.toMatchObject({ code: 'rollout_not_possible' });
    await world.desk.act(id, 'resume', person('boris'));
    await world.pass(1);
    expect(await world.states(id)).toEqual({ committed: 1, offered: 9, waiting: 2 });
    await world.desk.act(id, 'stop', person('boris'));
    await world.pass(5);
    expect(await world.states(id)).toEqual({ committed: 1, withdrawn: 11 });
    for (const act of ['stop', 'resume', 'approve'] as const) {
      await expect(world.desk.act(id, act, person('anna'))).rejects.toMatchObject({ code: 'rollout_not_possible' });
    }
    expect(world.retained.get('line-01')?.models).toBeUndefined();
    expect(await world.desk.history(id)).toContainEqual(
      expect.objectContaining({ who: 'boris', action: 'pause', detail: 'shift change' }),
    );
    await expect(world.desk.act('nothing', 'stop', person('anna'))).rejects.toMatchObject({ code: 'rollout_unknown' });
  });

  it('waits for another person where the configuration says so', async () => {
    const world = new RolloutWorld(store, fleet(12), { approval: 'groups' });
    const { id } = await world.start(TARGET, GROUPS);
    await world.pass(5);
    expect(await world.states(id)).toEqual({ waiting: 12 });
    await expect(world.desk.act(id, 'approve', person('Anna'))).rejects.toMatchObject({ code: 'rollout_same_person' });
    // A name that nothing proves is nobody.
    await expect(world.desk.act(id, 'approve', { name: 'boris', proven: false })).rejects.toMatchObject({
      code: 'person_unproven',
    });
    expect(await world.desk.get(id)).toMatchObject({ state: 'waiting_for_approval', approvals: [] });
    await world.desk.act(id, 'approve', person('boris'));
    await world.pass(60);
    expect(await world.desk.get(id)).toMatchObject({ state: 'waiting_for_approval', current: 0 });
    await world.desk.act(id, 'approve', person('boris'));
    await world.pass(60);
    await world.desk.act(id, 'approve', person('carl'));
    await world.pass(60);
    expect((await world.desk.get(id)).state).toBe('done');
    // A wish may ask for more than the configuration, never for less.
    const other = await world.start('models/acme/defect-1.0.0.json', GROUPS, { approval: 'none' });
    expect(other.state).toBe('waiting_for_approval');
  });

  it('that is begun by a name which nothing proves can be approved by nobody', async () => {
    const world = new RolloutWorld(store, fleet(12), { approval: 'start' });
    const by = { name: 'anna', proven: false };
    await expect(world.start(TARGET, GROUPS, { by })).rejects.toMatchObject({ code: 'person_unproven' });
    // One that an earlier version has kept, with a name only.
    const { id } = await world.start(TARGET, GROUPS);
    const { proven: _, ...named } = await world.desk.get(id);
    await store.rollouts.save({ rollout: named, documents: [], notes: [] });
    await expect(world.desk.act(id, 'approve', person('boris'))).rejects.toMatchObject({
      ...{ code: 'rollout_not_possible', message: expect.stringContaining('nothing proves that anna began it') },
    });
  });

  it('goes on after a restart, and renews what the broker or the store has lost', async () => {
    const world = new RolloutWorld(
      store,
      fleet(12, () => ({ takesMs: 5 * MINUTE })),
    );
    const { id } = await world.start(TARGET, GROUPS);
    await world.pass(3);
    world.restart();
    world.retained.clear();
    world.brokerUp = false;
    await world.pass(3);
    expect(world.retained.size).toBe(0);
    world.brokerUp = true;
    await world.pass(60);
    expect((await world.desk.get(id)).state).toBe('done');
    // The lines have seen revision 1. A collector whose store was lost begins again above it.
    await using elsewhere = await tempDir('rollouts-');
    const empty = SqliteStore.open(elsewhere.path);
    const later = new RolloutWorld(empty, {});
    for (const [device, line] of world.lines) (later.lines as Map<string, typeof line>).set(device, line);
    later.nowMs = world.nowMs;
    const next = await later.start('models/acme/ppe-2.2.0.json', GROUPS);
    await later.pass(80);
    expect((await later.desk.get(next.id)).state).toBe('done');
    for (const line of later.lines.values()) expect(line.inForce).toContain('models/acme/ppe-2.2.0.json');
    await empty.close();
  });

  it("goes on over a stranger's documents and reports with the highest possible revision", async () => {
    const highest = Number.MAX_SAFE_INTEGER;
    const away = (atMs: number): boolean => atMs < 5 * MINUTE || atMs > 20 * MINUTE;
    const world = new RolloutWorld(store, { 'line-00': {}, 'line-01': { online: away } });
    const first = await world.start('models/acme/ppe-2.0.0.json', { all: ['*'] }, { soakMs: 0 });
    await world.pass(4);
    expect((await world.desk.get(first.id)).state).toBe('done');
    // At the one line a stranger writes to the broker, in the name of the other, which is away, it reports.
    world.retained.set('line-00', { v: 1, revision: highest, t: 0 });
    world.reported.set('line-01', {
      ...{ v: 1, t: 0, queue: {}, pictures: 0, drainPerS: 0 },
      desired: { revision: highest, state: 'committed' },
    });
    await world.pass(2);
    expect(world.lines.get('line-00')?.revisions.at(-1)).toBe(highest);
    const { id } = await world.start(TARGET, { all: ['*'] });
    let turns = 0;
    await world.pass(10, () => {
      if (turns++ < 3) world.retained.set('line-00', { v: 1, revision: highest - turns, t: 0 });
    });
    expect(await world.states(id)).toMatchObject({ committed: 1 });
    await world.pass(20);
    expect(await world.states(id)).toEqual({ committed: 2 });
    for (const line of world.lines.values()) expect(line.inForce).toContain(TARGET);
    for (const { revision } of world.retained.values()) expect(revision).toBeLessThan(MAX_REVISION_STEP * 100);
  });

  it('is refused for lines that are not known, not meant, or in another rollout of the series', async () => {
    const world = new RolloutWorld(store, fleet(12), { meant: names(11) });
    await expect(world.start(TARGET, { canary: ['line-77'] })).rejects.toMatchObject({ code: 'device_unknown' });
    await expect(world.start(TARGET, GROUPS)).rejects.toMatchObject({ code: 'rollout_not_meant' });
    await expect(world.start(TARGET, { a: ['line-00'], b: ['line-00'] })).rejects.toMatchObject({
      code: 'rollout_invalid',
    });
    const { id } = await world.start(TARGET, { canary: ['line-00'], middle: ['line-0*1'] });
    expect((await world.desk.get(id)).lines.map(({ device }) => device)).toEqual(['line-00', 'line-01']);
    await expect(world.start('models/acme/ppe-2.2.0.json', { all: ['line-0*'] })).rejects.toMatchObject({
      code: 'rollout_overlaps',
    });
    // Another series may go to the same lines, and both stay named.
    const both = await world.start('config/acme/line-1.4.0.json', { all: ['line-00'] });
    await world.pass(40);
    expect((await world.desk.get(both.id)).state).toBe('done');
    expect(world.retained.get('line-00')).toMatchObject({
      configuration: { target: 'config/acme/line-1.4.0.json' },
      models: { ppe: { target: TARGET } },
    });
    const again = await world.start(TARGET, { rest: ['line-02'] });
    expect(again.id).toBe('ppe-2.1.0.2');
  });

  it('keeps its promises with random fleets', async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const roll = fractionsFrom(seed);
      await using place = await tempDir('rollouts-');
      const own = SqliteStore.open(place.path);
      const ends = ['committed', 'committed', 'committed', 'committed', 'rolled_back', 'failed'] as const;
      const world = new RolloutWorld(
        own,
        fleet(20, () => {
          const period = 1 + Math.floor(roll() * 60);
          const down = roll() < 0.3;
          return {
            takesMs: roll() * 20 * MINUTE,
            ends: ends[Math.floor(roll() * ends.length)] ?? 'committed',
            ...(down ? { online: (atMs: number) => Math.floor(atMs / MINUTE / period) % 2 === 1 } : {}),
          };
        }),
      );
      const [success, errors] = [roll(), roll() / 2];
      const { id } = await world.start(TARGET, GROUPS, { success, errors });
      let over = false;
      await world.pass(150, async () => {
        if (roll() < 0.1) world.restart();
        const { lines, groups, current, state } = await world.desk.get(id);
        for (const [index] of groups.entries()) {
          const members = lines.filter(({ group }) => group === index);
          const failed = members.filter((line) => line.state === 'failed').length;
          if (index < current) {
            expect(members.filter((line) => line.state === 'committed').length).toBeGreaterThanOrEqual(
              state === 'failed' ? 0 : Math.ceil(success * members.length),
            );
          }
          if (failed > Math.floor(errors * members.length)) expect([seed, state]).toEqual([seed, 'failed']);
          if (index > current)
            expect(members.every((line) => ['waiting', 'withdrawn'].includes(line.state))).toBe(true);
        }
        if (over) expect(state).not.toBe('running');
        over = state === 'failed' || state === 'done';
      });
      for (const { revisions } of world.lines.values()) {
        expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
      }
      await own.close();
    }
  });
});

const GROUPS_OF_TWO = { canary: ['line-00'], rest: ['line-01'] };
