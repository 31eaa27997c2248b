import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FAMILIES, importedDir } from '@lineside/models';
import { type Command, Option } from 'commander';
import { importModel, type ImportReport } from '../../model-import/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { batch, channels, factor, share, size, version } from './import-options.ts';
import { type ImportOptions, readRequest } from './import-request.ts';

/** `lineside model import` */
export function importVerb(model: Command, registry: Registry): void {
  model
    .command('import')
    .argument('<file>', 'an .onnx file')
    .description('make a bundle of an ONNX file: find out how it is read, prepare it, prove it on pictures')
    .requiredOption('--id <id>', 'name of the model in configurations and events')
    .addOption(new Option('--family <family>', 'how its outputs are read (default: found out)').choices(FAMILIES))
    .option('--labels <list>', 'a,b,c or a file with one per line (default: its metadata)')
    .option('--golden <path...>', 'pictures, or folders of them, that show what it is for')
    .option('--size <WxH>', 'input size in pixels, where the file leaves it open', size)
    .addOption(
      new Option('--fit <how>', 'how a picture is laid into an input of other proportions').choices([
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
    .option('--score <share>', 'lowest score that counts, 0 to 1', share)
    .option('--iou <share>', 'overlap above which boxes of one class are one object, 0 to 1', share)
    .option('--batch <number>', 'pictures per run, for a graph whose first axis is open (default: 1)', batch)
    .option('--outputs <names>', "outputs with commas between, in the order of the family's roles")
    .addOption(
      new Option('--output-layout <layout>', 'axes of a table of boxes').choices(['attributes_first', 'anchors_first']),
    )
    .option('--output-options <json>', 'what the family leaves open, as in the manifest')
    .option('--model-version <version>', 'three numbers', version, '1.0.0')
    .option('--licence <text>', 'licence of the model (default: its metadata)')
    .option('--out <dir>', 'folder of the bundle (default: models/ID in the data folder)')
    .option('--replace', 'take the place of a bundle that is there')
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

async function runImport(context: Context, options: ImportOptions, [given = '']: readonly string[]): Promise<ExitCode> {
  const { io } = context;
  const request = await readRequest(given, options, io.cwd);
  const dir = options.out === undefined ? join(importedDir(context.dataDir), request.id) : resolve(io.cwd, options.out);
  const report = await importModel({
    request,
    dir,
    replace: options.replace === true,
    tempDir: tmpdir(),
    signal: io.signal,
  });
  context.say(report, textOf(report));
  return EXIT.ok;
}

function textOf(report: ImportReport): string {
  const { input, prepared, difference = 0, pictures } = report;
  const run = prepared
    ? `prepared: takes the camera's bytes; largest difference to the original on ${pictures} pictures ${difference.toPrecision(1)} of the range`
    : `runs as it was given: ${report.unprepared ?? ''}`;
  return [
    `${report.family} (${report.task}), ${report.labels} labels, ${input.width}x${input.height}: ${report.reason}`,
    ...(report.alternatives.length > 0 ? [`could also be ${report.alternatives.join(', ')} (--family)`] : []),
    run,
    `golden pictures: ${report.golden}, with ${report.found} detections`,
    ...(report.degraded === undefined ? [] : [`DEGRADED: ${report.degraded}; every result will say so`]),
    ...report.notes.map((note) => `note: ${note}`),
    `wrote ${report.dir}`,
    `Try it: lineside detect --model ${report.dir} --draw out picture.jpg`,
  ].join('\n');
}
