import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside config schema` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText('after', examples('lineside config schema > lineside.schema.json'))
    .action(action(registry, showSchema));
}

async function showSchema(context: Context): Promise<ExitCode> {
  const { configJsonSchema } = await import('../../config/index.ts');
  context.io.out(JSON.stringify(configJsonSchema(), undefined, 2));
  return EXIT.ok;
}
