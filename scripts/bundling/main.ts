/** Puts the built project into one archive for `scripts/install`. Started by `scripts/bundle`. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs, promisify } from 'node:util';
import { copyPackage, copyProject, linksOf } from './layout.ts';
import { nativeFiles, nativeProblems } from './native-files.ts';
import { folderOf, neededPackages } from './packages.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: process.arch },
    out: { type: 'string', default: 'bundles' },
    version: { type: 'string' },
    folder: { type: 'boolean', default: false },
    fast: { type: 'boolean', default: false },
  },
});
if (values.arch !== 'x64' && values.arch !== 'arm64') {
  console.error(`Error: no bundle for ${values.arch}\nTry: --arch x64 or --arch arm64`);
  process.exit(2);
}
const { arch } = values;
const version = values.version ?? (await versionHere());
if (!/^[0-9A-Za-z.+~-]{1,64}$/.test(version)) {
  console.error(`Error: ${version} is no name of a version\nTry: letters, digits, and . + ~ -`);
  process.exit(2);
}
const builtAt = await commitTime();
const name = `lineside-${version}-linux-${arch}`;
const out = resolve(values.out);
await mkdir(out, { recursive: true });
const work = await mkdtemp(join(out, '.making-'));
const scratch = await mkdtemp(join(tmpdir(), 'lineside-bundle-'));
try {
  const folder = join(work, name);
  await fill(folder);
  console.error(`${(await sizeOf(folder)).toFixed(0)} MB in ${name}`);
  const made = join(out, values.folder ? name : `${name}.tar.gz`);
  if (values.folder) {
    await rm(made, { recursive: true, force: true });
    await rename(folder, made);
  } else {
    const packed = join(work, 'packed');
    const order = ['--sort=name', `--mtime=@${builtAt}`, '--owner=0', '--group=0', '--numeric-owner'];
    await run('tar', [
      ...order,
      `--use-compress-program=gzip -n${values.fast ? ' -1' : ''}`,
      '-cf',
      packed,
      '-C',
      work,
      name,
    ]);
    await rename(packed, made);
    await writeFile(`${made}.sha256`, `${await sha256(made)}  ${name}.tar.gz\n`);
  }
  console.log(made);
} finally {
  await rm(work, { recursive: true, force: true });
  await rm(scratch, { recursive: true, force: true });
}

async function fill(folder: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as Parameters<
    typeof neededPackages
  >[0];
  const needed = neededPackages(lock, arch, new Set(['scripts/twin']));
  await copyProject(ROOT, folder);
  for (const one of needed) {
    if (one.linkTo !== undefined) continue;
    await copyPackage(await folderOf(ROOT, one, scratch), join(folder, one.place), one, arch);
  }
  const node = needed.find((one) => one.name === `node-linux-${arch}`);
  if (node === undefined) throw new Error(`the lock file has no Node for ${arch}`);
  const links = [...linksOf(needed, arch)].map(([from, to]) => `${from} ${to}\n`);
  await writeFile(join(folder, 'LINKS'), links.join(''));
  const about = {
    format: 1,
    name: 'lineside',
    version,
    arch,
    node: node.version,
    built: new Date(builtAt * 1000).toISOString(),
  };
  await writeFile(
    join(folder, 'BUNDLE'),
    Object.entries(about)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  await chmod(join(folder, 'install'), 0o755);
  const native = await nativeFiles(folder);
  const problems = nativeProblems(native, arch);
  if (problems.length > 0) {
    console.error(`Error: this bundle would not run on ${arch}:\n  ${problems.join('\n  ')}`);
    console.error('Try: leave what is foreign out in scripts/bundling/layout.ts; npm ci, where something is missing');
    process.exitCode = 3;
    throw new Error('the machine code in the bundle does not fit');
  }
  console.error(`${native.length} files of machine code, all for ${arch}`);
  const sums = [];
  for (const path of await filesOf(folder)) sums.push(`${await sha256(join(folder, path))}  ${path}\n`);
  await writeFile(join(folder, 'SHA256SUMS'), sums.join(''));
}

/** Every file below a folder, in the order of its bytes. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const strange = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (strange !== undefined) throw new Error(`${join(strange.parentPath, strange.name)} is neither file nor folder`);
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const odd = paths.find((path) => /[\n\\]/.test(path));
  if (odd !== undefined) throw new Error(`${JSON.stringify(odd)} cannot stand in a list of hashes`);
  return paths.sort();
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Megabytes. */
async function sizeOf(folder: string): Promise<number> {
  const sizes = await Promise.all((await filesOf(folder)).map(async (path) => (await stat(join(folder, path))).size));
  return sizes.reduce((sum, size) => sum + size, 0) / 1e6;
}

async function git(...args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run('git', ['-C', ROOT, ...args])).stdout.trim();
  } catch {
    // No clone, such as an archive of the sources: the version is that of the package then.
    return undefined;
  }
}

async function versionHere(): Promise<string> {
  const { version: own } = JSON.parse(await readFile(join(ROOT, 'edge/package.json'), 'utf8')) as { version: string };
  const commit = await git('describe', '--always', '--dirty', '--exclude=*');
  return commit === undefined ? own : `${own}+g${commit}`;
}

/** Seconds since 1970: with it as the time of every file, the same sources give the same archive. */
async function commitTime(): Promise<number> {
  return Number((await git('log', '-1', '--format=%ct')) ?? 0);
}
