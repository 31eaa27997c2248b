import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { modulesLoadedBy } from '../../../tests/support/loaded-modules.ts';
import { eventBody } from '../../../tests/support/journal-twin.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { openTestJournal } from '../../../tests/support/test-journal.ts';
import { EVENT_RECORD } from '../events/index.ts';

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

/** Those of HEAVY among URLs of modules. */
function heavyOf(urls: readonly string[]): readonly string[] {
  const packages = packagesOf(urls);
  return HEAVY.filter((name) => packages.has(name));
}

describe('what the command line loads', () => {
  it.each([['--version'], ['--help'], ['events --help'], ['no-such-command']])(
    'lineside %s loads no heavy package and no verb',
    async (line) => {
      const { urls } = await modulesLoadedBy(MAIN, line.split(' '));
      expect(packagesOf(urls)).toContain('commander');
      expect(heavyOf(urls)).toEqual([]);
      expect(verbsOf(urls).filter((verb) => !verb.startsWith('events-'))).toEqual([]);
    },
  );

  it('lineside doctor --help loads its own verb only, and none of its checks', async () => {
    const { urls, stdout } = await modulesLoadedBy(MAIN, ['doctor', '--help']);
    expect(stdout).toContain('--quiet');
    expect(verbsOf(urls)).toEqual(['doctor']);
    expect(heavyOf(urls)).toEqual([]);
  });

  it('lineside model import --help loads the names of the model families, and neither schemas nor the reader of ONNX files', async () => {
    const { urls, stdout } = await modulesLoadedBy(MAIN, ['model', 'import', '--help']);
    expect(stdout).toContain('yolov8-seg');
    expect(verbsOf(urls)).toEqual(['model-import']);
    expect(heavyOf(urls)).toEqual([]);
  });

  it('what lineside run starts loads no library that many lines never use, or that only the vision process needs', async () => {
    const { urls, code } = await modulesLoadedBy(fileURLToPath(new URL('../app/index.ts', import.meta.url)), []);
    expect(code).toBe(0);
    const packages = packagesOf(urls);
    expect(packages).toContain('fastify');
    expect(['sharp', 'onnxruntime-node', 'mqtt', 'prom-client'].filter((name) => packages.has(name))).toEqual([]);
  });

  it.each([
    { line: 'events list', text: 'no events', verb: 'events-list' },
    { line: 'status', text: 'not running', verb: 'status' },
    { line: 'sync status', text: 'device line-1', verb: 'sync-status' },
  ])('lineside $line loads no heavy package but SQLite, and of the journal only what reads', async (command) => {
    await using dir = await tempDir();
    openTestJournal(dir.path).close();
    const { stdout, urls } = await modulesLoadedBy(MAIN, [...command.line.split(' '), '--data', dir.path]);
    expect(stdout).toContain(command.text);
    expect(verbsOf(urls)).toContain(command.verb);
    expect(heavyOf(urls)).toEqual(['better-sqlite3']);
    for (const entrance of ['edge/src/journal/index.ts', 'edge/src/status/index.ts', 'protocol/src/index.ts']) {
      expect(urls.filter((url) => url.endsWith(entrance))).toEqual([]);
    }
  });

  it('lineside events list loads no heavy package but SQLite where it must read every record', async () => {
    await using dir = await tempDir();
    const journal = openTestJournal(dir.path);
    journal.append([{ stream: 'events', kind: EVENT_RECORD, body: eventBody({ camera: 'packing' }) }]);
    journal.close();
    const { stdout, urls } = await modulesLoadedBy(MAIN, ['events', 'list', '--data', dir.path]);
    expect(stdout).toContain('packing');
    expect(heavyOf(urls)).toEqual(['better-sqlite3']);
  });
});
