import type { Command } from 'commander';
import type { SignalView } from '../../status/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { signalLine } from '../text/signal-text.ts';

/** `lineside signal list` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText('after', examples('lineside signal list', 'lineside signal list --json'))
    .action(action(registry, list));
}

async function list(context: Context): Promise<ExitCode> {
  const answer = (await callService(context.dataDir, '/api/v1/signals')) as { readonly signals: readonly SignalView[] };
  const { signals } = answer;
  const lines = signals.map(signalLine);
  context.say(
    answer,
    lines.length === 0 ? 'no signals: add them under signals: in the configuration' : lines.join('\n'),
  );
  return EXIT.ok;
}
