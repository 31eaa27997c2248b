import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../errors/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { several } from '../workplace.ts';

/** `lineside-collector review export` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<dir>', 'new folder')
    .option('--form <form>', 'yolo or coco', 'yolo')
    .option('--map <event=label>', 'label of the model for a label of events; may be repeated', several)
    .description(
      'Writes the reviewed snapshots as a labelled set: images named by their SHA-256, labels in YOLO or COCO form, and who said what. A false alarm is an image without that label. Images with an event that nobody has decided about are left out. The same reviews give the same bytes and the same hash. --json: one line {folder, form, images, boxes, empty, labels, without, sha256}. Ends with 1 where pictures are no longer here.',
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector review export ./reviewed --map missing_headwear=head',
        'lineside-collector review export ./reviewed-coco --form coco --data ./collector',
      ),
    )
    .action(action(registry, exportSet));
}

interface ExportOptions {
  readonly form: string;
  readonly map?: readonly string[];
}

async function exportSet(context: Context, options: ExportOptions, [dir = '']: readonly string[]): Promise<ExitCode> {
  const { labelledImages, SET_FORMS, writeSet } = await import('../../reviews/index.ts');
  const { openMediaStore } = await import('../../media/index.ts');
  const { createLogger } = await import('@lineside/kit');
  const form = SET_FORMS.find((one) => one === options.form);
  if (form === undefined) throw wrong(`--form ${options.form} is not known`, `use ${SET_FORMS.join(' or ')}`);
  const mapped = new Map((options.map ?? []).map(pairOf));
  const config = await context.config();
  const media = await openMediaStore(config, createLogger('warn', 'lineside-collector'));
  const reviewed = await context.withStore(config, async ({ reviews }) => reviews.reviewed());
  const written = await writeSet(
    labelledImages(reviewed, mapped),
    async (sha256) => {
      const stream = await media.open(sha256);
      return stream && Buffer.concat(await stream.toArray());
    },
    { folder: resolve(dir), form },
  );
  const { folder, images, boxes, empty, labels, without, sha256 } = written;
  const lost = without === 0 ? '' : `\n${without} images are left out: their bytes are no longer here.`;
  const text = `${folder}: ${images} images, ${boxes} objects (${labels.join(', ') || 'none'}), ${empty} images with none. SHA-256 ${sha256}${lost}`;
  context.say(written, text);
  return without === 0 ? EXIT.ok : EXIT.problems;
}

function pairOf(text: string): readonly [string, string] {
  const [from, to, ...more] = text.split('=');
  if (from && to && more.length === 0) return [from, to];
  throw wrong(`--map ${text} is not EVENT=LABEL`, 'write it like --map missing_headwear=head');
}

function wrong(message: string, advice: string): UsageError {
  return new UsageError({ code: 'review_invalid', message, advice });
}
