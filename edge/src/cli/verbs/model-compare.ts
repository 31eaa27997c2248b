import type { Command } from 'commander';
import type { Comparison, Evaluation } from '../../evaluation/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { evaluationTask, SET_HELP, type SetOptions, setOptions } from '../evaluation-task.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { fraction } from '../option-values.ts';
import { Progress } from '../text/progress.ts';
import { textTable } from '../text/text-table.ts';

interface CompareOptions extends SetOptions {
  readonly tolerance: number;
}

/** `lineside model compare` */
export function configure(command: Command, registry: Registry): void {
  setOptions(
    command
      .argument('<a>', 'the model in use: of the catalog, folder of a bundle, or .onnx file')
      .argument('<b>', 'the model that may take its place'),
  )
    .option('--tolerance <fraction>', 'differences below this do not count', fraction, 0.01)
    .addHelpText(
      'after',
      examples(
        'lineside model compare ./ppe-2.0.0 ./ppe-2.1.0 --data reviewed',
        'lineside model compare ppe ./ppe-2.1.0 --data reviewed --map missing_headwear=head --json',
      ) +
        SET_HELP +
        '\nEnds with 1 as well where the second model is worse: no figure is higher, and one is lower.',
    )
    .action(action<CompareOptions>(registry, compare));
}

async function compare(
  context: Context,
  options: CompareOptions,
  [a = '', b = '']: readonly string[],
): Promise<ExitCode> {
  const { compareTables, evaluateModel } = await import('../../evaluation/index.ts');
  const evaluations: Evaluation[] = [];
  const progress = new Progress(context.io, '');
  for (const ref of [a, b]) {
    progress.begin(`images with ${ref}`);
    const task = await evaluationTask(context, options, ref);
    const evaluation = await evaluateModel({ ...task, onProgress: (done, total) => progress.step(done, total) });
    for (const { name, reason } of evaluation.result.failures) context.io.err(`no result: ${ref}: ${name}: ${reason}`);
    evaluations.push(evaluation);
  }
  const [first, second] = evaluations;
  if (first === undefined || second === undefined) throw new Error('two models were evaluated');
  const comparison = compareTables(first.result.table, second.result.table, options.tolerance);
  print(context, [first, second], comparison, options);
  const failed = evaluations.some(({ result }) => result.failures.length > 0);
  return failed || comparison.verdict === 'worse' ? EXIT.problems : EXIT.ok;
}

function print(
  context: Context,
  [a, b]: readonly [Evaluation, Evaluation],
  { figures, notCompared, verdict }: Comparison,
  { tolerance }: CompareOptions,
): void {
  const rows = figures.map((one) => [
    ...[one.of, one.figure, one.a.toFixed(3), one.b.toFixed(3)],
    `${one.b >= one.a ? '+' : ''}${(one.b - one.a).toFixed(3)}`,
  ]);
  const words = {
    better: 'The second model is better.',
    worse: 'The second model is worse.',
    mixed: 'The second model is better in some figures and worse in others.',
    same: 'No figure differs by more than the tolerance.',
  } as const;
  const text = [
    `${b.facts.model} beside ${a.facts.model} on ${a.facts.data}: ${a.result.summary}`,
    textTable({ columns: ['label', 'figure', 'first', 'second', 'difference'], rows }),
    `${words[verdict]} Differences below ${tolerance} do not count.`,
    notCompared.length === 0 ? '' : `Only one of the models was evaluated on: ${notCompared.join(', ')}.`,
  ];
  const one = ({ facts, result }: Evaluation): object => ({ ...facts, ...result.figures });
  const value = { verdict, tolerance, figures, notCompared, a: one(a), b: one(b) };
  context.say(value, text.filter((part) => part !== '').join('\n\n'));
}
