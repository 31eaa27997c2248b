import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type ReleaseOptions, releaseOption, several, workplace } from '../workplace.ts';

/** `lineside-collector release add-config` */
export function configure(command: Command, registry: Registry): void {
  releaseOption(command)
    .argument('<file>', 'lineside.yaml; secrets only as ${env:..} or ${file:..}')
    .requiredOption('--customer <name>', 'whom it is for')
    .requiredOption('--name <name>', 'series of configurations, such as a line or a kind of line')
    .requiredOption('--release-version <version>', 'version of this release, such as 1.4.0')
    .option('--device <id>', 'only for this device; may be repeated', several)
    .option('--min-agent <version>', 'lowest version of Lineside that can run it')
    .description(
      `Adds a configuration as a release. Each device checks it against itself (its cameras, models and schema), applies it without a restart where the keys allow that, and goes back to the last good one by itself when cameras or rules fail. Nothing is signed until "release publish". --json: one line {target, counter, files, bytes, newBytes}.`,
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector release add-config ./line-1.yaml --customer acme --name line-1 --release-version 1.4.0',
      ),
    )
    .action(action(registry, addConfig));
}

interface AddConfigOptions extends ReleaseOptions {
  readonly customer: string;
  readonly name: string;
  readonly releaseVersion: string;
  readonly device?: readonly string[];
  readonly minAgent?: string;
}

async function addConfig(
  context: Context,
  options: AddConfigOptions,
  [file = '']: readonly string[],
): Promise<ExitCode> {
  const { addConfiguration } = await import('../../release/index.ts');
  const { customer, name, releaseVersion: version, device: devices, minAgent } = options;
  const added = await addConfiguration(await workplace(context, options), file, {
    ...{ customer, name, version },
    ...(devices === undefined ? {} : { devices }),
    ...(minAgent === undefined ? {} : { minAgent }),
  });
  const { target, counter } = added;
  context.say(added, `${target}: counter ${counter}. Now: lineside-collector release publish`);
  return EXIT.ok;
}
