import {
  closeSync,
  cpSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
  existsSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { systemCode } from '@lineside/kit';
import { journalPath } from '../../edge/src/journal/index.ts';
import { collectorCommand } from '../support/collector.ts';
import { dice } from '../support/dice.ts';
import { lineside } from '../support/lineside.ts';
import { waitFor } from '../support/wait-for.ts';
import { clear, type Scenario } from './scenario.ts';
import { World } from './world.ts';

const DRAIN_MS = 120_000;
const NOTICE_MS = 60_000;
const PAGE = 4096;

/** The device notices by itself, or is restarted in good order by somebody who sees that it fails. */
type Strike = readonly [what: string, then: 'notices' | 'is restarted', strike: (data: string, copy: string) => void];

/**
 * The journal is deleted, cut, damaged, rolled back and restored from a copy while the device writes to it. The accounts
 * come from the collector alone: every number that it can know of, under every epoch, is stored or declared lost.
 */
export const lostJournal: Scenario = {
  name: 'lost journal',
  what: 'the journal is deleted, cut, damaged, rolled back and restored from a copy while the device writes to it',
  share: 1,
  async run({ folder, seconds, seed, log }) {
    const at = join(folder, 'world');
    const copy = join(folder, 'copy');
    await using world = await World.start({ folder: at, store: 'sqlite', log });
    const roll = dice(seed);
    await world.startDevice({ seed, perSecond: 100, signEveryMs: 500, watchFile: true });
    await waitFor('the first confirmed', async () => (await world.books.stored()) > 0, { withinMs: NOTICE_MS });
    const strikes = strikesWith(roll);
    const endMs = performance.now() + seconds * 1000;
    // At least once each, however slow the machine is.
    for (let round = 0; round < strikes.length || performance.now() < endMs; round += 1) {
      const [what, then, strike] = strikes[round < strikes.length ? round : roll(strikes.length)]!;
      await waitFor('a copy of the data folder', async () => copied(world.data, copy), { withinMs: NOTICE_MS });
      await sleep(200 + roll(800));
      log(`the journal is ${what}, the device ${then}`);
      const epoch = world.latest?.epoch;
      strike(world.data, copy);
      if (then === 'is restarted') {
        await sleep(roll(300));
        await world.stopDevice();
        await world.reviveDevice();
        // Where the WAL still holds all that was spoiled, the journal goes on as it was.
      } else {
        await waitFor('a new epoch', async () => (await world.look(), world.latest?.epoch !== epoch), {
          withinMs: NOTICE_MS,
        });
      }
      await sleep(roll(600));
    }
    const { seconds: drainSeconds, drained } = await world.drain(DRAIN_MS);
    await world.stopDevice();
    const { epochs, ...sums } = await accountAtCollector(world);
    const quarantined = readdirSync(join(world.data, 'quarantine')).length;
    const { duplicates, peakBytes, peakRssBytes, kills } = world;
    const stuck = drained ? [] : ['the queue did not empty'];
    const findings = [...stuck, ...(await verifyBoth(world))];
    setImmediate(() => clear(at));
    const facts = { epochs, 'journals in quarantine': quarantined };
    return {
      ...{ name: lostJournal.name, ...sums, findings, duplicatesRejected: duplicates, kills, drainSeconds },
      ...{ peakBytes, peakRssBytes, facts },
    };
  },
};

/** As a backup does that runs beside the device; false where a file went away meanwhile, or the journal is missing. */
function copied(data: string, copy: string): boolean {
  clear(copy);
  try {
    cpSync(data, copy, { recursive: true, filter: (path) => !path.endsWith('.tmp') });
    // Between two journals there is none for a moment.
    return existsSync(journalPath(copy));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function strikesWith(roll: (n: number) => number): readonly Strike[] {
  return [
    ['deleted', 'notices', (data) => rmSync(journalPath(data))],
    [
      'deleted with all files beside it',
      'notices',
      (data) => {
        for (const suffix of ['', '-wal', '-shm', '.mark']) rmSync(`${journalPath(data)}${suffix}`, { force: true });
      },
    ],
    [
      'rolled back to a copy',
      'notices',
      (data, copy) => {
        cpSync(journalPath(copy), `${journalPath(data)}.copy`);
        renameSync(`${journalPath(data)}.copy`, journalPath(data));
      },
    ],
    [
      'restored with its folder',
      'notices',
      (data, copy) => {
        renameSync(data, `${data}.old`);
        cpSync(copy, data, { recursive: true });
        clear(`${data}.old`);
      },
    ],
    ['emptied', 'is restarted', (data) => truncateSync(journalPath(data), 0)],
    [
      'cut',
      'is restarted',
      (data) => truncateSync(journalPath(data), PAGE * (1 + roll(statSync(journalPath(data)).size / PAGE))),
    ],
    [
      'damaged',
      'is restarted',
      (data) => {
        const path = journalPath(data);
        const file = openSync(path, 'r+');
        const pages = Math.floor(statSync(path).size / PAGE);
        writeSync(file, randomBytes(PAGE), 0, PAGE, 0);
        for (let hit = 0; hit < 3; hit += 1) writeSync(file, randomBytes(PAGE), 0, PAGE, PAGE * roll(pages));
        closeSync(file);
      },
    ],
  ];
}

/** From what the collector says of every epoch, and what the device printed when a number was on its disk. */
async function accountAtCollector(world: World) {
  const rows = await world.streamsAtCollector();
  const sum = { generated: 0, committed: 0, queued: 0, declaredLost: 0, unexplained: 0 };
  for (const { highest, stored, declaredLost, missing } of rows) {
    sum.generated += highest;
    sum.committed += stored;
    sum.declaredLost += declaredLost;
    sum.unexplained += missing + Math.abs(highest - stored - declaredLost - missing);
  }
  for (const [epoch, streams] of world.promisedByEpoch) {
    for (const [stream, promised] of streams) {
      const row = rows.find((one) => one.epoch === epoch && one.stream === stream);
      const beyond = Math.max(0, promised - (row?.highest ?? 0));
      sum.generated += beyond;
      sum.unexplained += beyond;
    }
  }
  const epochs = new Set(rows.map(({ epoch }) => epoch)).size;
  return { ...sum, doubleRows: await world.books.doubleRows('first'), epochs };
}

/** Neither verifier may accuse what the product did itself. */
async function verifyBoth(world: World): Promise<readonly string[]> {
  const device = await lineside(['journal', 'verify', '--json', '--data', world.data]);
  // This device announces pictures that it does not have: they are not counted.
  const { findings = [], events = [] } = JSON.parse(device.stdout || '{}') as Readonly<Record<string, object[]>>;
  const collector = await collectorCommand('verify', '--data', world.collectorData(0));
  return [
    ...[...findings, ...events].map((one) => `lineside journal verify: ${JSON.stringify(one)}`),
    ...(device.stdout === '' ? [`lineside journal verify: ${device.stderr}`] : []),
    ...(collector.code === 0 ? [] : [`lineside-collector verify: ${collector.stdout}${collector.stderr}`]),
  ];
}
