/**
 * Runs the checks and every test, and prints the summary line at the end.
 * Each check counts as one test, so that a failed check cannot hide behind passing tests.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const CHECKS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['types of tests, scripts and benches', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json']],
  ['types of the browser tests', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.browser.json']],
  ['format', ['node_modules/@biomejs/biome/bin/biome', 'format', '.']],
  ['lint', ['node_modules/eslint/bin/eslint.js', '.']],
  [
    'spelling and terms',
    ['node_modules/cspell/bin.mjs', '--no-progress', '--quiet', '--config', 'cspell.config.yaml', '.'],
  ],
  ['module boundaries', ['scripts/check-modules.ts']],
  ['generated documents', ['--conditions=source', 'scripts/generate-docs.ts', '--check']],
];

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

function runChecks(count: Count): void {
  for (const [name, args] of CHECKS) {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
    console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    if (status === 0) count.passed += 1;
    else count.failed += 1;
  }
}

interface FileResult {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

/** Runs test files; undefined after printing why there is no report. */
function vitest(paths: readonly string[]): { readonly files: readonly FileResult[]; readonly ok: boolean } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'lineside-tests-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...paths];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: FileResult[] };
    return { files: testResults, ok: status === 0 };
  } catch (error) {
    console.error(`the test run left no report: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that failed although none of its tests did: it does not load, or its process crashed. */
const isCut = ({ status, assertionResults }: FileResult): boolean =>
  status === 'failed' && !assertionResults.some((test) => test.status === 'failed');

/**
 * Counts each test. A file whose process crashed is run once more, because Node 24 itself crashes now and then when
 * threads that have used WebAssembly end (nodejs/node issue 64500); a second crash counts as a failure.
 */
function runVitest(paths: readonly string[], count: Count): void {
  const first = vitest(paths);
  const crashed = first?.files.filter(isCut) ?? [];
  if (crashed.length > 0) {
    console.log(
      `running again, because the process of these files ended: ${crashed.map(({ name }) => name).join(', ')}`,
    );
  }
  const again = crashed.length === 0 ? undefined : vitest(crashed.map(({ name }) => name));
  const files = [...(first?.files.filter((file) => !isCut(file)) ?? []), ...(again?.files ?? [])];
  for (const file of files) {
    for (const { status } of file.assertionResults) {
      if (status === 'passed') count.passed += 1;
      else if (status === 'failed') count.failed += 1;
      else count.skipped += 1;
    }
    if (isCut(file)) count.failed += 1;
  }
  const ok = crashed.length === 0 ? first?.ok : again?.ok;
  if (ok !== true && count.failed === 0) count.failed += 1;
}

const paths = process.argv.slice(2);
const count: Count = { passed: 0, failed: 0, skipped: 0 };
if (paths.length === 0) runChecks(count);
runVitest(paths, count);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;
