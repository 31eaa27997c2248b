import type { Command } from 'commander';
import type { LoadedConfig, Problem } from '../../config/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface CheckOptions {
  readonly strict?: boolean;
}

/** `lineside config check` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--strict', 'warnings count as problems')
    .addHelpText(
      'after',
      examples('lineside config check', 'lineside config check --config new.yaml --json') +
        '\n\nWhere lineside plan has measured these cameras and models on this device, a configuration that does not fit is' +
        '\nwarned of, or refused with inference.whenShort: refuse.',
    )
    .action(action<CheckOptions>(registry, check));
}

async function check(context: Context, options: CheckOptions): Promise<ExitCode> {
  const { ConfigError, loadConfig } = await import('../../config/index.ts');
  try {
    const loaded = await loadConfig(context.configPath, await context.configSources());
    const labels = await labelProblems(loaded, context.dataDir);
    if (labels.length > 0) throw new ConfigError(labels);
    const unfit = await unfitProblems(loaded, context.dataDir);
    if (unfit.length > 0 && loaded.config.inference.whenShort === 'refuse') throw new ConfigError(unfit);
    const warnings = [...loaded.warnings, ...unfit];
    const ok = options.strict !== true || warnings.length === 0;
    await print(context, { ok, file: loaded.path, problems: [], warnings });
    return ok ? EXIT.ok : EXIT.problems;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await print(context, { ok: false, file: context.configPath, problems: error.problems, warnings: [] });
    return EXIT.badInput;
  }
}

/** By what `lineside plan` measured last on this device. */
async function unfitProblems(loaded: LoadedConfig, dataDir: string): Promise<readonly Problem[]> {
  const [{ unfitFinding }, { problemsOf }] = await Promise.all([
    import('../../app/kept-plan.ts'),
    import('../../config/index.ts'),
  ]);
  const finding = await unfitFinding(dataDir, loaded);
  return finding === undefined ? [] : problemsOf(loaded, [finding]);
}

/** What is wrong between the rules and the models, as far as the models are on this machine. */
async function labelProblems(loaded: LoadedConfig, dataDir: string): Promise<readonly Problem[]> {
  const [{ ruleLabelProblems }, { importedDir }] = await Promise.all([
    import('../../diagnostics/index.ts'),
    import('@lineside/models'),
  ]);
  return ruleLabelProblems(loaded, { baseDir: loaded.baseDir, importedDir: importedDir(dataDir) });
}

interface Report {
  readonly ok: boolean;
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

async function print({ io, json }: Context, report: Report): Promise<void> {
  const { problemLine } = await import('../../config/index.ts');
  const { ok, file, problems, warnings } = report;
  if (json) io.out(JSON.stringify(report));
  for (const problem of problems) io.err(`Error: ${problemLine(problem)}\nTry: ${problem.advice}`);
  for (const warning of warnings) io.err(`Warning: ${problemLine(warning)}\nTry: ${warning.advice}`);
  if (json) return;
  const counted = (count: number, word: string): string => `${count} ${count === 1 ? word : `${word}s`}`;
  const found = counted(warnings.length, 'warning');
  io.out(ok ? `${file}: good (${found})` : `${file}: ${counted(problems.length, 'problem')}, ${found}`);
}
