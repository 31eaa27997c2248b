import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Dockerfile, lintDockerfile, parseDockerfile } from '../support/dockerfile.ts';
import { runProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROOT = join(import.meta.dirname, '../..');
const SYSTEMD = join(ROOT, 'systemd');
const UNITS = (await readdir(SYSTEMD)).filter((name) => name.endsWith('.service'));
const read = (...path: readonly string[]): Promise<string> => readFile(join(ROOT, ...path), 'utf8');
const has = async (command: string): Promise<boolean> => {
  return runProcess('sh', ['-c', `command -v ${command}`]).then(({ code }) => code === 0);
};
const [hasAnalyze, hasSysusers] = await Promise.all(['systemd-analyze', 'systemd-sysusers'].map(has));
const isRoot = process.getuid?.() === 0;

/** What `.dockerignore` lets through: all is shut, then single paths are opened. */
async function reachesBuild(): Promise<(path: string) => boolean> {
  const lines = (await read('.dockerignore')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines[0]).toBe('*');
  const open = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  for (const path of open) expect(existsSync(join(ROOT, path)), path).toBe(true);
  return (path) => {
    const plain = path.replace(/\/$/, '');
    if (plain === '.') return true;
    return existsSync(join(ROOT, plain)) && open.some((one) => plain === one || plain.startsWith(`${one}/`));
  };
}

describe('the preparation of demo and tests', () => {
  it('reports the progress of npm ci, and its failure', async () => {
    await using dir = await tempDir();
    const lock = JSON.stringify({ packages: { '': {}, 'node_modules/a': {}, 'node_modules/b': {} } }, undefined, 2);
    await writeFile(dir.join('package-lock.json'), `${lock}\n`);
    const npm = 'mkdir -p node_modules/a; echo {} > node_modules/a/package.json; sleep 3; exit "$NPM_STATUS"';
    await writeFile(dir.join('npm'), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    const script = `. ${join(ROOT, 'scripts/prepare.sh')}; need_npm_packages`;
    for (const [status, code] of [
      ['0', 0],
      ['1', 3],
    ] as const) {
      const env = { ROOT: dir.path, YES: '1', PROGRESS_EVERY: '1', NPM_STATUS: status };
      const path = `${dir.path}:${process.env['PATH'] ?? ''}`;
      const run = await runProcess('sh', ['-euc', script], { env: { ...env, PATH: path } });
      expect(run.stderr).toMatch(/1 of about 2 packages are there after \d+ s/);
      expect(run.code).toBe(code);
      await rm(dir.join('node_modules'), { recursive: true });
    }
  });
});

describe('the installation guide', async () => {
  const guide = await read('docs', 'install.md');
  const lines = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.trim());

  it('is what the installer does: users and folders in the places that their files name, the program where the units start it', async () => {
    const installer = await read('scripts', 'install');
    for (const unit of UNITS.map((name) => name.replace('.service', ''))) {
      for (const kind of ['sysusers', 'tmpfiles']) {
        expect(installer).toContain(`place "$from/$unit.${kind}" "/usr/lib/${kind}.d/$unit.conf"`);
        expect(await read('systemd', `${unit}.${kind}`)).toContain(`To /usr/lib/${kind}.d/${unit}.conf `);
      }
      expect(await read('systemd', `${unit}.service`)).toContain('ExecStart=/opt/lineside/current/');
    }
    expect(lines).toContain('/opt/lineside/current/install --back');
    expect(lines.find((line) => line.startsWith('scripts/'))?.split(' ')[0]).toBe('scripts/bundle');
  });

  it('names commands and options that the program has', async () => {
    const reference = await read('docs', 'cli.md');
    const commands = lines.filter((line) => line.startsWith('lineside '));
    expect(commands.length).toBeGreaterThan(2);
    for (const command of commands) {
      const [, verb, options] = /^(lineside(?: [a-z]+)+)(.*)$/.exec(command) ?? [];
      const section = reference
        .split(/^## /m)
        .find((text) => text.startsWith(`\`${verb}`) || text.startsWith(`${verb}`));
      expect(section, command).toBeDefined();
      for (const [option] of options!.matchAll(/--[a-z-]+/g)) expect(section, command).toContain(option);
    }
  });
});

describe('systemd units', () => {
  it('are the appliance and the collector', () => {
    expect(UNITS.sort()).toEqual(['lineside-collector.service', 'lineside.service']);
  });

  it.skipIf(hasAnalyze !== true)('pass systemd-analyze verify without a word', async () => {
    await using dir = await tempDir();
    for (const name of UNITS) {
      // The product is not installed here; any program that exists stands for it.
      const text = (await read('systemd', name)).replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`);
      await writeFile(dir.join(name), text);
    }
    const verified = await runProcess('systemd-analyze', ['verify', ...UNITS.map((name) => dir.join(name))]);
    expect({ code: verified.code, output: verified.stderr + verified.stdout }).toEqual({ code: 0, output: '' });
  });

  it.skipIf(hasAnalyze !== true).each(UNITS)('have an exposure of at most 2.0: %s', async (name) => {
    const given = ['security', '--offline=true', '--no-pager', '--threshold=20', join(SYSTEMD, name)];
    const { code, stdout } = await runProcess('systemd-analyze', given);
    expect({ code, level: /exposure level .*: (\S+)/.exec(stdout)?.[1] }).toEqual({
      code: 0,
      level: expect.any(String),
    });
  });

  it.each(UNITS)('start files that exist, with options that the program has: %s', async (name) => {
    const text = await read('systemd', name);
    const [, node, script, rest] = /^ExecStart=(\S+) (\S+) (.*)$/m.exec(text) ?? [];
    expect(node).toBe('/opt/lineside/current/node_modules/.bin/node');
    expect(existsSync(join(ROOT, script!.replace('/opt/lineside/current/', '')))).toBe(true);
    const state = `/var/lib/${name.replace('.service', '')}`;
    expect(rest).toMatch(new RegExp(`^run --config /etc/lineside/\\w+\\.yaml --data ${state}$`));
    expect(text).toContain(`WorkingDirectory=${state}\n`);
    expect(text).toMatch(/^User=(?!root)/m);
  });

  it.each(UNITS)('notify systemd when they are ready and are watched by it: %s', async (name) => {
    const text = await read('systemd', name);
    expect(text).toMatch(/^Type=notify$/m);
    expect(text).toMatch(/^NotifyAccess=all$/m);
    expect(text).toMatch(/^WatchdogSec=\d+$/m);
    expect(text).toMatch(/^Restart=always$/m);
  });

  it.skipIf(hasSysusers !== true || !isRoot)(
    'get their users and folders from sysusers and tmpfiles (needs root)',
    async () => {
      await using root = await tempDir();
      await runProcess('mkdir', ['-p', root.join('etc'), root.join('var/lib')]);
      for (const unit of ['lineside', 'lineside-collector']) {
        const made = await runProcess('systemd-sysusers', [`--root=${root.path}`, join(SYSTEMD, `${unit}.sysusers`)]);
        expect(made.code, made.stderr).toBe(0);
        const folders = await runProcess('systemd-tmpfiles', [
          ...['--create', `--root=${root.path}`, join(SYSTEMD, `${unit}.tmpfiles`)],
        ]);
        expect(folders.code, folders.stderr).toBe(0);
        expect(existsSync(root.join('var/lib', unit))).toBe(true);
      }
      const groups = await readFile(root.join('etc/group'), 'utf8');
      expect(groups).toMatch(/^video:.*lineside/m);
      expect(groups).toMatch(/^render:.*lineside/m);
    },
  );
});

describe('Dockerfiles', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['Dockerfile.jetson', {}],
    ['Dockerfile.jetson', { JETPACK: '7', UBUNTU: '24.04', ONNXRUNTIME: '1.30.0' }],
    ['Dockerfile.jetson', { ACCELERATOR: 'cpu' }],
    ['cloud-sync/collector/Dockerfile', {}],
  ];

  const PATHS = [...new Set(cases.map(([path]) => path))];

  it.each(cases)('are pinned, drop root, have a health check and copy what is there: %s %j', async (path, given) => {
    const dockerfile = parseDockerfile(await read(path), given);
    expect(lintDockerfile(dockerfile, await reachesBuild())).toEqual([]);
  });

  it('carry the Node that the project is tested with', async () => {
    const wanted = (await read('.nvmrc')).trim();
    for (const path of PATHS) {
      expect(parseDockerfile(await read(path)).globals.get('NODE'), path).toBe(wanted);
    }
  });

  it.each(PATHS)('have shell steps that sh can parse: %s', async (path) => {
    for (const { keyword, rest, line } of parseDockerfile(await read(path)).stages.flatMap((s) => s.instructions)) {
      if (keyword !== 'RUN') continue;
      const checked = await runProcess('sh', ['-n'], { input: `${rest}\n` });
      expect(checked.stderr, `${path} line ${line}`).toBe('');
    }
  });

  it('run what the systemd unit runs', async () => {
    for (const [path, unit] of [
      ['Dockerfile.jetson', 'lineside.service'],
      ['cloud-sync/collector/Dockerfile', 'lineside-collector.service'],
    ] as const) {
      const last = parseDockerfile(await read(path)).stages.at(-1)!.instructions;
      const words = (keyword: string): string[] =>
        JSON.parse(last.find((one) => one.keyword === keyword)!.rest) as string[];
      const command = [...words('ENTRYPOINT'), ...words('CMD')].join(' ');
      const start = /^ExecStart=(.*)$/m.exec(await read('systemd', unit))![1]!;
      expect(command).toBe(start.replaceAll('/opt/lineside/current/', ''));
    }
  });
});

describe('the check on Dockerfiles', () => {
  const lint = (text: string): string[] => lintDockerfile(parseDockerfile(text), (path) => path === 'there');
  const good = 'FROM debian:12-slim\nCOPY there .\nUSER app\nHEALTHCHECK CMD ["a"]\nENTRYPOINT ["a"]\n';

  it('detects each offence', () => {
    expect(lint(good)).toEqual([]);
    expect(lint(good.replace(':12-slim', ''))).toEqual(['debian: no tag']);
    expect(lint(good.replace('12-slim', 'latest'))).toEqual(['debian:latest: latest is no pin']);
    expect(lint(good.replace('USER app', 'USER 0:0'))).toEqual(['it runs as 0:0']);
    expect(lint(good.replace('USER app\n', ''))).toEqual(['it runs as root']);
    expect(lint(good.replace('COPY there', 'COPY gone'))).toEqual(['line 2: gone does not reach the build']);
    expect(lint(good.replace('COPY there', 'COPY --from=nobody there'))).toEqual(['line 2: no stage nobody']);
    expect(lint(good.replace('HEALTHCHECK CMD ["a"]\n', ''))).toEqual(['no HEALTHCHECK']);
    expect(lint(good.replace('ENTRYPOINT ["a"]', 'ENTRYPOINT a'))).toEqual([
      'line 5: ENTRYPOINT goes through a shell, which swallows signals',
    ]);
  });

  it('refuses what it does not understand', () => {
    const parse = (text: string): Dockerfile => parseDockerfile(text);
    expect(() => parse('FORM debian:12\n')).toThrow(/line 1: no instruction FORM/);
    expect(() => parse('FROM debian:${VERSION}\n')).toThrow(/\$\{VERSION\} has no value/);
    expect(() => parse('FROM debian:12\nRUN a && \\')).toThrow(/line 2/);
  });
});
