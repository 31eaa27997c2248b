import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FAMILY_NAMES } from '@lineside/models/families';
import { type Command, Option } from 'commander';
import type { ImportReport, ImportStep } from '../../model-import/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { ImportOptions } from '../model-import-request.ts';
import { channels, factor, fraction, integer, size, version } from '../option-values.ts';

/** `lineside model import` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<file>', 'an .onnx file')
    .requiredOption('--id <id>', 'name of the model in configurations and events')
    .addOption(
      new Option('--family <family>', 'how its outputs are decoded (default: recognised)').choices(FAMILY_NAMES),
    )
    .option('--labels <list>', 'a,b,c or a file with one per line (default: its metadata)')
    .option('--golden <path...>', 'images, or folders of images, that show what the model is for')
    .option('--size <WxH>', 'input size in pixels, where the file leaves it open', size)
    .addOption(
      new Option('--fit <how>', 'how an image is fitted into an input of other proportions').choices([
        'center',
        'top-left',
        'stretch',
        'cover',
      ]),
    )
    .addOption(new Option('--input-layout <layout>', 'axes of the input').choices(['nchw', 'nhwc']))
    .addOption(new Option('--color <order>', 'channel order it was trained with').choices(['rgb', 'bgr']))
    .option('--scale <factor>', 'input = (pixel * scale - mean) / std; 1/255 where mean and std are within 1', factor)
    .option('--mean <r,g,b>', 'in the channel order of the model', channels)
    .option('--std <r,g,b>', 'in the channel order of the model', channels)
    .option('--score <fraction>', 'lowest score that counts, 0 to 1', fraction)
    .option('--iou <fraction>', 'IoU above which boxes of one class are one object, 0 to 1', fraction)
    .option('--batch <number>', 'images per run, for a graph whose first axis is open (default: 1)', integer(1, 64))
    .option('--outputs <names>', "outputs with commas between, in the order of the family's roles")
    .addOption(
      new Option('--output-layout <layout>', 'axes of a table of boxes').choices(['attributes_first', 'anchors_first']),
    )
    .option('--output-options <json>', 'what the family leaves open, as in the manifest')
    .option('--model-version <version>', 'three numbers', version, '1.0.0')
    .option('--licence <text>', 'licence of the model (default: its metadata)')
    .option('--out <dir>', 'folder of the bundle (default: models/ID in the data folder)')
    .option('--replace', 'replace a bundle that already exists')
    .option('--force', 'import a model whose scores are suspect; its results are marked degraded')
    .addHelpText(
      'after',
      examples(
        'lineside model import yolov8n.onnx --id people --golden pictures/',
        'lineside model import caps.onnx --id caps --labels cap,no_cap --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225',
        'lineside model import odd.onnx --id odd --family nanodet --labels labels.txt --out ./odd',
      ),
    )
    .action(action<ImportOptions>(registry, runImport));
}

const STEPS: Readonly<Record<ImportStep, string>> = {
  analyse: 'running the original on images ...',
  prepare: 'preparing the graph and comparing it with the original ...',
};

async function runImport(context: Context, options: ImportOptions, [given = '']: readonly string[]): Promise<ExitCode> {
  const { io } = context;
  const [{ importModel }, { readRequest }, { importedDir }] = await Promise.all([
    import('../../model-import/index.ts'),
    import('../model-import-request.ts'),
    import('@lineside/models'),
  ]);
  const request = await readRequest(given, options, io.cwd);
  const report = await importModel({
    request,
    dir: options.out === undefined ? join(importedDir(context.dataDir), request.id) : resolve(io.cwd, options.out),
    replace: options.replace === true,
    tempDir: tmpdir(),
    signal: io.signal,
    onStep: (step) => (io.isTerminal ? io.err(STEPS[step]) : undefined),
  });
  context.say(report, textOf(report));
  return EXIT.ok;
}

function textOf(report: ImportReport): string {
  const { input, prepared, difference = 0, pictures } = report;
  const run = prepared
    ? `prepared: takes the camera's pixels; largest difference from the original on ${pictures} images: ${difference.toPrecision(1)} of the output's range`
    : `not prepared, runs the original: ${report.unprepared ?? ''}`;
  return [
    `${report.family} (${report.task}), ${report.labels} labels, ${input.width}x${input.height}: ${report.reason}`,
    ...(report.alternatives.length > 0 ? [`could also be ${report.alternatives.join(', ')} (--family)`] : []),
    run,
    `golden images: ${report.golden}, with ${report.found} detections`,
    ...(report.degraded === undefined ? [] : [`DEGRADED: ${report.degraded}; every result is marked degraded`]),
    ...report.notes.map((note) => `note: ${note}`),
    `wrote ${report.dir}`,
    `Try it: lineside detect --model ${report.dir} --draw out image.jpg`,
  ].join('\n');
}
