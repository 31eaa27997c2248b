import { resolve } from 'node:path';
import { printable } from '@lineside/kit';
import type { Command } from 'commander';
import type { ProposedFields } from '../../rules/index.ts';
import { cameraStill } from '../camera-still.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type GoodPackRead, type PackBox, readGoodPack } from '../good-pack.ts';
import { writeConfiguration } from '../write-configuration.ts';

interface CodeSetupOptions {
  readonly image?: string;
  readonly box?: string;
  readonly rule?: string;
  readonly recipe?: string;
  readonly labels?: string;
  readonly model?: string;
  readonly apply?: boolean;
  readonly dryRun?: boolean;
}

/** `lineside code setup` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<camera>', 'id of a camera in the configuration')
    .option('--image <file>', 'picture of one good pack at full size (default: what the camera shows now)')
    .option('--box <left,top,right,bottom>', 'where the pack is, in fractions of the picture (default: all of it)')
    .option('--recipe <id>', 'recipe that gets product and shelf life; it is added where there is none')
    .option('--rule <id>', 'rule that gets the fields (default: the rule code_check of the camera, else codes)')
    .option('--model <id>', 'for a new rule: model that detects the packs (default: the first of the camera)')
    .option('--labels <list>', 'for a new rule: labels of the packs (default: product)')
    .option('--apply', 'what was read is right: write rule and recipe')
    .option('--dry-run', 'print the new configuration and write nothing')
    .addHelpText(
      'after',
      examples(
        'lineside code setup packing --box 0.3,0.1,0.7,0.9',
        'lineside code setup packing --box 0.3,0.1,0.7,0.9 --recipe milk --dry-run',
        'lineside code setup packing --image pack.jpg --box 0.3,0.1,0.7,0.9',
        'lineside code setup packing --image pack.jpg --box 0.3,0.1,0.7,0.9 --recipe milk --labels bottle --apply',
      ) +
        '\n\nReads codes and, where the text reader is installed, dates, lots and phrases of one good pack, shows them, and' +
        '\nmakes the fields of the rule code_check. The box must be the one that the model gives the pack. A date is taken for' +
        '\nthe shelf life from today on. Without --image the camera is opened beside the service: have a good pack in view, and' +
        '\nuse --image with --apply, so that what is written is what was shown. With --json: {fields, product, facts,' +
        '\ntextReader}, and the text that was or would be written. The configuration is checked first, comments stay, and the' +
        '\nfile before it is kept as FILE.before. In a browser: lineside camera setup CAMERA.',
    )
    .action(action<CodeSetupOptions>(registry, setup));
}

async function setup(context: Context, options: CodeSetupOptions, [camera = '']: readonly string[]): Promise<ExitCode> {
  const { editCodes, loadConfig } = await import('../../config/index.ts');
  const sources = await context.configSources();
  const loaded = await loadConfig(context.configPath, sources);
  const found = loaded.config.cameras.find(({ id }) => id === camera);
  if (found === undefined) {
    const known = loaded.config.cameras.map(({ id }) => id).join(', ') || 'none';
    throw new UsageError(`the configuration has no camera ${camera}`, `name one of: ${known}`);
  }
  const box = boxOf(options.box);
  const image =
    options.image === undefined ? (await cameraStill(context, camera)).jpeg : resolve(context.io.cwd, options.image);
  const { proposal, textReader } = await readGoodPack(context, image, box);
  const { fields, product, facts } = proposal;
  context.say(
    { fields, ...(product === undefined ? {} : { product }), facts, textReader },
    shown(proposal, textReader),
  );
  if (fields.length === 0) return EXIT.problems;
  if (options.apply !== true && options.dryRun !== true) return EXIT.ok;
  const own = loaded.config.rules.find(({ type, camera: of }) => type === 'code_check' && of === camera);
  const { recipe } = options;
  const text = editCodes(loaded.text, {
    ...{ camera, fields, rule: options.rule ?? own?.id ?? 'codes' },
    model: options.model ?? found.models[0]?.id ?? 'defect',
    labels: options.labels?.split(',').map((label) => label.trim()) ?? ['product'],
    ...(recipe === undefined ? {} : { recipe: { id: recipe, facts, ...(product === undefined ? {} : { product }) } }),
  });
  return writeConfiguration(context, { path: loaded.path, text, sources, dryRun: options.dryRun === true });
}

function boxOf(text: string | undefined): PackBox {
  const [left, top, right, bottom, ...more] = (text ?? '0,0,1,1').split(',').map((part) => Number(part.trim()));
  const box = [left, top, right, bottom].map((side) => side ?? Number.NaN);
  const isBox = more.length === 0 && box.every((side) => side >= 0 && side <= 1);
  if (!isBox || !((left ?? 0) < (right ?? 0) && (top ?? 0) < (bottom ?? 0)))
    throw new UsageError(`--box ${text ?? ''} is no box`, 'write left,top,right,bottom, such as 0.3,0.1,0.7,0.9');
  return [left ?? 0, top ?? 0, right ?? 1, bottom ?? 1];
}

function shown({ fields, product, facts }: ProposedFields, textReader: GoodPackRead['textReader']): string {
  const lines = fields.map(({ id, kind, region, symbologies, ...content }) => {
    const what = Object.entries(content).map(([key, value]) => `${key} ${printable(String(value))}`);
    const place = Array.isArray(region) ? ` at ${region.join(' ')}` : '';
    return `${String(id)}: ${String(kind)}, ${[...(Array.isArray(symbologies) ? symbologies.map(String) : []), ...what].join(', ')}${place}`;
  });
  return [
    ...(lines.length === 0 ? ['nothing could be read on the pack'] : lines),
    ...(product === undefined ? [] : [`product: ${product}`]),
    ...Object.entries(facts).map(([name, value]) => `${name}: ${value}`),
    ...(textReader === 'ready' ? [] : ['dates, lots and phrases were not read: the text reader is not installed']),
  ].join('\n');
}
