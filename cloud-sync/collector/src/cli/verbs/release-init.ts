import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { releaseFolder, type ReleaseOptions, releaseOption, several } from '../workplace.ts';

/** `lineside-collector release init` */
export function configure(command: Command, registry: Registry): void {
  releaseOption(command)
    .option('--customer <name>', 'customer, or one site of a customer, with a key of its own; may be repeated', several)
    .option('--timestamp-days <n>', 'days for which news can be held back from a device at most (default: 45)', Number)
    .description(
      `Makes a repository: three root keys of which two must sign, two keys for targets, one each for snapshot, timestamp and each customer. Keys are made in keys/ of the repository; take those of root and targets off this machine and put them where "release keys --use" says. Devices need public/metadata/1.root.json (updates.root). --json: one line {folder, root, customers, keys}.`,
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector release init --customer acme --data ./collector',
        'lineside-collector release init --releases ./releases --customer acme-plant1 --customer acme-plant2',
      ),
    )
    .action(action(registry, init));
}

interface InitVerbOptions extends ReleaseOptions {
  readonly customer?: readonly string[];
  readonly timestampDays?: number;
}

async function init(context: Context, options: InitVerbOptions): Promise<ExitCode> {
  const { systemClock } = await import('@lineside/kit');
  const { initRepository } = await import('../../release/index.ts');
  const { UsageError } = await import('../../errors/index.ts');
  const folder = await releaseFolder(context, options);
  const { customer: customers = [], timestampDays } = options;
  if (timestampDays !== undefined && !(Number.isInteger(timestampDays) && timestampDays >= 1)) {
    throw new UsageError({
      code: 'query_invalid',
      message: '--timestamp-days must be a whole number of days, 1 or more',
      advice: 'use 45 where devices can be offline for weeks, 7 where they are always online',
    });
  }
  const expiryDays = timestampDays === undefined ? {} : { timestamp: timestampDays };
  await initRepository(folder, { customers, expiryDays, env: context.io.env, nowMs: systemClock.wallMs() });
  const root = folder.metadata('1.root.json');
  const text = `Repository ${folder.path} for ${customers.join(', ') || 'no customer yet'}.
  devices need  ${root}   (updates.root)
  serve         ${folder.public}/   (updates.repository)
  keys          ${folder.keys}/   Take those of root and targets off this machine.`;
  context.say({ folder: folder.path, root, customers, keys: folder.keys }, text);
  return EXIT.ok;
}
