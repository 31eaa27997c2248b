import type { Command } from 'commander';
import {
  ConfigError,
  configJsonSchema,
  loadConfig,
  type Problem,
  problemLine,
  showConfig,
  toFileForm,
} from '../config/index.ts';
import { action, type Context, examples, type Registry } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';

/** `lineside config check|show|schema` */
export function configVerbs(program: Command, registry: Registry): void {
  const config = program.command('config').description('check and show the configuration');
  config
    .command('check')
    .description('tell everything that is wrong with the configuration file; changes nothing')
    .option('--strict', 'warnings count as problems')
    .addHelpText('after', examples('lineside config check', 'lineside config check --config new.yaml --json'))
    .action(action<{ strict?: boolean }>(registry, checkConfigFile));
  config
    .command('show')
    .description('print the configuration with all defaults; secrets as their references or ***')
    .addHelpText('after', examples('lineside config show', 'lineside config show --json'))
    .action(action(registry, showConfigFile));
  config
    .command('schema')
    .description('print the JSON Schema of the file, for editors')
    .addHelpText('after', examples('lineside config schema > lineside.schema.json'))
    .action(action(registry, showSchema));
}

async function checkConfigFile(context: Context, options: { strict?: boolean }): Promise<ExitCode> {
  try {
    const loaded = await loadConfig(context.configPath, await context.configSources());
    const ok = options.strict !== true || loaded.warnings.length === 0;
    report(context, loaded.path, ok, [], loaded.warnings);
    return ok ? EXIT.ok : EXIT.problems;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report(context, context.configPath, false, error.problems, []);
    return EXIT.badInput;
  }
}

function report(
  context: Context,
  file: string,
  ok: boolean,
  problems: readonly Problem[],
  warnings: readonly Problem[],
): void {
  if (context.json) {
    context.io.out(JSON.stringify({ ok, file, problems, warnings }));
  }
  for (const problem of problems) context.io.err(`Error: ${problemLine(problem)}\nTry: ${problem.advice}`);
  for (const warning of warnings) context.io.err(`Warning: ${problemLine(warning)}\nTry: ${warning.advice}`);
  if (context.json) return;
  const counts = `${problems.length} problems, ${warnings.length} warnings`;
  context.io.out(ok ? `${file}: good (${warnings.length} warnings)` : `${file}: ${counts}`);
}

async function showConfigFile(context: Context): Promise<ExitCode> {
  const { config } = await loadConfig(context.configPath, await context.configSources());
  context.io.out(context.json ? JSON.stringify(toFileForm(config), undefined, 2) : showConfig(config).trimEnd());
  return EXIT.ok;
}

async function showSchema(context: Context): Promise<ExitCode> {
  context.io.out(JSON.stringify(configJsonSchema(), undefined, 2));
  return EXIT.ok;
}
