import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type Explanation, explainPrediction } from '../../evaluation/index.ts';
import type { ModelManifest } from '../../inference/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { specFor } from '../model-spec.ts';
import { Progress } from './progress.ts';

interface ExplainOptions {
  readonly out: string;
  readonly label?: string;
  readonly labels?: string;
  readonly grid: number;
  readonly seconds: number;
}

const GRID = 16;
const SECONDS = 120;
/** `lineside model explain` */
export function explainVerb(model: Command, registry: Registry): void {
  model
    .command('explain')
    .description('what a decision rested on: a heat map over the picture')
    .argument('<ref>', 'model of the catalog, folder of a bundle, or .onnx file')
    .argument('<image>', 'picture, or video of which the first frame is taken')
    .requiredOption('--out <file>', 'PNG to write')
    .option('--label <label>', 'explain the best find with this label (default: the best of all)')
    .option('--labels <list>', 'labels of an .onnx file: a,b,c or a file with one per line')
    .option('--grid <cells>', 'cells along the longer side', cells, GRID)
    .option('--seconds <time>', 'most time to take; a coarser grid is chosen where it would not do', seconds, SECONDS)
    .addHelpText(
      'after',
      examples(
        'lineside model explain ppe people.jpg --out why.png',
        'lineside model explain defect bottle.jpg --label defect --grid 24 --out why.png',
      ) +
        '\n\nAn anomaly model tells by itself where a picture is unusual. Any other is asked again and again with a grey' +
        '\nsquare over a part of the picture: where the find loses its score, there it came from. Covering shows what a' +
        '\ndecision needed, not what it would take to change it.',
    )
    .action(action<ExplainOptions>(registry, explain));
}

function cells(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 2 && value <= 64) return value;
  throw new InvalidArgumentError('It must be a whole number from 2 to 64.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

async function explain(
  context: Context,
  options: ExplainOptions,
  [ref = '', image = '']: readonly string[],
): Promise<ExitCode> {
  const { io } = context;
  const { label, labels, grid, seconds, out } = options;
  const spec = await specFor(context, { ref, labels });
  mustKnow(label, spec.manifest);
  const progress = new Progress(io, 'looks');
  const explanation = await explainPrediction({
    spec,
    image: resolve(io.cwd, image),
    out: resolve(io.cwd, out),
    grid,
    budgetMs: seconds * 1000,
    clock: io.clock,
    signal: io.signal,
    onProgress: (done, total) => progress.step(done, total),
    ...(label !== undefined && { label }),
  });
  context.say({ model: spec.id, image, ...explanation, out }, textOf(explanation, image, out));
  return explanation.cutShort === true ? EXIT.problems : EXIT.ok;
}

function mustKnow(label: string | undefined, { labels }: ModelManifest): void {
  if (label === undefined || labels.includes(label)) return;
  throw new UsageError(`the model has no label ${label}`, `it has ${labels.slice(0, 20).join(', ')}`);
}

function textOf(explanation: Explanation, image: string, out: string): string {
  const { label, score, belowThreshold, method, cutShort, mostDrop = 0, looks = 0, grid = 0 } = explanation;
  const low = belowThreshold ? ', too low a score to count,' : '';
  const what = `${label} ${score.toFixed(2)}${low} on ${image}: ${out}`;
  if (method === 'map') return `${what}, by the model's own map`;
  const short = cutShort === true ? '; the time ran out before every part was covered' : '';
  return `${what}, by ${looks} looks with a part covered (grid ${grid}); the most that one took is ${mostDrop.toFixed(2)}${short}`;
}
