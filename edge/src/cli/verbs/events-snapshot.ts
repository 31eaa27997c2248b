import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { withEvents } from '../event-filter.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface SnapshotOptions {
  readonly out?: string;
  readonly boxes: boolean;
}

/** `lineside events snapshot` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'id of the event, or its beginning')
    .option('--out <file>', 'where the JPEG is written (default: EVENT.jpg in this folder)')
    .option('--no-boxes', 'the bytes that were recorded, without boxes')
    .addHelpText(
      'after',
      examples('lineside events snapshot 0198c2f0', 'lineside events snapshot 0198c2f0 --no-boxes --out seal.jpg') +
        '\n\nSnapshots are kept without boxes; what the models had detected is kept beside the pixels, in the file. With boxes' +
        '\nthe picture is drawn anew, so its hash is not the recorded one. Prints time and quality of the clock.',
    )
    .action(action<SnapshotOptions>(registry, snapshot));
}

async function snapshot(context: Context, options: SnapshotOptions, [id = '']: readonly string[]): Promise<ExitCode> {
  const event = await withEvents(context, async (reader) => reader.show(id)?.event);
  if (event === undefined) {
    throw new CliError('event_unknown', `no event, or more than one, begins with ${id}`, 'lineside events list');
  }
  const sha256 = event.snapshots.at(-1);
  if (sha256 === undefined) {
    throw new CliError('event_unknown', `event ${event.event} has no snapshot`, `lineside events show ${event.event}`);
  }
  const { embeddedFacts, evidenceFolder, readEvidence } = await import('../../evidence/index.ts');
  const jpeg = await readEvidence(evidenceFolder(context.dataDir), sha256);
  const { boxes = [], source, atMs, clock, privacy } = embeddedFacts(jpeg) ?? {};
  const file = resolve(context.io.cwd, options.out ?? `${event.event}.jpg`);
  await writeFile(file, options.boxes && boxes.length > 0 ? await drawn(jpeg, boxes, source) : jpeg);
  const facts = {
    sha256,
    boxes: boxes.length,
    ...(atMs === undefined ? {} : { at: new Date(atMs).toISOString(), clock }),
  };
  const when = atMs === undefined ? '' : `, taken at ${facts.at} (clock ${clock ?? 'unknown'})`;
  const covered = privacy === undefined ? {} : { privacy };
  context.say({ event: event.event, snapshot: file, ...facts, ...covered }, `snapshot: ${file}${when}`);
  return EXIT.ok;
}

type Drawing = import('../../vision/index.ts').BoxesOnJpeg;

async function drawn(jpeg: Buffer, overlays: Drawing['overlays'], source: Drawing['source']): Promise<Buffer> {
  const { drawOnJpeg } = await import('../../vision/index.ts');
  return drawOnJpeg({ jpeg, overlays, source });
}
