import { execFileSync, spawn } from 'node:child_process';
import { appendFile, cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CATALOG_DIR, importedDir, resolveModel } from '@lineside/models';
import { publish, ReleaseFolder } from '../../../cloud-sync/collector/src/release/index.ts';
import { dice } from '../../support/dice.ts';
import { staticServer } from '../../support/static-server.ts';
import { MODEL, ReleasePublisher, UpdateDevice } from '../../support/update-world.ts';
import { FILLER_BYTES, type Situation, type UpdateCase, updateCases } from './cases.ts';
import { damageFolder } from './damage.ts';
import type { Orders, Outcome } from './device-process.ts';

const DEVICE = fileURLToPath(new URL('device-process.ts', import.meta.url));
/** Starts after the last kill until it must be over. */
const MOST_STARTS = 4;

/** What is shown of a run. */
export interface UpdateChaos {
  readonly cases: number;
  /** Cases at whose end a complete model of a known version is in use. */
  readonly workingModel: number;
  /** A release was installed that must not be. */
  readonly wrongAccepts: number;
  /** A release was not installed, or not kept, that should be. */
  readonly wrongRefusals: number;
  readonly rollbackP95Ms: number | null;
  /** Bytes that were fetched again because of a kill, by the bytes that the kills interrupted at most. */
  readonly refetchedBytesShare: number;
  readonly kills: number;
  /** Kills by the state or the bytes at which they struck. */
  readonly byState: Readonly<Record<string, number>>;
  readonly findings: readonly string[];
}

interface World {
  readonly folder: string;
  readonly template: string;
  readonly root: string;
  readonly target: string;
  readonly addresses: Readonly<Record<Situation, string>>;
  /** Bytes of an undisturbed installation. */
  readonly bytes: number;
}

/** Kills a device at every state and class of bytes of an update, and looks at what is left. */
export async function runUpdates(options: {
  readonly cases: number;
  readonly seed: number;
  readonly folder: string;
  readonly log: (line: string) => void;
}): Promise<UpdateChaos> {
  const { folder, seed, log } = options;
  const served = new Map<Situation, string>();
  let serving: Situation = 'good';
  await using server = await staticServer(() => served.get(serving) ?? '');
  const world = await prepare(folder, served, server.url);
  const all = updateCases(options.cases, seed);
  const random = dice(seed + 1);
  const byState: Record<string, number> = {};
  const findings: string[] = [];
  const rollbacks: number[] = [];
  let [workingModel, wrongAccepts, wrongRefusals, kills, again, wanted] = [0, 0, 0, 0, 0, 0];
  await using pool = new DevicePool();
  for (const one of all) {
    serving = one.situation;
    const result = await runCase(world, one, pool, random);
    for (const point of result.struck) byState[point] = (byState[point] ?? 0) + 1;
    kills += result.struck.length;
    if (result.rollbackMs !== undefined) rollbacks.push(result.rollbackMs);
    if (result.version !== undefined) workingModel += 1;
    else findings.push(`${one.number}: no working model after ${JSON.stringify(one)}`);
    const isKept = result.version === '1.1.0';
    if (one.situation !== 'good' && isKept) {
      wrongAccepts += 1;
      findings.push(`${one.number}: ${one.situation} was kept`);
    }
    const interrupted = result.code === 'update_interrupted';
    if (one.situation === 'good' && !isKept && !interrupted) {
      wrongRefusals += 1;
      findings.push(`${one.number}: ${result.state} ${result.code ?? ''} after ${JSON.stringify(one)}`);
    }
    if (one.situation === 'good' && isKept) {
      again += Math.max(0, result.fetched - world.bytes);
      wanted += world.bytes;
    }
    if ((one.number + 1) % 50 === 0) log(`${one.number + 1} of ${all.length}, ${findings.length} findings`);
  }
  rollbacks.sort((a, b) => a - b);
  const p95 = rollbacks[Math.min(rollbacks.length - 1, Math.floor(rollbacks.length * 0.95))];
  return {
    ...{ cases: all.length, workingModel, wrongAccepts, wrongRefusals },
    rollbackP95Ms: p95 === undefined ? null : Math.round(p95 * 10) / 10,
    refetchedBytesShare: wanted === 0 ? 0 : Math.round((again / wanted) * 1e4) / 1e4,
    ...{ kills, byState, findings },
  };
}

interface CaseResult {
  readonly state: string;
  readonly code?: string;
  readonly version: string | undefined;
  readonly fetched: number;
  readonly rollbackMs?: number;
  readonly struck: readonly string[];
}

async function runCase(
  world: World,
  one: UpdateCase,
  pool: DevicePool,
  random: (n: number) => number,
): Promise<CaseResult> {
  const data = join(world.folder, 'case');
  await rm(data, { recursive: true, force: true });
  // Keeps links between objects and bundles, which `cp` of Node does not.
  execFileSync('cp', ['-a', world.template, data]);
  const orders: Orders = {
    ...{ data, root: world.root, target: world.target, situation: one.situation },
    at: world.addresses[one.situation],
  };
  const struck: string[] = [];
  let fetched = 0;
  let last: Outcome | undefined;
  let rollbackMs: number | undefined;
  for (const { point, damage } of one.kills) {
    const ended = await pool.run({ ...orders, kill: point });
    fetched += ended.fetched;
    if (ended.outcome !== undefined) {
      last = ended.outcome;
      rollbackMs ??= last.rollbackMs;
      continue;
    }
    last = undefined;
    struck.push(point.at === 'state' ? `${point.when} ${point.state}` : point.at);
    await damageFolder(join(data, 'updates'), damage, random);
  }
  for (let start = 0; start < MOST_STARTS && (last === undefined || last.state === 'waiting'); start += 1) {
    const ended = await pool.run(orders);
    fetched += ended.fetched;
    last = ended.outcome;
    rollbackMs ??= last?.rollbackMs;
  }
  return {
    state: last?.state ?? 'killed',
    ...(last?.code === undefined ? {} : { code: last.code }),
    ...(rollbackMs === undefined ? {} : { rollbackMs }),
    version: await versionIn(data),
    ...{ fetched, struck },
  };
}

