import type { Command } from 'commander';
import type { TaughtView } from '../../teaching/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { positive } from '../option-values.ts';
import { taughtDir, type Watched, watchedOf } from '../taught-model.ts';
import { limitTable } from '../text/limit-table.ts';

interface LimitOptions {
  readonly mad?: number;
}

/** `lineside model limit` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'a taught model, or the folder of its bundle')
    .option('--mad <number>', 'new limit, in multiples of the spread (MAD) of the good pieces', positive)
    .addHelpText(
      'after',
      examples('lineside model limit cookies', 'lineside model limit cookies --mad 6') +
        '\n\nA lower limit detects more faults and raises more false alarms. A running service takes the new limit over by' +
        '\nitself; no TensorRT engine is built again.',
    )
    .action(action<LimitOptions>(registry, limit));
}

async function limit(context: Context, options: LimitOptions, [ref = '']: readonly string[]): Promise<ExitCode> {
  const { setLimit, taughtView } = await import('../../teaching/index.ts');
  const dir = await taughtDir(context, ref);
  const view = options.mad === undefined ? await taughtView(dir) : await setLimit(dir, options.mad);
  const watched = await watchedOf(context, view);
  context.say({ ...view, ...(watched === undefined ? {} : { watched }) }, textOf(view, watched));
  return EXIT.ok;
}

function textOf(view: TaughtView, watched: Watched | undefined): string {
  return [
    `${view.id}: ${view.state}, limit ${view.mads} MADs, taught from ${view.pieces} good pieces on ${view.taughtAt}`,
    limitTable(view.slider, view.effect),
    ...(view.suggested === undefined ? [] : [`between the good and the bad pieces lies ${view.suggested}`]),
    ...watchedLines(watched),
  ].join('\n');
}

function watchedLines(watched: Watched | undefined): readonly string[] {
  if (watched === undefined) return ['no running service inspects by this model now'];
  const { pieces, above, medianMads } = watched;
  const part = pieces === 0 ? 0 : (100 * above) / pieces;
  return [
    `seen on the line since the start: ${pieces} pieces, ${above} above the limit (${part.toFixed(2)} %); median of the newest ${medianMads.toFixed(1)} MADs`,
  ];
}
