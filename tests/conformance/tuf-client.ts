/**
 * The command line that the TUF project's conformance suite wants of a client (its CLIENT-CLI.md), over the walk through the
 * metadata that devices use. Expected: exit code 0 for success and 1 for a refusal. See docs/decisions/0058.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, writeFileAtomic } from '@lineside/kit';
import {
  EMPTY_FLOOR,
  HttpSource,
  mergeFloors,
  MetadataCache,
  type MetadataSource,
  TrustFloorSchema,
} from '@lineside/models/trust';
import { MetadataWalk } from '../../models/src/trust/metadata-walk.ts';

const MOST_BYTES = 50_000_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'metadata-dir': { type: 'string', default: '' },
    'metadata-url': { type: 'string', default: '' },
    'target-name': { type: 'string', multiple: true, default: [] },
    'target-base-url': { type: 'string', default: '' },
    'target-dir': { type: 'string', default: '' },
  },
});

const folder = values['metadata-dir'];
const signal = AbortSignal.timeout(600_000);
// The root that comes with a device is never written, and lies apart from what is cached.
const initialRoot = join(folder, 'device', 'root');
const floorFile = join(folder, 'device', 'floor');

async function init(root: string): Promise<void> {
  await mkdir(join(folder, 'device'), { recursive: true });
  await copyFile(root, initialRoot);
  await copyFile(root, join(folder, 'root.json'));
}

/** Devices know `metadata/` as a folder of the repository; the suite has another name for it. */
function metadataSource(): MetadataSource {
  const source = new HttpSource(values['metadata-url']);
  return { fetch: (name, ...rest) => source.fetch(name.replace(/^metadata\//, ''), ...rest) };
}

async function refreshed(): Promise<MetadataWalk> {
  const text = await readFile(floorFile, 'utf8').catch(() => '{}');
  const floor = TrustFloorSchema.safeParse(JSON.parse(text)).data ?? EMPTY_FLOOR;
  const timeMs = Math.max(Date.now(), floor.timeMs);
  const cache = new MetadataCache(folder);
  const options = { source: metadataSource(), cache, root: await readFile(initialRoot), timeMs, floor: floor.roles };
  const walk = await MetadataWalk.begin(options, signal);
  await walk.refresh(signal);
  await remember(walk);
  return walk;
}

async function remember(walk: MetadataWalk): Promise<void> {
  const text = await readFile(floorFile, 'utf8').catch(() => '{}');
  const floor = TrustFloorSchema.safeParse(JSON.parse(text)).data ?? EMPTY_FLOOR;
  const merged = mergeFloors(floor, { timeMs: walk.timeMs, roles: walk.seen(), counters: {} });
  await writeFileAtomic(floorFile, JSON.stringify(merged));
}

async function download(): Promise<void> {
  const walk = await refreshed();
  for (const name of values['target-name']) {
    const target = await walk.target(name, signal);
    await remember(walk);
    if (target === undefined) throw new Error(`there is no ${name}`);
    const [algorithm = '', expected = ''] = Object.entries(target.hashes)[0] ?? [];
    const to = join(values['target-dir'], encodeURIComponent(name));
    const known = await readFile(to).catch(() => undefined);
    const fits = (bytes: Buffer): boolean =>
      bytes.byteLength === target.length && createHash(algorithm).update(bytes).digest('hex') === expected;
    if (known !== undefined && fits(known)) continue;
    const slash = name.lastIndexOf('/') + 1;
    const path = `${name.slice(0, slash)}${expected}.${name.slice(slash)}`;
    const source = new HttpSource(values['target-base-url']);
    const bytes = await source.fetch(path, Math.min(target.length, MOST_BYTES), signal);
    if (bytes === undefined || !fits(bytes)) throw new Error(`${name} is not what the metadata has signed`);
    await writeFile(to, bytes);
  }
}

const [command, root = ''] = positionals;
try {
  if (command === 'init') await init(root);
  else if (command === 'refresh') await refreshed();
  else if (command === 'download') await download();
  else throw new Error('init, refresh or download');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.name : ''} ${messageOf(error)}\n`);
  process.exitCode = 1;
}