/** Version of the model that the line would take now; undefined where it could take none. */
async function versionIn(data: string): Promise<string | undefined> {
  try {
    const places = { catalogDir: CATALOG_DIR, importedDir: importedDir(data), baseDir: data };
    return (await resolveModel(MODEL, places)).manifest?.version;
  } catch {
    return undefined;
  }
}

interface Ended {
  /** Undefined where the process was killed. */
  readonly outcome: Outcome | undefined;
  readonly fetched: number;
}

/** A device process that is there already when it is needed; a killed one is replaced. */
class DevicePool implements AsyncDisposable {
  #child = start();

  async run(orders: Orders): Promise<Ended> {
    const child = this.#child;
    child.stdin.write(`${JSON.stringify(orders)}\n`);
    let fetched = 0;
    for await (const line of child.lines) {
      const said = JSON.parse(line) as { readonly outcome?: Outcome; readonly fetched?: number };
      if (said.fetched !== undefined) fetched += said.fetched;
      if (said.outcome !== undefined) return { outcome: said.outcome, fetched };
    }
    this.#child = start();
    return { outcome: undefined, fetched };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
  }
}

function start() {
  const child = spawn(process.execPath, ['--conditions=source', DEVICE], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // A killed process does not read what is still written to it.
  child.stdin.on('error', () => undefined);
  return { stdin: child.stdin, lines: { [Symbol.asyncIterator]: () => ({ next: () => lines.next() }) } };
}

/** The repositories of all situations, and a device on which version 1.0.0 runs. */
async function prepare(folder: string, served: Map<Situation, string>, url: string): Promise<World> {
  const publisher = await ReleasePublisher.open(join(folder, 'vendor'));
  const root = publisher.folder.metadata('1.root.json');
  const first = await publisher.model('1.0.0', { filler: FILLER_BYTES });
  const template = join(folder, 'template');
  const keep = async (name: Situation): Promise<string> => {
    const to = join(folder, 'served', name);
    await cp(publisher.folder.public, to, { recursive: true });
    served.set(name, to);
    return to;
  };
  const target = first.replace('1.0.0', '1.1.0');
  // Version 1.1.0 in a repository that is older than what the device has seen: signed before, and held back.
  await publisher.model('1.1.0', { filler: FILLER_BYTES });
  await keep('older_repository');
  await publish(await publisher.work());
  await publish(await publisher.work());
  const good = await keep('good');
  served.set('worse', good);
  served.set('worse_in_shadow', good);
  served.set('golden_fails', good);
  const device = await new UpdateDevice(template, { root: await readFile(root), at: good }).prepare();
  const installed = await device.machine.install(
    { target: first, origin: { kind: 'repository' } },
    AbortSignal.timeout(600_000),
  );
  if (installed.state !== 'committed')
    throw new Error(`the first version was not installed: ${installed.reason?.message}`);
  await cp(join(template, 'updates', 'floor.json'), join(template, 'updates', 'note.json'));
  const changed = await keep('changed_file');
  const files = await readdir(join(changed, 'files'), { recursive: true, withFileTypes: true });
  for (const entry of files.filter((one) => one.isFile())) await appendFile(join(entry.parentPath, entry.name), 'x');
  const other = await ReleasePublisher.open(join(folder, 'attacker'));
  await other.model('1.1.0', { filler: FILLER_BYTES });
  served.set('other_keys', other.folder.public);
  served.set('expired', await expired(folder, publisher));
  const addresses = Object.fromEntries([...served.keys()].map((name) => [name, url])) as World['addresses'];
  const document = JSON.parse(await readFile(await newestDocument(good), 'utf8')) as {
    files: { path: string; bytes: number }[];
  };
  const bytes = document.files.filter(({ path }) => path !== 'model.onnx').reduce((sum, file) => sum + file.bytes, 0);
  return { folder, template, root, target, addresses, bytes };
}

async function newestDocument(at: string): Promise<string> {
  const names = await readdir(join(at, 'targets', 'models', 'acme'));
  return join(at, 'targets', 'models', 'acme', names.find((name) => name.endsWith('1.1.0.json')) ?? '');
}

/** The same repository, correctly signed and out of date. */
async function expired(folder: string, publisher: ReleasePublisher): Promise<string> {
  const at = join(folder, 'expired');
  await cp(publisher.folder.path, at, { recursive: true });
  const old = new ReleaseFolder(at);
  const settings = await old.settings();
  settings.expiryDays = { ...settings.expiryDays, timestamp: 1 };
  await publish({ folder: old, settings, env: {}, nowMs: Date.now() - 3 * 86_400_000 });
  return old.public;
}
