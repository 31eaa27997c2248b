import type { Command } from 'commander';
import type { SignalView } from '../../status/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { signalLine } from '../text/signal-text.ts';

interface SetOptions {
  readonly bad?: string;
}

/** `lineside signal set` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'id of the signal')
    .argument('[value]', 'its value, before scale and offset')
    .option('--bad <reason>', 'set it to bad instead: it has no value, for this reason')
    .addHelpText(
      'after',
      examples(
        'lineside signal set product-code 4006381333931',
        'lineside signal set line-running true',
        'lineside signal set scale-1 --bad "scale is being cleaned"',
      ) + '\n\nOnly a signal whose source is push: can be set. The value holds until it is set again.',
    )
    .action(action<SetOptions>(registry, set));
}

async function set(context: Context, { bad }: SetOptions, [signal = '', value]: readonly string[]): Promise<ExitCode> {
  if ((value === undefined) === (bad === undefined)) {
    throw new UsageError('one of a value and --bad is needed', 'lineside signal set --help');
  }
  const reading = value === undefined ? { signal, bad } : { signal, value };
  const answer = await callService(context.dataDir, '/api/v1/signals', { signals: [reading] });
  const { signals } = answer as { readonly signals: readonly SignalView[] };
  context.say(answer, signals.map(signalLine).join('\n'));
  return EXIT.ok;
}
