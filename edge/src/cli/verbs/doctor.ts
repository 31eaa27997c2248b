import { redactUrls } from '@lineside/kit';
import type { Command } from 'commander';
import type { CheckResult } from '../../diagnostics/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { modelRuntimes } from '../model-runtimes.ts';

interface DoctorOptions {
  readonly quiet?: boolean;
}

/** `lineside doctor` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--quiet', 'only what is not in order')
    .addHelpText(
      'after',
      examples('lineside doctor', 'lineside doctor --config new.yaml --data ./data', 'lineside doctor --json') +
        '\n\nWorks while the service runs or is down, with a broken configuration, and as any user.' +
        '\nEnds with 0 when nothing failed (warnings are allowed), 1 when a check failed, 2 when the configuration' +
        '\ncannot be used.',
    )
    .action(action<DoctorOptions>(registry, doctor));
}

async function doctor(context: Context, options: DoctorOptions): Promise<ExitCode> {
  const { io } = context;
  const { examine } = await import('../../diagnostics/index.ts');
  const results: CheckResult[] = [];
  const startedMs = io.clock.monoMs();
  const checks = examine({
    configPath: context.configPath,
    dataDir: context.dataDir,
    sources: await context.configSources(),
    nodeVersion: process.versions.node,
    searchPath: io.env['PATH'],
    runtimesOf: (loaded) => modelRuntimes(context, loaded),
    clock: io.clock,
    random: io.random,
    signal: io.signal,
    onSlow: (check) => io.err(`still checking: ${nameOf(check.name, check.subject)} ...`),
  });
  for await (const result of checks) {
    results.push(result);
    if (!context.json && !(options.quiet === true && result.verdict === 'ok')) io.out(lineOf(result));
  }
  const counts = countOf(results);
  const ok = counts.failure === 0;
  const tookMs = Math.round(io.clock.monoMs() - startedMs);
  const warnings = `${counts.warning} ${counts.warning === 1 ? 'warning' : 'warnings'}`;
  const failures = `${counts.failure} ${counts.failure === 1 ? 'failure' : 'failures'}`;
  const text = `${counts.ok} ok, ${warnings}, ${failures}, ${counts.skipped} skipped`;
  context.say({ ok, counts, tookMs, checks: results.map(withoutSecrets) }, text);
  if (ok) return EXIT.ok;
  const configFailed = results.some((result) => result.check === 'config' && result.verdict === 'failure');
  return configFailed ? EXIT.badInput : EXIT.problems;
}

function countOf(results: readonly CheckResult[]): Record<CheckResult['verdict'], number> {
  const counts = { ok: 0, warning: 0, failure: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

function withoutSecrets(result: CheckResult): CheckResult {
  return { ...result, message: redactUrls(result.message) };
}

function nameOf(check: string, subject: string | undefined): string {
  return subject === undefined ? check : `${check} ${subject}`;
}

function lineOf(result: CheckResult): string {
  const { verdict, check, subject, message, meaning, advice, code, tookMs } = withoutSecrets(result);
  const head = `${verdict.padEnd(8)} ${nameOf(check, subject).padEnd(18)} ${message.replaceAll('\n', '\n    ')}`;
  if (verdict === 'ok') return `${head} (${tookMs} ms)`;
  const means = meaning === '' ? '' : `\n         means: ${meaning}`;
  return `${head} [${code}, ${tookMs} ms]${means}\n         do: ${advice}`;
}
