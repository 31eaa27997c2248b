import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { withEvents } from '../event-filter.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { transitionLine } from '../text/event-text.ts';

/** `lineside events tail` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText('after', examples('lineside events tail', 'lineside events tail --json | jq .body.kind'))
    .action(action(registry, tail));
}

function tail(context: Context): Promise<ExitCode> {
  return withEvents(context, async (reader) => {
    for await (const transition of reader.tail(context.io.signal, context.io.clock)) {
      context.say(transition, transitionLine(transition));
    }
    return EXIT.ok;
  });
}
