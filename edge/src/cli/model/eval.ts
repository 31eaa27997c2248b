import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  confusionTable,
  type Evaluation,
  type EvaluationTask,
  evaluateModel,
  SET_FORMS,
  type SetForm,
} from '../../evaluation/index.ts';
import { action, type Context, DEFAULT_DATA_DIR, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { readList } from '../list-option.ts';
import { specFor } from '../model-spec.ts';
import { Progress } from './progress.ts';
import { textTable } from './text-table.ts';

interface EvalOptions {
  /** The option of every verb, which here names the labelled pictures. */
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

/** `lineside model eval` */
export function evalVerb(model: Command, registry: Registry): void {
  model
    .command('eval')
    .description('how good a model is on labelled pictures: precision, recall, AP, confusion')
    .argument('<ref>', 'model of the catalog, folder of a bundle, or .onnx file')
    .addOption(new Option('--format <form>', 'what the folder holds (default: found out)').choices(SET_FORMS))
    .option('--names <list>', 'names of the classes of a yolo set: a,b,c or a file with one per line')
    .option('--map <pairs>', 'labels of the set in words of the model: SET=MODEL,...', pairs, new Map<string, string>())
    .option('--score <share>', "score from which a detection counts (default: the manifest's)", share)
    .option('--labels <list>', 'labels of an .onnx file: a,b,c or a file with one per line')
    .option('--limit <pictures>', 'only this many pictures, spread over the set', count)
    .option('--imported <dir>', 'data folder in which imported models lie', DEFAULT_DATA_DIR)
    .option('--report <file>', 'write a page with the figures and the worst pictures')
    .addHelpText(
      'after',
      examples(
        'lineside model eval ppe --data people/valid',
        'lineside model eval ppe --data hats --names hard_hat,person --map hard_hat=headwear --report ppe.html',
        'lineside model eval ./surface --data cookies --format mask --json',
      ) +
        '\n\n--data names the folder of the labelled pictures. What it may hold:' +
        '\nyolo: images/ and labels/ with a text file per picture, boxes or polygons. folders: one folder per class.' +
        '\nmask: good and defective pictures told by their folder or name, masks below masks/ or ground_truth/.' +
        '\nPictures without a result are left out of the figures, told, and the command ends with 1.',
    )
    .action(action<EvalOptions>(registry, evaluate));
}

function pairs(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').map((pair): [string, string] => {
      const [from = '', to = '', ...rest] = pair.split('=').map((word) => word.trim());
      if (from === '' || to === '' || rest.length > 0)
        throw new InvalidArgumentError('It must be SET=MODEL,SET=MODEL.');
      return [from, to];
    }),
  );
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1.');
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

async function evaluate(context: Context, options: EvalOptions, [ref = '']: readonly string[]): Promise<ExitCode> {
  const { io } = context;
  const task = await taskFor(context, options, ref);
  const progress = new Progress(io, 'images');
  const evaluation = await evaluateModel({ ...task, onProgress: (done, total) => progress.step(done, total) });
  print(context, evaluation);
  if (options.report !== undefined) io.err(`report: ${options.report}`);
  return evaluation.result.failures.length > 0 ? EXIT.problems : EXIT.ok;
}

async function taskFor(context: Context, options: EvalOptions, ref: string): Promise<EvaluationTask> {
  const { io } = context;
  const { data, format, names, map, score, limit, report } = options;
  if (data === undefined) throw new UsageError('no labelled pictures are named', 'name their folder with --data DIR');
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

function print(context: Context, { facts, result }: Evaluation): void {
  const { summary, table, confusion, notes, failures, figures } = result;
  for (const { name, reason } of failures) context.io.err(`no result: ${name}: ${reason}`);
  const text = [
    `${facts.model} on ${facts.data}: ${summary}`,
    textTable(table),
    `What was taken for what (rows: what is there, columns: what was found)\n${textTable(confusionTable(confusion))}`,
    notes.join('\n'),
  ];
  context.say({ ...facts, ...figures, notes }, text.filter((part) => part !== '').join('\n\n'));
  const without = failures.length > 0 ? `, ${failures.length} without a result` : '';
  context.io.err(`${facts.pictures} pictures in ${facts.seconds} s on ${facts.provider}${without}`);
}
