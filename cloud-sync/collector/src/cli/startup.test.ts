import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { modulesLoadedBy } from '../../../../tests/support/loaded-modules.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { SqliteStore } from '../store/index.ts';
import { readVersion } from './version.ts';

const MAIN = fileURLToPath(new URL('index.ts', import.meta.url));

/** Packages that take long to load. */
const HEAVY = [
  'better-sqlite3',
  'pg',
  'fastify',
  'mqtt',
  'zod',
  'yaml',
  'pino',
  'prom-client',
  '@tus/server',
  '@peculiar/x509',
  '@aws-sdk/client-s3',
];

/** The heavy packages among URLs of modules. */
function heavyOf(urls: readonly string[]): readonly string[] {
  const names = urls.flatMap(
    (url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(url)?.[1] ?? [],
  );
  return HEAVY.filter((name) => names.includes(name));
}

/** Names of files below `verbs/`. */
function verbsOf(urls: readonly string[]): readonly string[] {
  return urls.flatMap((url) => /\/cli\/verbs\/([^/]+)\.[jt]s$/.exec(url)?.[1] ?? []);
}

describe('what the command line of the collector loads', () => {
  it('lineside-collector --version prints the version of the package and loads no verb', async () => {
    const { urls, stdout } = await modulesLoadedBy(MAIN, ['--version']);
    expect(stdout).toBe(`${readVersion()}\n`);
    expect(heavyOf(urls)).toEqual([]);
    expect(verbsOf(urls)).toEqual([]);
  });

  it.each([
    ['--help', []],
    ['run --help', ['run']],
    ['device add --help', ['device-add']],
    ['gaps --help', ['gaps']],
    ['events list --help', ['events-list']],
    ['verify --help', ['verify']],
    ['rollout start --help', ['rollout-start']],
    ['rollout stop --help', ['rollout-stop']],
  ])('lineside-collector %s loads the file of that verb at most, and no heavy package', async (line, verbs) => {
    const { urls, stdout } = await modulesLoadedBy(MAIN, line.split(' '));
    expect(stdout).toContain('Usage: lineside-collector');
    expect(verbsOf(urls)).toEqual(verbs);
    expect(heavyOf(urls)).toEqual([]);
  });

  it('lineside-collector status loads the store, and neither page, broker client nor metrics', async () => {
    await using dir = await tempDir('collector-startup-');
    await SqliteStore.open(dir.path).close();
    const { urls, stdout } = await modulesLoadedBy(MAIN, ['status', '--json', '--data', dir.path]);
    expect(JSON.parse(stdout)).toMatchObject({ running: false, streams: [] });
    const heavy = heavyOf(urls);
    expect(heavy).toContain('better-sqlite3');
    for (const name of ['fastify', 'mqtt', 'prom-client', '@tus/server', '@peculiar/x509']) {
      expect(heavy, name).not.toContain(name);
    }
  });
});
