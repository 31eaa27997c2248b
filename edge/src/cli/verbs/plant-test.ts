import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { positive } from '../option-values.ts';
import { tryPoint } from '../try-point.ts';
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
        "lineside plant test 'opc.tcp://10.0.0.9:4840?security=aes256#i=2258'",
      ) +
        `\n${POINTS}\n\nOpens a connection and reads the point again and again: does it answer, and how fast? Writes nothing.`,
    )
    .action(action<TestOptions>(registry, test));
}

async function test(context: Context, { count }: TestOptions, [url = '']: readonly string[]): Promise<ExitCode> {
  const tried = await tryPoint(context, url, count);
  const { url: shown, connectMs, reads, bad, p50Ms, p99Ms, maxMs, last } = tried;
  const speed =
    reads === 0 ? '' : `\n${reads} readings, ${bad} bad: p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${maxMs} ms`;
  context.say(tried, `${shown} answers: connected in ${connectMs} ms${speed}\nvalue: ${last}`);
  return bad > 0 ? EXIT.problems : EXIT.ok;
}
