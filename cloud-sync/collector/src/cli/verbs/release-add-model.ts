import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type ReleaseOptions, releaseOption, several, sizeText, workplace } from '../workplace.ts';

/** `lineside-collector release add-model` */
export function configure(command: Command, registry: Registry): void {
  releaseOption(command)
    .argument('<bundle>', 'folder of the model bundle, with its manifest.json')
    .requiredOption('--customer <name>', 'whom it is for')
    .option('--device <id>', 'only for this device; may be repeated', several)
    .option('--min-agent <version>', 'lowest version of Lineside that can run it')
    .description(
      `Checks a bundle and adds its files, each named by its hash: what a release has in common with an earlier one is neither stored nor fetched twice, so that another threshold moves a few kilobytes. Nothing is signed until "release publish". The counter of the series rises by itself; a device installs none that is lower than one it has seen. --json: one line {target, counter, files, bytes, newBytes}.`,
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector release add-model ./ppe-2.1.0 --customer acme --data ./collector',
        'lineside-collector release add-model ./ppe-2.1.0 --customer acme --device line-1 --json',
      ),
    )
    .action(action(registry, addModel));
}

interface AddModelOptions extends ReleaseOptions {
  readonly customer: string;
  readonly device?: readonly string[];
  readonly minAgent?: string;
}

async function addModel(
  context: Context,
  options: AddModelOptions,
  [bundle = '']: readonly string[],
): Promise<ExitCode> {
  const release = await import('../../release/index.ts');
  const { customer, device: devices, minAgent } = options;
  const added = await release.addModel(await workplace(context, options), bundle, {
    customer,
    ...(devices === undefined ? {} : { devices }),
    ...(minAgent === undefined ? {} : { minAgent }),
  });
  const { target, counter, files, bytes, newBytes } = added;
  const text = `${target}: counter ${counter}, ${files} files, ${sizeText(bytes)}, of which ${sizeText(newBytes)} are new. Now: lineside-collector release publish`;
  context.say(added, text);
  return EXIT.ok;
}
