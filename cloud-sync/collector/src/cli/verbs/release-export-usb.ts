import { resolve } from 'node:path';
import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type ReleaseOptions, releaseOption, several, sizeText, workplace } from '../workplace.ts';

/** `lineside-collector release export-usb` */
export function configure(command: Command, registry: Registry): void {
  releaseOption(command)
    .argument('<dir>', 'folder on the stick')
    .requiredOption('--customer <name>', 'whose releases')
    .option('--target <name>', 'only this release; may be repeated (default: the newest of each series)', several)
    .description(
      `Signs the timestamp anew, then writes metadata, releases and their files to a folder. On the device: lineside update --from DIR, which verifies it exactly as if it had come by wire. --json: one line {folder, targets, files, bytes, expires}.`,
    )
    .addHelpText('after', examples('lineside-collector release export-usb /media/usb/lineside --customer acme'))
    .action(action(registry, exportUsb));
}

interface ExportOptions extends ReleaseOptions {
  readonly customer: string;
  readonly target?: readonly string[];
}

async function exportUsb(context: Context, options: ExportOptions, [dir = '']: readonly string[]): Promise<ExitCode> {
  const { exportRepository } = await import('../../release/index.ts');
  const { customer, target: only } = options;
  const which = { customer, ...(only === undefined ? {} : { only }) };
  const exported = await exportRepository(await workplace(context, options), resolve(dir), which);
  const { targets, files, bytes, expires } = exported;
  const text = `${exported.folder}: ${targets.join(', ')} (${files} files, ${sizeText(bytes)}). A device accepts it until ${expires.slice(0, 10)}.`;
  context.say(exported, text);
  return EXIT.ok;
}
