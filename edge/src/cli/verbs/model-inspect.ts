import { resolve } from 'node:path';
import type { OnnxInspection } from '@lineside/models';
import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside model inspect` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<file>', 'an .onnx file')
    .addHelpText(
      'after',
      examples('lineside model inspect yolo.onnx', 'lineside model inspect yolo.onnx --json | jq .families'),
    )
    .action(action(registry, inspect));
}

async function inspect(context: Context, _options: object, [file = '']: readonly string[]): Promise<ExitCode> {
  const { describe, inspectOnnx } = await import('@lineside/models');
  const found = await inspectOnnx(resolve(context.io.cwd, file));
  const tensors = { inputs: found.inputs.map(describe), outputs: found.outputs.map(describe) };
  context.say({ ...found, path: file }, textOf(file, found, tensors));
  return found.obstacles.length > 0 ? EXIT.problems : EXIT.ok;
}

/** Inputs and outputs in words. */
interface Tensors {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function textOf(file: string, found: OnnxInspection, { inputs, outputs }: Tensors): string {
  const { weights, hints, families, obstacles } = found;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['file', [`${file}, ${bytesText(found.bytes)}`]],
    ['made by', [found.producer || 'unknown']],
    ['operator sets', [`${pairs(found.opsets)} (IR version ${found.irVersion})`]],
    ['inputs', inputs],
    ['outputs', outputs],
    ['open sizes', found.dynamicAxes],
    ['weights', [`${weights.tensors} tensors, ${bytesText(weights.bytes)} (${pairs(weights.types)})`]],
    [
      'external weights',
      found.external.map(({ location, bytes, problem }) => `${location}, ${bytesText(bytes)}: ${problem ?? 'found'}`),
    ],
    ['nodes', [`${found.nodes}: ${pairs(found.operators.counts, 12)}`]],
    ['slow on TensorRT', found.operators.notInTensorrt],
    ['task', hints.task === undefined ? [] : [hints.task]],
    ['labels', hints.names === undefined ? [] : [`${hints.names.length}: ${shortened(hints.names)}`]],
    ['licence', hints.licence === undefined ? [] : [hints.licence]],
    ['family', families.map(({ family, task, reason }, i) => `${i === 0 ? '' : 'or '}${family} (${task}): ${reason}`)],
    ['cannot be used', obstacles],
  ];
  const lines = rows.flatMap(([name, values]) =>
    values.map((value, i) => `${(i === 0 ? name : '').padEnd(17)}${value}`),
  );
  if (families.length === 0 && obstacles.length === 0)
    lines.push(
      found.familyNeedsRun
        ? 'family           shown by a run: its outputs have open sizes; lineside model import runs it and sees them'
        : 'family           none fits: lineside model import says what it is like',
    );
  return lines.join('\n');
}

function pairs(counts: Readonly<Record<string, number>>, most = 40): string {
  const all = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return all.length > most ? `${all.slice(0, most).join(', ')}, and ${all.length - most} more` : all.join(', ');
}

function shortened(names: readonly string[]): string {
  const text = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${text}, ...` : text;
}

function bytesText(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1e3 ? `${(bytes / 1e3).toFixed(1)} kB` : `${bytes} bytes`;
}
