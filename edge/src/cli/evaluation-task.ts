import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { EvaluationTask, SetForm } from '../evaluation/index.ts';
import { type Context, DEFAULT_DATA_DIR } from './context.ts';
import { UsageError } from './errors.ts';
import { readList } from './list-option.ts';
import { specFor } from './model-spec.ts';
import { fraction, labelPairs, positiveInteger } from './option-values.ts';

/** Options of the verbs that run a model on labelled images. */
export interface SetOptions {
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

/** The end of the help of such a verb. */
export const SET_HELP =
  '\n\n--data names the folder of the labelled images. It may contain:' +
  '\nyolo: images/ and labels/ with a text file per image, boxes or polygons. folders: one folder per class.' +
  '\nmask: good and defective images, distinguished by folder or name, masks below masks/ or ground_truth/.' +
  '\nImages without a result are listed and left out of the metrics, and the command ends with 1.';

export function setOptions(command: Command): Command {
  return command
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
    .option('--imported <dir>', 'data folder with imported models', DEFAULT_DATA_DIR);
}

/** What is to be evaluated. Throws UsageError. */
export async function evaluationTask(context: Context, options: SetOptions, ref: string): Promise<EvaluationTask> {
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
