import { importedDir } from '@lineside/models';
import type { Command } from 'commander';
import { engineKeeper, expectedOf, findModels } from '../app/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import { type CheckResult, examine, type ModelRuntime } from '../diagnostics/index.ts';
import { readMachine } from '../engines/index.ts';
import { createLogger, redactUrls } from '@lineside/kit';
import { action, type Context, examples, type Registry } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';

/** `lineside doctor` */
export function doctorVerb(program: Command, registry: Registry): void {
  program
    .command('doctor')
    .description('what is wrong here? Checks machine, configuration, cameras, models, broker and collector')
    .option('--quiet', 'only what is not in order')
    .addHelpText(
      'after',
      examples('lineside doctor', 'lineside doctor --config new.yaml --data ./data', 'lineside doctor --json') +
        '\n\nWorks while the service runs or is down, with a broken configuration, and as any user.' +
        '\nEnds with 0 when nothing failed (warnings are allowed), 1 when a check failed, 2 when the configuration' +
        '\ncannot be used.',
    )
    .action(action<{ quiet?: boolean }>(registry, doctor));
}

async function doctor(context: Context, options: { quiet?: boolean }): Promise<ExitCode> {
  const results: CheckResult[] = [];
  const started = context.io.clock.monoMs();
  const checks = examine({
    configPath: context.configPath,
    dataDir: context.dataDir,
    sources: await context.configSources(),
    nodeVersion: process.versions.node,
    searchPath: context.io.env['PATH'],
    runtimesOf: (loaded) => runtimesOf(context, loaded),
    clock: context.io.clock,
    random: context.io.random,
    signal: context.io.signal,
    onSlow: (check) => context.io.err(`still looking: ${nameOf(check)} ...`),
  });
  for await (const result of checks) {
    results.push(result);
    if (!context.json && !(options.quiet === true && result.verdict === 'ok')) context.io.out(lineOf(result));
  }
  const counts = countOf(results);
  const ok = counts.failure === 0;
  const tookMs = Math.round(context.io.clock.monoMs() - started);
  const text = `${counts.ok} ok, ${counts.warning} warnings, ${counts.failure} failures, ${counts.skipped} skipped`;
  context.say({ ok, counts, tookMs, checks: results.map(clean) }, text);
  if (ok) return EXIT.ok;
  return results.some((result) => result.check === 'config' && result.verdict === 'failure')
    ? EXIT.badInput
    : EXIT.problems;
}

/** How the service runs each model: where it is meant to, and with which engine; nothing is built for a check. */
async function runtimesOf(
  { io, dataDir }: Context,
  { config, baseDir }: LoadedConfig,
): Promise<(id: string) => ModelRuntime> {
  const machine = await readMachine({ path: io.env['PATH'], signal: io.signal });
  const needsModels = machine.trtexec !== undefined && machine.tensorrt !== undefined;
  const models = needsModels ? await findModels(config, { baseDir, importedDir: importedDir(dataDir) }) : [];
  const tools = { clock: io.clock, logger: createLogger('silent') };
  const keeper = await engineKeeper({ config, dataDir, models, machine, ...tools });
  return (id) => {
    const [expect, engine] = [expectedOf(config, id), keeper?.wrapperOf(id)];
    return { ...(expect && { expect }), ...(engine !== undefined && { engine }) };
  };
}

function countOf(results: readonly CheckResult[]): Record<CheckResult['verdict'], number> {
  const counts = { ok: 0, warning: 0, failure: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

function clean(result: CheckResult): CheckResult {
  return { ...result, message: redactUrls(result.message) };
}

function nameOf(check: { readonly name: string; readonly subject?: string }): string {
  return check.subject === undefined ? check.name : `${check.name} ${check.subject}`;
}

function lineOf(result: CheckResult): string {
  const { verdict, check, subject, message, meaning, advice, code, tookMs } = clean(result);
  const name = subject === undefined ? check : `${check} ${subject}`;
  const head = `${verdict.padEnd(8)} ${name.padEnd(18)} ${message.replaceAll('\n', '\n    ')}`;
  if (verdict === 'ok') return `${head} (${tookMs} ms)`;
  const means = meaning === '' ? '' : `\n         means: ${meaning}`;
  return `${head} [${code}, ${tookMs} ms]${means}\n         do: ${advice}`;
}
