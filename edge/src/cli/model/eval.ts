import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { probeFfmpeg } from '../../camera/index.ts';
import {
  confusionTable,
  EvaluationError,
  guessForm,
  type LabelledSet,
  lines,
  readSet,
  SET_FORMS,
  type SetForm,
} from '../../evaluation/index.ts';
import type { ModelSpec } from '../../inference/index.ts';
import { systemCode } from '@lineside/kit';
import { action, type Context, DEFAULT_DATA_DIR, examples, type Registry } from '../context.ts';
import { type Detector, findSpec, startSession } from '../detect/detector.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { judgeAnomalies } from './eval/judge-anomalies.ts';
import { judgeBoxes } from './eval/judge-boxes.ts';
import { judgeClasses } from './eval/judge-classes.ts';
import type { Judged } from './eval/judged.ts';
import type { LookThrough } from './eval/look-through.ts';
import { saveReport } from './eval/save-report.ts';
import { Progress } from './progress.ts';
import { answersOf } from './task-of.ts';
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

/** Average precision needs the whole curve, down to what no threshold would let through. */
const LEAST_SCORE = 0.01;

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
  const { data } = options;
  if (data === undefined) throw new UsageError('no labelled pictures are named', 'name their folder with --data DIR');
  const dir = resolve(io.cwd, data);
  const labels = options.labels === undefined ? {} : { labels: options.labels };
  // --data is the set here: imported models lie elsewhere.
  const dataDir = resolve(io.cwd, options.imported);
  const spec = await findSpec({ ref, cwd: io.cwd, dataDir, ...labels }, io.signal);
  const form = options.format ?? (await guessForm(dir, answersOf(spec.manifest)));
  const names = options.names === undefined ? undefined : await namesOf(options.names, io.cwd);
  const set = thinned(await readSet({ dir, form, names }), options.limit);
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const started = io.clock.monoMs();
  // Everything down to the least score; the threshold is applied to what comes back.
  const detector = await startSession({ ...spec, score: LEAST_SCORE, maps: true, masks: hasOutlines(set) }, io.signal);
  try {
    const progress = new Progress(io, 'pictures');
    const judged = await judge({ detector, capabilities, progress, signal: io.signal }, set, options);
    const seconds = (io.clock.monoMs() - started) / 1000;
    const facts = factsOf({ spec, detector, set, dir: data, judged, seconds });
    tell(context, facts, judged);
    if (options.report !== undefined) {
      const path = resolve(io.cwd, options.report);
      const told = Object.entries(facts).map(([name, value]): [string, string] => [
        name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
        String(value),
      ]);
      await saveReport({
        path,
        title: `${spec.id} on ${data}`,
        facts: told,
        judged,
        capabilities,
        signal: io.signal,
      });
      io.err(`report: ${options.report}`);
    }
    return judged.failures.length > 0 ? EXIT.problems : EXIT.ok;
  } finally {
    await detector.close();
  }
}

async function namesOf(text: string, cwd: string): Promise<readonly string[]> {
  try {
    return lines(await readFile(resolve(cwd, text), 'utf8'));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    if (text.includes('/')) throw new UsageError(`--names ${text}: there is no such file`, 'write names as a,b,c');
    return lines(text.replaceAll(',', '\n'));
  }
}

/** Outlines cost time, and without true ones there is nothing to hold them against. */
function hasOutlines(set: LabelledSet): boolean {
  return set.form === 'yolo' && set.pictures.some(({ truth }) => truth.some(({ polygon }) => polygon !== undefined));
}

/** `limit` pictures at equal distances. */
function thinned(set: LabelledSet, limit: number | undefined): LabelledSet {
  const total = set.pictures.length;
  if (limit === undefined || limit >= total) return set;
  const some = <P>(pictures: readonly P[]): readonly P[] =>
    pictures.filter((_, at) => Math.floor((at * limit) / total) !== Math.floor(((at - 1) * limit) / total));
  switch (set.form) {
    case 'yolo':
      return { ...set, pictures: some(set.pictures) };
    case 'folders':
      return { ...set, pictures: some(set.pictures) };
    case 'mask':
      return { ...set, pictures: some(set.pictures) };
  }
}

type Stage = Omit<LookThrough<never>, 'pictures'>;

async function judge(stage: Stage, set: LabelledSet, { map, score }: EvalOptions): Promise<Judged> {
  const { manifest } = stage.detector.spec;
  const answers = answersOf(manifest);
  if (set.form === 'yolo' && answers === 'detect') {
    return judgeBoxes(stage, { set, map, threshold: score ?? manifest.thresholds.score });
  }
  if (set.form === 'folders' && answers === 'classify') return judgeClasses(stage, { set, map });
  if (set.form === 'mask' && answers === 'anomaly') {
    return judgeAnomalies(stage, { set, threshold: manifest.output.options?.threshold ?? manifest.thresholds.score });
  }
  const wanted = { detect: 'yolo', classify: 'folders', anomaly: 'mask' } as const;
  throw new EvaluationError(
    'set_form',
    `a ${set.form} set cannot judge this model`,
    `a model of the family ${manifest.output.family} is judged with --format ${wanted[answers]}`,
  );
}

interface Facts {
  readonly model: string;
  readonly sha256: string;
  readonly provider: string;
  readonly data: string;
  readonly form: SetForm;
  readonly pictures: number;
  readonly withoutResult: number;
  readonly seconds: number;
}

function factsOf(of: {
  readonly spec: ModelSpec;
  readonly detector: Detector;
  readonly set: LabelledSet;
  readonly dir: string;
  readonly judged: Judged;
  readonly seconds: number;
}): Facts {
  const { spec, detector, set, dir, judged, seconds } = of;
  return {
    model: spec.id,
    sha256: spec.sha256,
    provider: detector.facts.provider,
    data: dir,
    form: set.form,
    pictures: set.pictures.length,
    withoutResult: judged.failures.length,
    seconds: Number(seconds.toFixed(1)),
  };
}

function tell(context: Context, facts: Facts, judged: Judged): void {
  const { summary, table, confusion, notes, failures, figures } = judged;
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
