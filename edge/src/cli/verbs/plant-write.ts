import type { Command } from 'commander';
import type { OutputView } from '../../status/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { pointOf, readingText, withConnection } from '../plant-point.ts';
import { POINTS } from './plant-read.ts';

interface WriteOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly by: string;
}

/** `lineside plant write` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<url>', 'point of a controller')
    .argument('<value>', 'what is written')
    .requiredOption('--by <name>', 'who writes it, for the audit')
    .option('--yes', 'write it: a machine may move. Without it nothing is written, only shown')
    .option('--force', 'write although an output of this device is armed')
    .addHelpText(
      'after',
      examples(
        'lineside plant write modbus+tcp://10.0.0.9/coil:0 1 --by "M. Fischer" --yes',
        "lineside plant write 'modbus+tcp://10.0.0.9/holding:8?type=float32' 12.5 --by line-2",
      ) +
        `\n${POINTS}\n\nThe audit of the running service gets the value before, the new one and who wrote it, before anything is` +
        '\nwritten. Where no service runs there is no audit, and the output says so.',
    )
    .action(action<WriteOptions>(registry, write));
}

async function write(context: Context, options: WriteOptions, args: readonly string[]): Promise<ExitCode> {
  const [url = '', value = ''] = args;
  const target = await pointOf(url);
  const armed = await armedOutputs(context);
  if (armed !== undefined && armed.length > 0 && options.force !== true) {
    const advice = `lineside plant disarm ${armed[0] ?? ''} first, or --force`;
    throw new UsageError(`armed outputs write to the plant now: ${armed.join(', ')}`, advice);
  }
  return withConnection(context, target, async (open) => {
    const [reading] = await open.read([target.point]);
    const from = readingText(reading);
    const facts = { url: target.shown, from, to: value };
    if (options.yes !== true) {
      context.say(
        { ...facts, written: false },
        `${target.shown} is ${from}; --yes writes ${value}. A machine may move.`,
      );
      return EXIT.badInput;
    }
    const isAudited = armed !== undefined;
    // Written down first: what cannot be recorded is not done.
    if (isAudited) await callService(context.dataDir, '/api/v1/plant-writes', { ...facts, by: options.by });
    await open.write([{ point: target.point, value }]);
    const [after] = await open.read([target.point]);
    const note = isAudited ? '' : '\nno service runs on this device: it is in no audit';
    const done = { ...facts, now: readingText(after), written: true, audited: isAudited };
    context.say(done, `${target.shown} was ${from}, is ${readingText(after)}${note}`);
    return EXIT.ok;
  });
}

/** Outputs of the running service that are armed; undefined where none runs. */
async function armedOutputs({ dataDir }: Context): Promise<readonly string[] | undefined> {
  const { StatusError } = await import('../../status/client/index.ts');
  try {
    const { outputs } = (await callService(dataDir, '/api/v1/outputs')) as { readonly outputs: readonly OutputView[] };
    return outputs.flatMap(({ id, armed }) => (armed ? [id] : []));
  } catch (error) {
    if (error instanceof StatusError && error.code === 'service_not_running') return undefined;
    throw error;
  }
}
