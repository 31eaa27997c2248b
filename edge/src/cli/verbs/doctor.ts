import type { Command } from 'commander';
import type { CheckResult, FixReport } from '../../diagnostics/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { modelRuntimes } from '../model-runtimes.ts';
import { countOf, findingText, fixText, summaryText, withoutSecrets } from '../text/doctor-text.ts';
import { readVersion } from '../version.ts';

interface DoctorOptions {
  readonly quiet?: boolean;
  readonly fix?: boolean;
}

/** `lineside doctor` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--quiet', 'only what is not in order')
    .option('--fix', 'then change what is safe to change: rights of secret files, the time client')
    .addHelpText(
      'after',
      examples('lineside doctor', 'lineside doctor --config new.yaml --data ./data', 'lineside doctor --json') +
        '\n\nWorks while the service runs or is down, with a broken configuration, and as any user: what this user may not' +
        '\nsee is reported. Every code is in docs/doctor.md. Ends with 0 when nothing failed (warnings are allowed), 1 when a' +
        '\ncheck failed, 2 when the configuration cannot be used.',
    )
    .action(action<DoctorOptions>(registry, doctor));
}

async function doctor(context: Context, options: DoctorOptions): Promise<ExitCode> {
  const { io } = context;
  const startedMs = io.clock.monoMs();
  const results: CheckResult[] = [];
  const coloured = io.terminal !== undefined && (io.env['NO_COLOR'] ?? '') === '';
  for await (const result of await examination(context)) {
    results.push(result);
    if (context.json || (options.quiet === true && result.verdict === 'ok')) continue;
    const text = findingText(result, coloured);
    if (coloured) io.terminal.draw(`${text}\n`);
    else io.out(text);
  }
  const fixes = options.fix === true ? await applyFixes(context, results) : [];
  const counts = countOf(results);
  const ok = counts.failure === 0;
  const tookMs = Math.round(io.clock.monoMs() - startedMs);
  const checks = results.map((result) => withoutSecrets(result));
  context.say({ ok, counts, tookMs, checks, ...(options.fix === true && { fixes }) }, summaryText(counts, tookMs));
  if (ok) return EXIT.ok;
  const configFailed = results.some((result) => result.check === 'config' && result.verdict === 'failure');
  return configFailed ? EXIT.badInput : EXIT.problems;
}

/** Every check on this machine, as the options of the command name its files. */
export async function examination(context: Context): Promise<AsyncGenerator<CheckResult, void, void>> {
  const { io } = context;
  const { examine } = await import('../../diagnostics/index.ts');
  const { NATIVE_LIBRARIES: libraries } = await import('../native-libraries.ts');
  return examine({
    configPath: context.configPath,
    dataDir: context.dataDir,
    sources: await context.configSources(),
    nodeVersion: process.versions.node,
    software: { version: readVersion(), libraries },
    searchPath: io.env['PATH'],
    runtimesOf: (loaded) => modelRuntimes(context, loaded),
    clock: io.clock,
    random: io.random,
    signal: io.signal,
    onSlow: ({ name, subject = '' }) => io.err(`still checking: ${`${name} ${subject}`.trim()} ...`),
  });
}

async function applyFixes({ io, json }: Context, results: readonly CheckResult[]): Promise<readonly FixReport[]> {
  const { applyFix } = await import('../../diagnostics/index.ts');
  const reports: FixReport[] = [];
  for (const { fix } of results) {
    if (fix === undefined) continue;
    const report = await applyFix(fix, io.signal);
    reports.push(report);
    if (!json) io.out(fixText(report));
  }
  if (reports.length === 0 && !json) io.out('nothing here is safe to change by itself');
  return reports;
}
