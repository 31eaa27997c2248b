import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { servicePicture } from '../service-picture.ts';

interface SnapshotOptions {
  readonly out?: string;
  readonly boxes: boolean;
}

/** `lineside camera snapshot` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<camera>', 'id of a camera that runs')
    .option('--out <file>', 'where the JPEG is written (default: CAMERA.jpg in this folder)')
    .option('--no-boxes', 'without the boxes of what the models detected')
    .addHelpText(
      'after',
      examples('lineside camera snapshot belt', 'lineside camera snapshot belt --no-boxes --out /tmp/belt.jpg') +
        '\n\nThe newest picture of a camera of the running service; no second connection is made. For a camera that the service' +
        '\ndoes not run: lineside camera test URL --snapshot FILE. Ends with 2 for a camera that nobody knows, with 3 when no' +
        '\nservice answers.',
    )
    .action(action<SnapshotOptions>(registry, snapshot));
}

async function snapshot(context: Context, options: SnapshotOptions, [id = '']: readonly string[]): Promise<ExitCode> {
  const body = await servicePicture(context, id, options.boxes);
  const file = resolve(context.io.cwd, options.out ?? `${id}.jpg`);
  await writeFile(file, body);
  context.say({ camera: id, snapshot: file, bytes: body.length }, `snapshot: ${file}`);
  return EXIT.ok;
}
