import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Evaluation, EvaluationTask, MetricsTable, SetForm } from '../../evaluation/index.ts';
import { action, type Context, DEFAULT_DATA_DIR, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { readList } from '../list-option.ts';
import { specFor } from '../model-spec.ts';
import { fraction, labelPairs, positiveInteger } from '../option-values.ts';
import { Progress } from '../text/progress.ts';
import { textTable } from '../text/text-table.ts';

interface EvalOptions {
  /** The option of every verb, which here names the labelled images. */
  readonly data?: string;
  readonly format?: SetForm;
  readonly names?: string;
  readonly map: ReadonlyMap<string, string>;
  readonly score?: number;
  readonly labels?: string;
  readonly limit?: number;
  readonly imported: string;
  readonly report?: string;
}

const FORMS = { yolo: true, folders: true, mask: true } as const satisfies Record<SetForm, true>;

/** `lineside model eval` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<ref>', 'model of the catalog, folder of a bundle, or .onnx file')
    .addOption(
      new Option('--format <form>', 'what the folder contains (default: recognised)').choices(Object.keys(FORMS)),
    )
    .option('--names <list>', 'names of the classes of a yolo set: a,b,c or a file with one per line')
    .option(
      '--map <pairs>',
      'labels of the set and the labels of the model that they mean: SET=MODEL,...',
      labelPairs,
      new Map<string, string>(),
    )
    .option('--score <fraction>', "score from which a detection counts (default: the manifest's)", fraction)
    .option('--labels <list>', 'labels of an .onnx file: a,b,c or a file with one per line')
    .option('--limit <images>', 'only this many images, spread evenly over the set', positiveInteger)
    .option('--imported <dir>', 'data folder with imported models', DEFAULT_DATA_DIR)
    .option('--report <file>', 'write a page with the metrics and the worst images')
    .addHelpText(
      'after',
      examples(
        'lineside model eval ppe --data people/valid',
        'lineside model eval ppe --data hats --names hard_hat,person --map hard_hat=headwear --report ppe.html',
        'lineside model eval ./surface --data cookies --format mask --json',
      ) +
        '\n\n--data names the folder of the labelled images. It may contain:' +
        '\nyolo: images/ and labels/ with a text file per image, boxes or polygons. folders: one folder per class.' +
        '\nmask: good and defective images, distinguished by folder or name, masks below masks/ or ground_truth/.' +
        '\nImages without a result are listed and left out of the metrics, and the command ends with 1.',
    )
    .action(action<EvalOptions>(registry, evaluate));
}

async function evaluate(context: Context, options: EvalOptions, [ref = '']: readonly string[]): Promise<ExitCode> {
  const { io } = context;
  const { confusionTable, evaluateModel } = await import('../../evaluation/index.ts');
  const task = await taskFor(context, options, ref);
  const progress = new Progress(io, 'images');
  const evaluation = await evaluateModel({ ...task, onProgress: (done, total) => progress.step(done, total) });
  print(context, evaluation, confusionTable(evaluation.result.confusion));
  if (options.report !== undefined) io.err(`report: ${options.report}`);
  return evaluation.result.failures.length > 0 ? EXIT.problems : EXIT.ok;
}

async function taskFor(context: Context, options: EvalOptions, ref: string): Promise<EvaluationTask> {
  const { io } = context;
  const { data, format, names, map, score, limit, report } = options;
  if (data === undefined) throw new UsageError('no labelled images are named', 'name their folder with --data DIR');
  // --data is the set here: imported models are in another folder.
  const spec = await specFor(context, { ref, labels: options.labels, dataDir: resolve(io.cwd, options.imported) });
  return {
    spec,
    dir: resolve(io.cwd, data),
    name: data,
    map,
    clock: io.clock,
    signal: io.signal,
    ...(format && { form: format }),
    ...(names !== undefined && { names: await readList('--names', names, io.cwd) }),
    ...(score !== undefined && { score }),
    ...(limit !== undefined && { limit }),
    ...(report !== undefined && { report: resolve(io.cwd, report) }),
  };
}

function print(context: Context, { facts, result }: Evaluation, confusion: MetricsTable): void {
  const { summary, table, notes, failures, figures } = result;
  for (const { name, reason } of failures) context.io.err(`no result: ${name}: ${reason}`);
  const text = [
    `${facts.model} on ${facts.data}: ${summary}`,
    textTable(table),
    `Confusion matrix (rows: the label, columns: the prediction)\n${textTable(confusion)}`,
    notes.join('\n'),
  ];
  context.say({ ...facts, ...figures, notes }, text.filter((part) => part !== '').join('\n\n'));
  const without = failures.length > 0 ? `, ${failures.length} without a result` : '';
  context.io.err(`${facts.pictures} images in ${facts.seconds} s on ${facts.provider}${without}`);
}
