import type { Command } from 'commander';
import { action, examples, type Registry } from '../context.ts';
import { setArmed } from './plant-arm.ts';

interface DisarmOptions {
  readonly by: string;
}

/** `lineside plant disarm` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<output>', 'id of an output in the configuration')
    .requiredOption('--by <name>', 'who disarms it, for the audit')
    .addHelpText(
      'after',
      examples(
        'lineside plant disarm reject-1 --by "M. Fischer"',
        'lineside plant disarm reject-1 --by line-2 --json',
      ) + '\n\nThe actuator is switched off, READY is taken back, and then nothing more is written.',
    )
    .action(action<DisarmOptions>(registry, (context, { by }, [id = '']) => setArmed(context, id, false, by)));
}
