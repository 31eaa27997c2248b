import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { syncFolder, writeFileAtomic } from '@lineside/kit';
import { z } from 'zod';
import { endOrphanedBuild, forgetBuilder } from './orphaned-builds.ts';

/** All that makes an engine another one. */
const EngineKey = z.strictObject({
  /** Of the ONNX file, 64 hex digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  precision: z.enum(['fp16', 'fp32']),
  /** Input's type and dimensions, `uint8[1,640,640,3]`. */
  shape: z.string(),
  tensorrt: z.string(),
  /** `none` on a machine that is no Jetson. */
  l4t: z.string(),
  gpu: z.string(),
});
export type EngineKey = Readonly<z.infer<typeof EngineKey>>;

/** What lies beside an engine: parsed, because a power cut or a hand may have changed it. */
const EngineFacts = z.strictObject({
  key: EngineKey,
  /** Id of the model, for people. */
  model: z.string(),
  bytes: z.int().nonnegative(),
  /** Of the engine's file. */
  engineSha256: z.string(),
  builtInMs: z.number(),
});
export type EngineFacts = Readonly<z.infer<typeof EngineFacts>>;

export interface KeptEngine extends EngineFacts {
  readonly folder: string;
  /** Wall ms of the last start that used it. */
  readonly usedAtMs: number;
}

/** Failures of one key, reported again at the next start. */
const Failures = z.strictObject({ attempts: z.int().positive(), code: z.string(), message: z.string() });
export type Failures = Readonly<z.infer<typeof Failures>>;

export const ENGINE_FILE = 'model.engine';
export const WRAPPER_FILE = 'model.onnx';
const FACTS_FILE = 'engine.json';
const UNUSED_MS = 14 * 86_400_000;

/** Name of a key's folder. */
export function folderOf(key: EngineKey): string {
  const { sha256, precision, shape, tensorrt, l4t, gpu } = key;
  const text = [sha256, precision, shape, tensorrt, l4t, gpu].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** Engines in a folder, whole or not looked into. */
export async function listEngines(folder: string): Promise<readonly KeptEngine[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.filter((name) => /^[0-9a-f]{24}$/.test(name)).map((name) => readEngine(folder, name)),
  );
  return found.flatMap((engine) => engine ?? []);
}

async function readEngine(folder: string, name: string): Promise<KeptEngine | undefined> {
  const path = join(folder, name, FACTS_FILE);
  try {
    const facts = EngineFacts.parse(JSON.parse(await readFile(path, 'utf8')));
    return { ...facts, folder: join(folder, name), usedAtMs: (await stat(path)).mtimeMs };
  } catch {
    return undefined;
  }
}

/** True when the engine of a key is there with the bytes it was built with; marks it as used. */
export async function isWhole(folder: string, key: EngineKey, now: Date): Promise<boolean> {
  const name = folderOf(key);
  const engine = await readEngine(folder, name);
  if (engine === undefined) return false;
  const path = join(engine.folder, ENGINE_FILE);
  const size = await stat(path).then(
    (facts) => facts.size,
    () => -1,
  );
  if (size !== engine.bytes || (await sha256Of(path)) !== engine.engineSha256) return false;
  await utimes(join(engine.folder, FACTS_FILE), now, now);
  return true;
}

/** An empty folder to build in; what an interrupted build left there is gone. */
export async function openBuilding(folder: string, key: EngineKey): Promise<string> {
  const building = join(folder, `building-${folderOf(key)}`);
  await endOrphanedBuild(building);
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  return building;
}

/** Puts a finished build in its place: on the disk first, then by one rename. */
export async function moveIntoPlace(
  folder: string,
  building: string,
  wrapper: Uint8Array,
  facts: Omit<EngineFacts, 'bytes' | 'engineSha256'>,
): Promise<void> {
  await forgetBuilder(building);
  const engine = join(building, ENGINE_FILE);
  const complete: EngineFacts = { ...facts, bytes: (await stat(engine)).size, engineSha256: await sha256Of(engine) };
  await writeFile(join(building, WRAPPER_FILE), wrapper);
  await writeFile(join(building, FACTS_FILE), `${JSON.stringify(complete, undefined, 2)}\n`);
  for (const name of [ENGINE_FILE, WRAPPER_FILE, FACTS_FILE]) {
    const file = await open(join(building, name), 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
  await syncFolder(building);
  const place = join(folder, folderOf(facts.key));
  await rm(place, { recursive: true, force: true });
  await rename(building, place);
  await syncFolder(folder);
}

export async function discard(folder: string, key: EngineKey): Promise<void> {
  await rm(join(folder, folderOf(key)), { recursive: true, force: true });
}

export async function failuresOf(folder: string, key: EngineKey): Promise<Failures | undefined> {
  try {
    return Failures.safeParse(JSON.parse(await readFile(failurePath(folder, key), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

export async function noteFailure(folder: string, key: EngineKey, failure: Omit<Failures, 'attempts'>): Promise<void> {
  const attempts = ((await failuresOf(folder, key))?.attempts ?? 0) + 1;
  await writeFileAtomic(failurePath(folder, key), JSON.stringify({ attempts, ...failure }));
}

export async function forgetFailures(folder: string, key: EngineKey): Promise<void> {
  await rm(failurePath(folder, key), { force: true });
}

function failurePath(folder: string, key: EngineKey): string {
  return join(folder, `${folderOf(key)}.failed.json`);
}

/**
 * Removes what no start can use any more: interrupted builds, engines for another TensorRT, Jetson Linux or GPU than
 * `machine`, and those that nobody has used for two weeks. Returns the folders that went.
 */
export async function prune(
  folder: string,
  wanted: readonly EngineKey[],
  machine: Pick<EngineKey, 'tensorrt' | 'l4t' | 'gpu'>,
  nowMs: number,
): Promise<readonly string[]> {
  const keep = new Set(wanted.map(folderOf));
  const engines = await listEngines(folder);
  const goes = engines.filter(({ key, folder: path, usedAtMs }) => {
    if (keep.has(path.slice(-24))) return false;
    const foreign = key.tensorrt !== machine.tensorrt || key.l4t !== machine.l4t || key.gpu !== machine.gpu;
    return foreign || nowMs - usedAtMs > UNUSED_MS;
  });
  const names = await readdir(folder).catch(() => []);
  const leftOver = names.filter((name) => name.startsWith('building-')).map((name) => join(folder, name));
  const removed = [...goes.map((engine) => engine.folder), ...leftOver];
  for (const path of leftOver) await endOrphanedBuild(path);
  for (const path of removed) await rm(path, { recursive: true, force: true });
  return removed;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
