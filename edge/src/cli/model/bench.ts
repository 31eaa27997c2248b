import { availableParallelism, cpus } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { type BenchFigures, benchmarkModel } from '../../evaluation/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { specFor } from '../model-spec.ts';
import { textTable } from './text-table.ts';

interface BenchOptions {
  readonly threads: readonly number[];
  readonly seconds: number;
  readonly labels?: string;
}

const SECONDS = 10;

/** `lineside model bench` */
export function benchVerb(model: Command, registry: Registry): void {
  model
    .command('bench')
    .description('how fast a model is on this machine: latency, throughput, CPU, memory')
    .argument('<ref>', 'model of the catalog, folder of a bundle, or .onnx file')
    .option('--threads <list>', 'CPU threads of one inference, one measurement each', threadList, [1])
    .option('--seconds <time>', 'how long to measure each', seconds, SECONDS)
    .option('--labels <list>', 'labels of an .onnx file: a,b,c or a file with one per line')
    .addHelpText(
      'after',
      examples('lineside model bench ppe', 'lineside model bench ./my-model.onnx --threads 1,2 --seconds 30 --json') +
        '\n\nLatency is from handing a frame to the session until its finds are back: transfer, inference, decoding, NMS;' +
        '\none frame after the other, after a warm-up. Each number of threads is measured in a process of its own, whose' +
        '\nmemory is what loading took and what running added. With --json one line per measurement.',
    )
    .action(action<BenchOptions>(registry, bench));
}

function threadList(text: string): readonly number[] {
  const list = text.split(',').map(Number);
  if (list.every((threads) => Number.isInteger(threads) && threads >= 1 && threads <= 256)) return list;
  throw new InvalidArgumentError('It must be whole numbers such as 1,2,4.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

interface Row extends BenchFigures {
  readonly threads: number;
}

async function bench(context: Context, options: BenchOptions, [ref = '']: readonly string[]): Promise<ExitCode> {
  const { io } = context;
  const spec = await specFor(context, { ref, labels: options.labels });
  const { width, height } = spec.manifest.input;
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism() };
  const rows: Row[] = [];
  for (const threads of options.threads) {
    io.err(`${threads} thread(s), ${options.seconds} s ...`);
    const figures = await benchmarkModel({ spec: { ...spec, threads }, seconds: options.seconds }, io.signal);
    rows.push({ threads, ...figures });
    if (context.json) {
      io.out(
        JSON.stringify({
          model: spec.id,
          sha256: spec.sha256,
          input: { width, height },
          threads,
          ...figures,
          ...machine,
        }),
      );
    }
  }
  if (!context.json)
    io.out(`${spec.id}, ${width}x${height}, on ${machine.cores} of ${machine.cpu}\n\n${textTable(tableOf(rows))}`);
  tellTroubles(context, rows);
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

function tellTroubles({ io }: Context, rows: readonly Row[]): void {
  for (const { threads, fallback, reason, withoutResult, frames } of rows) {
    if (fallback) io.err(`${threads} thread(s): the accelerator was not used: ${reason}`);
    if (withoutResult > 0) io.err(`${threads} thread(s): ${withoutResult} of ${frames} frames gave no result`);
  }
}
