import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { journalPath, openJournalReader, verifyJournal } from '../../edge/src/journal/index.ts';
import { dice } from '../support/dice.ts';
import { FROM_SOURCE, NODE, startProcess } from '../support/processes.ts';
import type { DeviceOptions } from './device.ts';
import { copyImage, type LoopDisk, loopDisk, mountImage } from './loop-disk.ts';
import { clear, NOTHING, type Scenario } from './scenario.ts';

const DEVICE = fileURLToPath(new URL('device.ts', import.meta.url));
const MiB = 1024 * 1024;
const LEAST_CUTS = 2;

interface Cuts {
  readonly cuts: number;
  readonly promised: number;
  /** Promised, and not there when the copy was mounted. */
  readonly lost: number;
  readonly worst: number;
  readonly broken: readonly string[];
}

/**
 * Models writes that the system never passed to the disk. It does not model a disk that loses what it reported as written, nor
 * torn sectors.
 */
export const powerCut: Scenario = {
  name: 'power cut',
  what: 'the writer frozen, its disk copied as it is, and the copy mounted: FULL, which the journal uses, beside NORMAL',
  share: 1,
  async run({ folder, seconds, seed, log }) {
    const disk = loopDisk(join(folder, 'disk'), 192 * MiB);
    if (disk === undefined) return { name: powerCut.name, skipped: 'no file system may be mounted here' };
    const full = await cutsOf('FULL', disk, { folder, seconds: seconds / 2, seed, log });
    const normal = await cutsOf('NORMAL', disk, { folder, seconds: seconds / 2, seed, log });
    disk[Symbol.dispose]();
    setImmediate(() => clear(folder));
    return {
      ...NOTHING,
      name: powerCut.name,
      generated: full.promised,
      queued: full.promised - full.lost,
      unexplained: full.lost,
      findings: full.broken,
      kills: full.cuts + normal.cuts,
      facts: {
        'FULL, promised and gone': `${full.lost} of ${full.promised} in ${full.cuts} cuts`,
        'NORMAL, promised and gone': `${normal.lost} of ${normal.promised} in ${normal.cuts} cuts, ${normal.worst} at worst`,
        'NORMAL, damaged journals': normal.broken.length,
      },
    };
  },
};

async function cutsOf(
  synchronous: 'FULL' | 'NORMAL',
  disk: LoopDisk,
  { folder, seconds, seed, log }: { folder: string; seconds: number; seed: number; log: (line: string) => void },
): Promise<Cuts> {
  const random = dice(seed);
  let [cuts, promised, lost, worst] = [0, 0, 0, 0];
  const broken: string[] = [];
  const endMs = performance.now() + seconds * 1000;
  while (cuts < LEAST_CUTS || performance.now() < endMs) {
    const data = join(disk.path, `${synchronous}-${cuts}`);
    const options: DeviceOptions = {
      data,
      device: 'chaos-1',
      seed: seed + cuts,
      perSecond: 4_000,
      together: 4,
      trusts: 'collector',
      synchronous,
    };
    await using device = await startProcess(NODE, [...FROM_SOURCE, DEVICE, JSON.stringify(options)]);
    await device.waitForLine(/^promised events /, 60_000);
    await sleep(200 + random(800));
    device.freeze();
    await sleep(20);
    const said = promisedIn(device.stdout);
    const image = join(folder, 'copy.img');
    copyImage(disk, image);
    await device.killHard();
    const gone = missingIn(image, join(folder, 'copy'), `${synchronous}-${cuts}`, said, broken);
    const given = [...said.values()].reduce((sum, seq) => sum + seq, 0);
    log(`${synchronous}: cut ${cuts + 1}, ${gone} of ${given} gone`);
    [cuts, promised, lost, worst] = [cuts + 1, promised + given, lost + gone, Math.max(worst, gone)];
    rmSync(data, { recursive: true, force: true });
  }
  return { cuts, promised, lost, worst, broken };
}

/** Highest number of each stream that was printed, which is after its commit. */
function promisedIn(stdout: string): Map<string, number> {
  const said = new Map<string, number>();
  for (const [, stream = '', seq = ''] of stdout.matchAll(/^promised (\w+) (\d+) \w+$/gm))
    said.set(stream, Number(seq));
  return said;
}

/** How many of the promised numbers the copy does not hold. */
function missingIn(image: string, at: string, name: string, said: Map<string, number>, broken: string[]): number {
  const copy = mountImage(image, at);
  if (copy === undefined) {
    broken.push('the copy cannot be mounted');
    return 0;
  }
  try {
    const path = journalPath(join(at, name));
    for (const finding of verifyJournal(path).findings) broken.push(`after a cut: ${JSON.stringify(finding)}`);
    const reader = openJournalReader(path);
    const stats = reader.stats();
    reader.close();
    let gone = 0;
    for (const [stream, seq] of said) gone += Math.max(0, seq - ((stats[stream as keyof typeof stats]?.next ?? 1) - 1));
    return gone;
  } catch (error) {
    // A journal that was only just made may not be there at all; then everything promised is gone.
    broken.push(error instanceof Error ? error.message : String(error));
    return [...said.values()].reduce((sum, seq) => sum + seq, 0);
  } finally {
    copy[Symbol.dispose]();
    rmSync(image, { force: true });
  }
}
