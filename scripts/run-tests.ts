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

function runVitest(paths: readonly string[], count: Count): void {
  const folder = mkdtempSync(join(tmpdir(), 'lineside-tests-'));
  const report = join(folder, 'report.json');
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...paths,
  ];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
  try {
    const parsed = JSON.parse(readFileSync(report, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      numPendingTests: number;
      numTodoTests: number;
      testResults: { status: string; assertionResults: { status: string }[] }[];
    };
    count.passed += parsed.numPassedTests;
    count.skipped += parsed.numPendingTests + parsed.numTodoTests;
    // A file that does not load has no failed test of its own.
    const unloaded = parsed.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    );
    count.failed += parsed.numFailedTests + unloaded.length;
    if (status !== 0 && count.failed === 0) count.failed += 1;
  } catch (error) {
    console.error(`the test run left no report: ${error instanceof Error ? error.message : String(error)}`);
    count.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const paths = process.argv.slice(2);
const count: Count = { passed: 0, failed: 0, skipped: 0 };
if (paths.length === 0) runChecks(count);
runVitest(paths, count);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;
