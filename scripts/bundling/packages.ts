import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One package of the lock file that the target needs. */
export interface NeededPackage {
  /** Where it lies, from the project's root: `node_modules/sharp`. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  /** Hash of its archive as `sha512-...` in base64. */
  readonly integrity: string;
  /** The folder of a package of this project; it is linked, not copied. */
  readonly linkTo?: string;
}

interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly cpu?: readonly string[];
  readonly os?: readonly string[];
  readonly libc?: readonly string[];
}

/** The packages of a lock file that run on Linux with glibc on `arch`. `skipped` are packages of the project that stay out. */
export function neededPackages(
  lock: { readonly packages: Readonly<Record<string, LockEntry>> },
  arch: string,
  skipped: ReadonlySet<string>,
): readonly NeededPackage[] {
  return Object.entries(lock.packages).flatMap(([place, entry]) => {
    if (!place.startsWith('node_modules/') || entry.dev === true || entry.devOptional === true) return [];
    const fits = (given: readonly string[] | undefined, wanted: string): boolean =>
      given === undefined || given.includes(wanted);
    // The portable builds in WebAssembly name no system, and stand in for what is there.
    if (place.includes('wasm32') || !fits(entry.os, 'linux') || !fits(entry.cpu, arch) || !fits(entry.libc, 'glibc')) {
      return [];
    }
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (entry.link === true) {
      const linkTo = entry.resolved ?? '';
      return skipped.has(linkTo) ? [] : [{ place, name, version: '', integrity: '', linkTo }];
    }
    return [{ place, name, version: entry.version ?? '', integrity: entry.integrity ?? '' }];
  });
}

/** The folder of a package: the installed one, else a copy from the registry that fits the lock file's hash. */
export async function folderOf(root: string, needed: NeededPackage, scratch: string): Promise<string> {
  const installed = join(root, needed.place);
  if (existsSync(installed)) return installed;
  const { name, version, integrity } = needed;
  const to = await mkdtemp(join(scratch, 'package-'));
  const { stdout } = await run('npm', ['pack', '--silent', '--ignore-scripts', `${name}@${version}`], { cwd: to });
  const archive = join(to, stdout.trim().split('\n').at(-1) ?? '');
  const hash = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64');
  if (`sha512-${hash}` !== integrity)
    throw new Error(`${name}@${version} from the registry is not what the lock file names`);
  const folder = join(to, 'unpacked');
  await mkdir(folder);
  await run('tar', ['-xzf', archive, '--strip-components=1', '-C', folder]);
  await rm(archive);
  return folder;
}
