import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { writeFileAtomic } from '@lineside/kit';
import { ModelError, verifyBundle } from '@lineside/models';
import { Release, type ReleaseFile, type TargetCustom } from '@lineside/models/trust';
import { UsageError } from '../errors/index.ts';
import { readRepository, versionOf } from './repository.ts';
import { customerSigners, readTargets, type Workplace } from './signed-metadata.ts';

/** A release that waits for `publish`. */
export interface Added {
  readonly target: string;
  readonly counter: number;
  readonly files: number;
  /** Of all its files, and of those that no release had before. */
  readonly bytes: number;
  readonly newBytes: number;
}

export interface AddOptions {
  readonly customer: string;
  /** Devices that it is meant for; all where left out. */
  readonly devices?: readonly string[];
  readonly minAgent?: string;
}

/** Adds a model bundle, after checking it. Throws UsageError with what is wrong with it. */
export async function addModel(work: Workplace, bundle: string, options: AddOptions): Promise<Added> {
  const { manifest } = await checked(bundle);
  const paths = await filesIn(bundle);
  const { id, version } = manifest;
  return add(
    work,
    { kind: 'model', id, version },
    paths.map((path) => [path, join(bundle, path)]),
    options,
  );
}

/** Adds a configuration file as the next release of the series `name`. A device checks it against itself. */
export async function addConfiguration(
  work: Workplace,
  file: string,
  options: AddOptions & { readonly name: string; readonly version: string },
): Promise<Added> {
  const what = { kind: 'configuration', id: options.name, version: options.version } as const;
  return add(work, what, [['lineside.yaml', file]], options);
}

async function add(
  work: Workplace,
  what: Pick<TargetCustom, 'kind' | 'id' | 'version'>,
  sources: readonly (readonly [path: string, file: string])[],
  { customer, devices, minAgent }: AddOptions,
): Promise<Added> {
  const { folder, settings } = work;
  const { targets, snapshot } = await readRepository(folder);
  customerSigners(targets, customer);
  const before = await readTargets(folder, customer, versionOf(snapshot, customer));
  const series = `${what.kind === 'model' ? 'models' : 'config'}/${customer}/${what.id}`;
  const target = `${series}-${what.version}.json`;
  const known = Object.entries(before.signed.targets).map(([name, { custom }]) => ({
    name,
    counter: Number(custom['counter'] ?? 0),
  }));
  const staged = settings.staged.map(({ target: name, custom }) => ({ name, counter: Number(custom['counter'] ?? 0) }));
  const siblings = [...known, ...staged].filter(({ name }) => name.replace(/-\d+\.\d+\.\d+\.json$/, '') === series);
  if (siblings.some(({ name }) => name === target)) {
    throw new UsageError({
      code: 'release_version_exists',
      message: `${target} is released already`,
      advice: 'give what has changed a higher version: a release never changes',
    });
  }
  const files: ReleaseFile[] = [];
  let newBytes = 0;
  for (const [path, file] of sources) {
    const { added, ...entry } = await addFile(work, path, file);
    files.push(entry);
    if (added) newBytes += entry.bytes;
  }
  const parsed = Release.safeParse({ schema: 1, ...what, files });
  if (!parsed.success) throw invalid(target, parsed.error.issues.map(({ message }) => message).join('; '));
  const document = Buffer.from(`${JSON.stringify(parsed.data, undefined, 1)}\n`);
  const sha256 = createHash('sha256').update(document).digest('hex');
  await writeFileAtomic(folder.target(target, sha256), document, { mode: 0o644 });
  const counter = Math.max(0, ...siblings.map((sibling) => sibling.counter)) + 1;
  const custom = {
    ...what,
    counter,
    ...(devices === undefined ? {} : { devices: [...devices] }),
    ...(minAgent === undefined ? {} : { minAgent }),
  };
  settings.staged.push({ target, bytes: document.byteLength, sha256, custom });
  await folder.save(settings);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { target, counter, files: files.length, bytes, newBytes };
}

async function addFile(
  { folder }: Workplace,
  path: string,
  file: string,
): Promise<ReleaseFile & { readonly added: boolean }> {
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined) throw invalid(file, 'cannot be read');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const to = folder.file(sha256);
  const added = (await stat(to).catch(() => undefined)) === undefined;
  if (added) await writeFileAtomic(to, content, { mode: 0o644 });
  return { path, bytes: content.byteLength, sha256, added };
}

/** Files of a bundle with `/` between folders, in one order everywhere. Hidden ones are no part of it. */
async function filesIn(bundle: string): Promise<readonly string[]> {
  const entries = await readdir(bundle, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(bundle, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').some((part) => part.startsWith('.')))
    .sort();
}

async function checked(bundle: string) {
  try {
    return await verifyBundle(bundle);
  } catch (error) {
    if (error instanceof ModelError) throw invalid(bundle, error.message);
    throw error;
  }
}

function invalid(what: string, why: string): UsageError {
  return new UsageError({
    code: 'release_invalid',
    message: `${what} cannot be released: ${why}`,
    advice: 'lineside model inspect shows what is wrong with a bundle; lineside config check does for a configuration',
  });
}
