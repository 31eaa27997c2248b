import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface SnapshotOptions {
  readonly out?: string;
  readonly boxes: boolean;
}

const ANSWER_MS = 15_000;

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
  const { controlSocketPath, openControl } = await import('../../status/client/index.ts');
  const path = `/api/v1/cameras/${encodeURIComponent(id)}/picture.jpg?boxes=${options.boxes ? 1 : 0}`;
  const signal = AbortSignal.any([context.io.signal, AbortSignal.timeout(ANSWER_MS)]);
  const answer = await openControl(controlSocketPath(context.dataDir), path, signal);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (answer.statusCode !== 200) throw refusal(id, answer.statusCode ?? 0, body);
  const file = resolve(context.io.cwd, options.out ?? `${id}.jpg`);
  await writeFile(file, body);
  context.say({ camera: id, snapshot: file, bytes: body.length }, `snapshot: ${file}`);
  return EXIT.ok;
}

function refusal(id: string, status: number, body: Buffer): CliError {
  if (status === 404) {
    return new CliError('camera_unknown', `the service has no camera ${id}`, 'lineside camera list');
  }
  const said = body.toString('utf8', 0, 300).replace(/\s+/g, ' ');
  return new CliError('answer_unexpected', `no picture of ${id}: ${status} ${said}`, `lineside camera health ${id}`);
}
