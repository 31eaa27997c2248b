import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { modulesLoadedBy } from '../../../tests/support/loaded-modules.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { openTestJournal } from '../../../tests/support/test-journal.ts';

const MAIN = fileURLToPath(new URL('index.ts', import.meta.url));

/** Packages that take long to load. */
const HEAVY = [
  'onnxruntime-node',
  'sharp',
  'better-sqlite3',
  'fastify',
  'mqtt',
  'zod',
  'protobufjs',
  'yaml',
  'pino',
  'prom-client',
];

/** Names of npm packages among URLs of modules. */
function packagesOf(urls: readonly string[]): ReadonlySet<string> {
  return new Set(
    urls.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url)?.[1] ?? []),
  );
}

/** Names of files below `verbs/`. */
function verbsOf(urls: readonly string[]): readonly string[] {
  return urls.flatMap((url) => /\/cli\/verbs\/([^/]+)\.[jt]s$/.exec(url)?.[1] ?? []);
}

describe('what the command line loads', () => {
  it.each([['--version'], ['--help'], ['events --help'], ['no-such-command']])(
    'lineside %s loads no heavy package and no verb',
    async (line) => {
      const { urls } = await modulesLoadedBy(MAIN, line.split(' '));
      const packages = packagesOf(urls);
      expect(packages).toContain('commander');
      expect(HEAVY.filter((name) => packages.has(name))).toEqual([]);
      expect(verbsOf(urls).filter((verb) => !verb.startsWith('events-'))).toEqual([]);
    },
  );

  it('lineside doctor --help loads its own verb only, and none of its checks', async () => {
    const { urls, stdout } = await modulesLoadedBy(MAIN, ['doctor', '--help']);
    expect(stdout).toContain('--quiet');
    expect(verbsOf(urls)).toEqual(['doctor']);
    const packages = packagesOf(urls);
    expect(HEAVY.filter((name) => packages.has(name))).toEqual([]);
  });

  it('lineside events list loads the journal, and neither cameras, models, the page nor the uplink', async () => {
    await using dir = await tempDir();
    openTestJournal(dir.path).close();
    const { stdout, urls } = await modulesLoadedBy(MAIN, ['events', 'list', '--data', dir.path]);
    expect(stdout).toBe('no events\n');
    expect(verbsOf(urls)).toEqual(['events-list']);
    const packages = packagesOf(urls);
    expect(packages).toContain('better-sqlite3');
    for (const name of ['onnxruntime-node', 'sharp', 'fastify', 'mqtt', 'yaml', 'protobufjs', 'pino']) {
      expect(packages, name).not.toContain(name);
    }
  });
});
