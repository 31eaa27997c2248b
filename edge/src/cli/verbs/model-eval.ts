import type { Command } from 'commander';
import type { Evaluation, MetricsTable } from '../../evaluation/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { evaluationTask, SET_HELP, type SetOptions, setOptions } from '../evaluation-task.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { Progress } from '../text/progress.ts';
import { textTable } from '../text/text-table.ts';

/** `lineside model eval` */
export function configure(command: Command, registry: Registry): void {
  setOptions(command.argument('<ref>', 'model of the catalog, folder of a bundle, or .onnx file'))
    .option('--report <file>', 'write a page with the metrics and the worst images')
    .addHelpText(
      'after',
      examples(
        'lineside model eval ppe --data people/valid',
        'lineside model eval ppe --data hats --names hard_hat,person --map hard_hat=headwear --report ppe.html',
        'lineside model eval ./surface --data cookies --format mask --json',
      ) + SET_HELP,
    )
    .action(action<SetOptions>(registry, evaluate));
}

async function evaluate(context: Context, options: SetOptions, [ref = '']: readonly string[]): Promise<ExitCode> {
  const { io } = context;
  const { confusionTable, evaluateModel } = await import('../../evaluation/index.ts');
  const task = await evaluationTask(context, options, ref);
  const progress = new Progress(io, 'images');
  const evaluation = await evaluateModel({ ...task, onProgress: (done, total) => progress.step(done, total) });
  print(context, evaluation, confusionTable(evaluation.result.confusion));
  if (options.report !== undefined) io.err(`report: ${options.report}`);
  return evaluation.result.failures.length > 0 ? EXIT.problems : EXIT.ok;
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
