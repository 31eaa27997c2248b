/**
 * Runs the checks and every test, and prints the summary line at the end.
 * Each check counts as one test, so that a failed check cannot hide behind passing tests.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Of this run: reports, and what Node compiled, which each of the processes that the tests start would compile again. */
const RUN = mkdtempSync(join(tmpdir(), 'lineside-tests-'));
const ENVIRONMENT = { ...process.env, NODE_COMPILE_CACHE: join(RUN, 'compiled') };
/** The longest first, because two run at once. */
const CHECKS: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['lint', ['node_modules/oxlint/bin/oxlint']],
  [
    'spelling and terms',
    ['node_modules/cspell/bin.mjs', '--no-progress', '--quiet', '--config', 'cspell.config.yaml', '.'],
  ],
  ['types of tests, scripts and benches', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.test.json']],
  ['types of the browser tests', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.browser.json']],
  ['format', ['node_modules/@biomejs/biome/bin/biome', 'format', '.']],
  ['module boundaries', ['scripts/check-modules.ts']],
  ['generated documents', ['--conditions=source', 'scripts/generate-docs.ts', '--check']],
];

/** How much of a failure is printed once more at the end. */
const FAILURE_CHARACTERS = 3000;

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** Two at a time; what a check printed comes in one piece before its verdict. */
async function runChecks(count: Count): Promise<void> {
  const waiting = [...CHECKS];
  const lane = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const [name, args] = check;
      const started = performance.now();
      const { passed, output } = await outcome(args);
      process.stdout.write(output);
      console.log(`${passed ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
      if (passed) count.passed += 1;
      else count.failed += 1;
    }
  };
  await Promise.all([lane(), lane()]);
}

function outcome(args: readonly string[]): Promise<{ readonly passed: boolean; readonly output: string }> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const { promise, resolve, reject } = Promise.withResolvers<{ passed: boolean; output: string }>();
  child.once('error', reject);
  child.once('close', (code) => resolve({ passed: code === 0, output: Buffer.concat(chunks).toString() }));
  return promise;
}

interface FileResult {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly AssertionResult[];
}

interface AssertionResult {
  readonly status: string;
  readonly fullName: string;
  readonly failureMessages?: readonly string[];
}

interface Run {
  readonly files: readonly FileResult[] | undefined;
  readonly ok: boolean;
}

/** Runs test files, `options` being those of vitest; `files` is undefined after printing why there is no report. */
async function vitest(options: readonly string[]): Promise<Run> {
  const report = join(mkdtempSync(join(RUN, 'report-')), 'report.json');
  const reporters = ['default', 'json', './scripts/print-failures.ts'].map((name) => `--reporter=${name}`);
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, `--outputFile.json=${report}`, ...options];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env: ENVIRONMENT });
  const [code] = (await once(child, 'close')) as [number | null];
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: FileResult[] };
    return { files: testResults, ok: code === 0 };
  } catch (error) {
    console.error(`the test run left no report: ${error instanceof Error ? error.message : String(error)}`);
    return { files: undefined, ok: false };
  }
}

const hasFailed = ({ status }: FileResult): boolean => status === 'failed';

/** A file that failed although none of its tests did: it does not load, or its process crashed. */
const isCut = ({ status, assertionResults }: FileResult): boolean =>
  status === 'failed' && !assertionResults.some((test) => test.status === 'failed');

/** With more failed files than these something is broken, and running them again would only take time. */
const MOST_AGAIN = 8;

/**
 * Counts each test. Files that failed are run once more, one after the other, when nothing else runs: a test that passes then is
 * named and counts as passed, one that fails again counts as failed. Files whose process crashed are always run again, because
 * Node 24 itself crashes now and then when threads that have used WebAssembly end (nodejs/node issue 64500).
 */
async function runVitest(runs: readonly Promise<Run>[], count: Count): Promise<void> {
  const first = await Promise.all(runs);
  const failed = first.flatMap(({ files = [] }) => files.filter(hasFailed));
  const repeated = failed.length > MOST_AGAIN ? failed.filter(isCut) : failed;
  const names = repeated.map(({ name }) => name);
  if (names.length > 0) console.log(`running again, because these files failed: ${names.join(', ')}`);
  const again = names.length === 0 ? [] : [await vitest(['--no-file-parallelism', ...names])];
  const files = [
    ...first.flatMap((run) => run.files?.filter((file) => !repeated.includes(file)) ?? []),
    ...(again[0]?.files ?? []),
  ];
  namePassedAgain(repeated, again[0]?.files ?? []);
  for (const file of files) {
    for (const { status, fullName, failureMessages = [] } of file.assertionResults) {
      if (status === 'passed') count.passed += 1;
      else if (status === 'failed') {
        count.failed += 1;
        console.log(`FAIL ${relative(ROOT, file.name)}: ${fullName}`);
        // Again at the end, because what vitest printed is thousands of lines above.
        for (const message of failureMessages)
          console.log(message.slice(0, FAILURE_CHARACTERS).replaceAll(/^/gm, '  '));
      } else count.skipped += 1;
    }
    if (!isCut(file)) continue;
    count.failed += 1;
    console.log(`FAIL ${relative(ROOT, file.name)}: it does not load, or its process ended`);
  }
  // Whatever else vitest found wrong, such as an error outside of any test.
  const bad = first.some(({ files: reported, ok }) => reported === undefined || (!ok && !reported.some(hasFailed)));
  if ((bad || again.some(({ ok }) => !ok)) && count.failed === 0) count.failed += 1;
}

/** Names the tests that failed beside others and passed alone: they depend on what runs beside them, which is to be mended. */
function namePassedAgain(before: readonly FileResult[], after: readonly FileResult[]): void {
  for (const { name, assertionResults } of before) {
    const now = after.find((file) => file.name === name)?.assertionResults ?? [];
    for (const { fullName, status } of assertionResults) {
      const passes = now.some((test) => test.fullName === fullName && test.status === 'passed');
      if (status === 'failed' && passes)
        console.log(`AGAIN ${relative(ROOT, name)}: ${fullName} failed beside other tests and passed alone`);
    }
  }
}

const paths = process.argv.slice(2);
const count: Count = { passed: 0, failed: 0, skipped: 0 };
try {
  if (paths.length > 0) await runVitest([vitest(paths)], count);
  else {
    await runChecks(count);
    // Complete lines wait for most of their time, and modules compute in it.
    await runVitest([vitest(['--project=lines']), vitest(['--project=modules', '--project=shared'])], count);
  }
} finally {
  rmSync(RUN, { recursive: true, force: true });
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed === 0 ? 0 : 1;
