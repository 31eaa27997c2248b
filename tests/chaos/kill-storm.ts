import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dice } from '../support/dice.ts';
import type { TestPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { findPostgres } from './installed.ts';
import { clear, type Scenario, type ScenarioOptions, type ScenarioResult, together } from './scenario.ts';
import { World } from './world.ts';

const DRAIN_MS = 120_000;
/** Of the time, the part that the control arm gets. */
const CONTROL_SHARE = 1 / 5;

export const killStorm: Scenario = {
  name: 'kill storm',
  what: 'kill -9 of device, broker, collector and database at random, over and over, while events are written',
  share: 3,
  async run(options) {
    const arms = [];
    const stores = findPostgres() ? (['sqlite', 'postgres'] as const) : (['sqlite'] as const);
    for (const store of stores) {
      arms.push(await storm({ ...options, seconds: options.seconds / stores.length }, store, 'collector'));
    }
    const skipped = stores.length === 1 ? { postgres: 'left out: not installed' } : {};
    const all = together(killStorm.name, arms);
    return { ...all, facts: { ...all.facts, ...skipped } };
  },
};

/** The same storm over a device that trusts PUBACK: its losses prove that the storm can cause losses. */
export async function controlArm(options: ScenarioOptions): Promise<ScenarioResult> {
  const seconds = Math.max(8, options.seconds * CONTROL_SHARE);
  return { ...(await storm({ ...options, seconds }, 'sqlite', 'puback')), name: 'control: trusts PUBACK' };
}

type Strike = readonly [what: string, strike: () => Promise<void>];

async function storm(
  options: ScenarioOptions,
  store: 'sqlite' | 'postgres',
  trusts: 'collector' | 'puback',
): Promise<Omit<ScenarioResult, 'name'>> {
  const { seed, log } = options;
  const folder = join(options.folder, `storm-${store}-${trusts}`);
  await using world = await World.start({ folder, store, log });
  const random = dice(seed);
  await world.startDevice({ seed, trusts });
  await waitFor('the first confirmed', async () => (await world.books.stored()) > 0, { withinMs: 60_000 });
  const strikes = strikesOn(world, random);
  const times: Record<string, number> = {};
  const endMs = performance.now() + options.seconds * 1000;
  let order: Strike[] = [];
  // At least once each, however slow the machine is.
  for (let round = 0; round < strikes.length || performance.now() < endMs; round += 1) {
    if (order.length === 0) order = shuffled(strikes, random);
    const [what, strike] = order.pop() ?? strikes[0]!;
    log(`${store}, ${trusts}: kill -9 of ${what}`);
    await strike();
    times[what] = (times[what] ?? 0) + 1;
    await sleep(200 + random(1_200));
    await world.look();
  }
  const { seconds } = await world.drain(DRAIN_MS);
  await world.stopDevice();
  const accounts = await world.account();
  const { kills, duplicates, peakBytes, peakRssBytes } = world;
  const named = Object.entries(times).map(([what, count]) => [`${store}, ${what}`, count] as const);
  setImmediate(() => clear(folder));
  return {
    ...accounts,
    duplicatesRejected: duplicates,
    kills,
    drainSeconds: seconds,
    peakBytes,
    peakRssBytes,
    facts: Object.fromEntries(named),
  };
}

function strikesOn(world: World, random: (n: number) => number): readonly Strike[] {
  const { postgres } = world;
  const strikes: Strike[] = [
    [
      'device',
      async () => {
        await world.killDevice();
        await sleep(random(500));
        await world.reviveDevice();
      },
    ],
    [
      'broker',
      async () => {
        await world.broker.kill();
        world.kills += 1;
        await sleep(random(1_000));
        await world.broker.start();
      },
    ],
    [
      'collector',
      async () => {
        await world.killCollector(0);
        await sleep(500 + random(1_000));
        await world.startCollector(0);
      },
    ],
  ];
  if (postgres === undefined) return strikes;
  return [
    ...strikes,
    [
      'PostgreSQL',
      async () => {
        await postgres.stop('SIGKILL');
        world.kills += 1;
        await sleep(random(500));
        // What the dead server left behind keeps its memory until it notices.
        await waitFor('PostgreSQL to start again', () => postgres.restart().then(() => true), {
          withinMs: 60_000,
          everyMs: 500,
        });
      },
    ],
    [
      'a session of PostgreSQL',
      async () => {
        const pid = await sessionPid(postgres);
        if (pid === undefined) return;
        process.kill(pid, 'SIGKILL');
        world.kills += 1;
      },
    ],
  ];
}

/** The server process of one of the collector's connections. */
async function sessionPid(postgres: TestPostgres): Promise<number | undefined> {
  const sql = `select pid from pg_stat_activity where datname like 'test_%' and pid <> pg_backend_pid() limit 1`;
  const [row] = await postgres.run<{ pid: number }>('postgres', sql);
  return row?.pid;
}

function shuffled<T>(items: readonly T[], random: (n: number) => number): T[] {
  const left = [...items];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(random(left.length), 1));
  return order;
}
