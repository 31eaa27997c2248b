import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { ImportedDevice } from '../../carried/index.ts';
import { UsageError } from '../../errors/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside-collector import-usb` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<dir>', 'folder on the stick')
    .description(
      'Commits the undelivered records, the pictures and the report of versions that devices wrote to a stick (lineside update --from), as if they had come by wire: hash chains are checked, and what is stored already changes nothing, so that it may be done twice. The device learns of it from the acknowledgement at its next connection. It must have a credential here, and the key that it used before. --json: one line {devices: [...]}. Ends with 1 where something was refused, or does not match what is stored.',
    )
    .addHelpText('after', examples('lineside-collector import-usb /media/usb/lineside --data ./collector'))
    .action(action(registry, importUsb));
}

async function importUsb(context: Context, _options: object, [dir = '']: readonly string[]): Promise<ExitCode> {
  const { importCarried } = await import('../../carried/index.ts');
  const { createLogger, messageOf, systemClock, systemCode } = await import('@lineside/kit');
  const config = await context.config();
  const devices = await context.withStore(config, async (store) => {
    // Beside that of a running collector, whose uploads must not be disturbed.
    const incoming = join(config.data, `import-${process.pid}`);
    const rows = new Map((await store.records.devices()).map((row) => [row.device, row]));
    const known = async (device: string) => {
      if ((await store.credentials.get(device)) === undefined) return undefined;
      const { birth, reported = null } = rows.get(device) ?? {};
      return { birth, reported };
    };
    try {
      const log = createLogger('error', 'lineside-collector');
      const { MediaIngest, openMediaStore } = await import('../../media/index.ts');
      const media = new MediaIngest({
        ...{ catalogue: store.media, media: await openMediaStore(config, log), clock: systemClock, folder: incoming },
        maxBytes: config.media.maxBytes,
      });
      await media.prepare();
      const parts = { batches: store.batches, devices: store.devices, known, media, clock: systemClock, log };
      return await importCarried(resolve(dir), parts);
    } catch (error) {
      if (systemCode(error)?.startsWith('E') !== true) throw error;
      throw unreadable(`cannot read ${dir}: ${messageOf(error)}`);
    } finally {
      await rm(incoming, { recursive: true, force: true });
    }
  });
  if (devices.length === 0) throw unreadable(`${dir} holds nothing from devices`);
  context.say({ devices }, devices.map(textOf).join('\n'));
  return devices.some(isWrong) ? EXIT.problems : EXIT.ok;
}

function isWrong({ refused, conflicts, breaks, notTaken, pictures }: ImportedDevice): boolean {
  return (
    refused !== undefined || conflicts > 0 || breaks > 0 || pictures.damaged > 0 || Object.keys(notTaken).length > 0
  );
}

function textOf(imported: ImportedDevice): string {
  const { device, refused, records, known, conflicts, breaks, notTaken, left, pictures } = imported;
  if (refused !== undefined) return `${device}: not taken: ${refused}`;
  const reasons = Object.entries(notTaken).map(([reason, count]) => `${count} batches not taken (${reason})`);
  return [
    `${device}: ${records} records stored, ${known} were here already`,
    ...(conflicts > 0 ? [`${conflicts} arrived again with changes`] : []),
    ...(breaks > 0 ? [`${breaks} links of the hash chain do not match`] : []),
    ...reasons,
    ...(left > 0 ? [`${left} did not fit on the stick`] : []),
    `${pictures.stored} pictures stored, ${pictures.known} were here already`,
    ...(pictures.damaged > 0 ? [`${pictures.damaged} pictures are damaged, or larger than media.maxBytes`] : []),
    ...(pictures.left > 0 ? [`${pictures.left} pictures did not fit on the stick`] : []),
  ].join(', ');
}

function unreadable(message: string): UsageError {
  return new UsageError({
    code: 'carried_unreadable',
    message,
    advice: 'name the folder on the stick to which lineside update --from wrote',
  });
}
