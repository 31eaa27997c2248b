import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { taughtDir, watchedOf } from '../taught-model.ts';

interface ArmOptions {
  readonly off?: boolean;
}

/** `lineside model arm` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'a taught model, or the folder of its bundle')
    .option('--off', 'let it only watch again')
    .addHelpText(
      'after',
      examples('lineside model arm cookies', 'lineside model arm cookies --off') +
        '\n\nA model that was taught only watches at first: its scores are counted, and nothing becomes an event. Look at' +
        '\n`lineside model limit ID` after 100 or more good pieces: what is above the limit then would be false alarms.',
    )
    .action(action<ArmOptions>(registry, arm));
}

async function arm(context: Context, { off }: ArmOptions, [ref = '']: readonly string[]): Promise<ExitCode> {
  const { armModel } = await import('../../teaching/index.ts');
  const dir = await taughtDir(context, ref);
  const view = await armModel(dir, off === true ? 'watching' : 'armed');
  const watched = await watchedOf(context, view);
  const what = view.state === 'armed' ? 'armed: it reports anomalies' : 'watching: it reports scores only';
  const seen =
    watched === undefined ? '' : `\nwhile it watched: ${watched.above} of ${watched.pieces} pieces above the limit`;
  context.say(
    { ...view, ...(watched === undefined ? {} : { watched }) },
    `${view.id} is ${what}, limit ${view.mads} MADs${seen}`,
  );
  return EXIT.ok;
}
