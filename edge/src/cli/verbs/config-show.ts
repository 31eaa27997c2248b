import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside config show` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText('after', examples('lineside config show', 'lineside config show --json'))
    .action(action(registry, show));
}

async function show(context: Context): Promise<ExitCode> {
  const { loadConfig, showConfig, toFileForm } = await import('../../config/index.ts');
  const { config } = await loadConfig(context.configPath, await context.configSources());
  context.io.out(context.json ? JSON.stringify(toFileForm(config), undefined, 2) : showConfig(config).trimEnd());
  return EXIT.ok;
}
