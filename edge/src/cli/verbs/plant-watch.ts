import type { Command } from 'commander';
import { unlessAbort } from '@lineside/kit';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { pointOf, readingText, withConnection } from '../plant-point.ts';
import { UsageError } from '../errors.ts';
import { byConnection, POINTS } from './plant-read.ts';

/** `lineside plant watch` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<url...>', 'points of one controller; every=50ms in a URL says how often it is read')
    .addHelpText(
      'after',
      examples(
        'lineside plant watch modbus+tcp://10.0.0.9/coil:0',
        "lineside plant watch 'modbus+tcp://10.0.0.9/input:4?type=uint32&every=100ms' --json",
      ) + `\n${POINTS}\n\nPrints each change, until Ctrl-C. Ends with 1 when the controller does not answer.`,
    )
    .action(action(registry, (context: Context, _options, urls) => watch(context, urls)));
}

async function watch(context: Context, urls: readonly string[]): Promise<ExitCode> {
  const points = await Promise.all(urls.map(pointOf));
  const [group = [], ...others] = byConnection(points);
  const [first] = group;
  if (first === undefined || others.length > 0) {
    throw new UsageError('points of one controller can be watched at a time', 'watch each controller on its own');
  }
  const { io, json } = context;
  const everyMs = Math.min(...group.map((point) => point.everyMs));
  const before = new Map<string, string>();
  await withConnection(context, first, async (open) => {
    while (!io.signal.aborted) {
      const readings = await open.read(group.map(({ point }) => point));
      for (const [n, { shown }] of group.entries()) {
        const text = readingText(readings[n]);
        if (before.get(shown) === text) continue;
        before.set(shown, text);
        const at = new Date(io.clock.wallMs()).toISOString();
        io.out(json ? JSON.stringify({ at, url: shown, ...readings[n] }) : `${at}  ${shown}  ${text}`);
      }
      await io.clock.sleep(everyMs, io.signal).catch(unlessAbort);
    }
  });
  return EXIT.ok;
}
