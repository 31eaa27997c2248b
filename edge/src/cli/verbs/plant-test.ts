import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { connectionOf, readingText, withConnection } from '../plant-point.ts';
import { positive } from '../option-values.ts';
import { POINTS } from './plant-read.ts';

interface TestOptions {
  readonly count: number;
}

/** `lineside plant test` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<url>', 'controller, or a point of it')
    .option('--count <number>', 'readings of the point', positive, 100)
    .addHelpText(
      'after',
      examples(
        'lineside plant test modbus+tcp://10.0.0.9',
        'lineside plant test modbus+tcp://10.0.0.9/input:4 --count 500',
      ) +
        `\n${POINTS}\n\nOpens a connection and reads the point again and again: does it answer, and how fast? Writes nothing.`,
    )
    .action(action<TestOptions>(registry, test));
}

async function test(context: Context, { count }: TestOptions, [url = '']: readonly string[]): Promise<ExitCode> {
  const target = await connectionOf(url);
  const { clock } = context.io;
  const startedMs = clock.monoMs();
  return withConnection(context, target, async (open) => {
    const connectMs = clock.monoMs() - startedMs;
    const { point } = target;
    const times: number[] = [];
    let last = 'not read: the URL names no point';
    let bad = 0;
    for (let n = 0; point !== undefined && n < count && !context.io.signal.aborted; n += 1) {
      const fromMs = clock.monoMs();
      const [reading] = await open.read([point]);
      times.push(clock.monoMs() - fromMs);
      last = readingText(reading);
      if (reading === undefined || 'bad' in reading) bad += 1;
    }
    const sorted = times.toSorted((a, b) => a - b);
    const at = (part: number): number | undefined => rounded(sorted[Math.ceil(part * sorted.length) - 1]);
    const report = {
      url: target.shown,
      connectMs: rounded(connectMs),
      reads: times.length,
      bad,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      last,
    };
    const speed =
      times.length === 0
        ? ''
        : `\n${times.length} readings, ${bad} bad: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
    context.say(report, `${target.shown} answers: connected in ${rounded(connectMs)} ms${speed}\nvalue: ${last}`);
    return bad > 0 ? EXIT.problems : EXIT.ok;
  });
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10;
}
