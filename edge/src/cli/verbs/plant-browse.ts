import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { positive } from '../option-values.ts';
import { connectionOf, withConnection } from '../plant-point.ts';

interface BrowseOptions {
  readonly count: number;
}

/** `lineside plant browse` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<url>', 'controller, or the point to begin at')
    .option('--count <number>', 'how many points', positive, 16)
    .addHelpText(
      'after',
      examples(
        'lineside plant browse modbus+tcp://10.0.0.9',
        'lineside plant browse modbus+tcp://10.0.0.9/input:0 --count 40',
        "lineside plant browse 'opc.tcp://10.0.0.9:4840#ns=2;s=Line' --count 100",
      ) +
        '\n\nModbus has no names: the registers are shown with the number that documents give them, as integers, and as' +
        '\n32-bit values in all four orders of their bytes, so that the order of a controller can be recognised. Of OPC UA it' +
        '\nshows the variables below Objects, or below a node, with name, type and what this user may do with them.',
    )
    .action(action<BrowseOptions>(registry, browse));
}

async function browse(context: Context, { count }: BrowseOptions, [url = '']: readonly string[]): Promise<ExitCode> {
  const target = await connectionOf(url);
  return withConnection(context, target, async (open) => {
    if (open.browse === undefined) throw new UsageError(`${target.shown} cannot be browsed`, 'lineside plant read');
    const points = await open.browse(target.point, count);
    const lines = points.map(({ point, readings }) => {
      const facts = Object.entries(readings).map(([name, value]) => `${name} ${value}`);
      return `${point.padEnd(14)} ${facts.join('  ')}`;
    });
    context.say({ url: target.shown, points }, lines.join('\n'));
    return EXIT.ok;
  });
}
