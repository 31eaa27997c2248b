import { availableParallelism, cpus } from 'node:os';
import type { Command } from 'commander';
import type { BenchFigures } from '../../evaluation/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { specFor } from '../model-spec.ts';
import { positive, threadCounts } from '../option-values.ts';
import { textTable } from '../text/text-table.ts';

interface BenchOptions {
  readonly threads: readonly number[];
  readonly seconds: number;
  readonly labels?: string;
}

/** `lineside model bench` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<ref>', 'model of the catalog, folder of a bundle, or .onnx file')
    .option('--threads <list>', 'CPU threads of one inference, one measurement each', threadCounts, [1])
    .option('--seconds <time>', 'length of each measurement', positive, 10)
    .option('--labels <list>', 'labels of an .onnx file: a,b,c or a file with one per line')
    .addHelpText(
      'after',
      examples('lineside model bench ppe', 'lineside model bench ./my-model.onnx --threads 1,2 --seconds 30 --json') +
        '\n\nLatency is measured from the moment a frame is given to the session until its detections are returned:' +
        '\ntransfer, inference, decoding, NMS; one frame after the other, after a warm-up. Each number of threads is' +
        '\nmeasured in a process of its own; its memory is what loading used and what running added. With --json one' +
        '\nline per measurement.',
    )
    .action(action<BenchOptions>(registry, bench));
}

interface Row extends BenchFigures {
  readonly threads: number;
}

async function bench(context: Context, options: BenchOptions, [ref = '']: readonly string[]): Promise<ExitCode> {
  const { io, json } = context;
  const { benchmarkModel } = await import('../../evaluation/index.ts');
  const spec = await specFor(context, { ref, labels: options.labels });
  const { width, height } = spec.manifest.input;
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() };
  const model = { model: spec.id, sha256: spec.sha256, input: { width, height } };
  const rows: Row[] = [];
  for (const threads of options.threads) {
    io.err(`${threads} thread(s), ${options.seconds} s ...`);
    const figures = await benchmarkModel({ spec: { ...spec, threads }, seconds: options.seconds }, io.signal);
    rows.push({ threads, ...figures });
    if (json) io.out(JSON.stringify({ ...model, threads, ...figures, ...machine }));
  }
  const head = `${spec.id}, ${width}x${height}, on ${machine.cores} cores of ${machine.cpu}`;
  if (!json) io.out(`${head}\n\n${textTable(tableOf(rows))}`);
  printProblems(context, rows);
  return rows.some((row) => row.fallback || row.withoutResult > 0) ? EXIT.problems : EXIT.ok;
}

function tableOf(rows: readonly Row[]): Parameters<typeof textTable>[0] {
  const ms = (value: number): string => (value < 1 ? value.toFixed(3) : value.toFixed(1));
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  return {
    columns: [
      'threads',
      'provider',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'infer ms',
      'decode ms',
      'per second',
      'CPU ms',
      'load ms',
      'MiB',
      '+MiB',
    ],
    rows: rows.map((row) => [
      String(row.threads),
      row.provider,
      ...[row.p50Ms, row.p95Ms, row.p99Ms, row.inferP50Ms, row.decodeP50Ms].map(ms),
      row.framesPerSecond.toFixed(1),
      ms(row.cpuMsPerFrame),
      row.loadMs.toFixed(0),
      mib(row.loadedBytes),
      mib(row.grownBytes),
    ]),
  };
}

function printProblems({ io }: Context, rows: readonly Row[]): void {
  for (const { threads, fallback, reason, withoutResult, frames } of rows) {
    if (fallback) io.err(`${threads} thread(s): the accelerator was not used: ${reason}`);
    if (withoutResult > 0) io.err(`${threads} thread(s): ${withoutResult} of ${frames} frames gave no result`);
  }
}
