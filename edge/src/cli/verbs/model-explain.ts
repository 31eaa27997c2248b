import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Explanation } from '../../evaluation/index.ts';
import type { ModelManifest } from '../../inference/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { specFor } from '../model-spec.ts';
import { integer, positive } from '../option-values.ts';
import { Progress } from '../text/progress.ts';

interface ExplainOptions {
  readonly out: string;
  readonly label?: string;
  readonly labels?: string;
  readonly grid: number;
  readonly seconds: number;
}

/** `lineside model explain` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<ref>', 'model of the catalog, folder of a bundle, or .onnx file')
    .argument('<image>', 'image, or video of which the first frame is taken')
    .requiredOption('--out <file>', 'PNG to write')
    .option('--label <label>', 'explain the best detection with this label (default: the best of all)')
    .option('--labels <list>', 'labels of an .onnx file: a,b,c or a file with one per line')
    .option('--grid <cells>', 'cells along the longer side', integer(2, 64), 16)
    .option('--seconds <time>', 'time limit; a coarser grid is chosen to keep it', positive, 120)
    .addHelpText(
      'after',
      examples(
        'lineside model explain ppe people.jpg --out why.png',
        'lineside model explain defect bottle.jpg --label defect --grid 24 --out why.png',
      ) +
        '\n\nAn anomaly model returns a map of where an image is unusual. Any other model is run again and again with a' +
        '\ngrey square over a part of the image: where the detection loses score, that part mattered. Covering shows what' +
        '\na prediction needed, not what it would take to change it.',
    )
    .action(action<ExplainOptions>(registry, explain));
}

async function explain(
  context: Context,
  options: ExplainOptions,
  [ref = '', image = '']: readonly string[],
): Promise<ExitCode> {
  const { io } = context;
  const { explainPrediction } = await import('../../evaluation/index.ts');
  const { label, labels, grid, seconds, out } = options;
  const spec = await specFor(context, { ref, labels });
  mustKnow(label, spec.manifest);
  const progress = new Progress(io, 'runs');
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
  const low = belowThreshold ? ', below the threshold,' : '';
  const what = `${label} ${score.toFixed(2)}${low} on ${image}: ${out}`;
  if (method === 'map') return `${what}, by the model's own map`;
  const short = cutShort === true ? '; the time limit was reached before every part was covered' : '';
  return `${what}, by ${looks} runs with a part covered (grid ${grid}); the largest drop of the score is ${mostDrop.toFixed(2)}${short}`;
}
