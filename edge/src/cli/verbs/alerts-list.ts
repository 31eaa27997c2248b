import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { localTime } from '../text/time-text.ts';

/** `lineside alerts list` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside alerts list', 'lineside alerts list --json') +
        '\n\nWhat was alerted and still lasts, what waits to be sent, and to whom. Reads the file of the service.',
    )
    .action(action(registry, list));
}

async function list(context: Context): Promise<ExitCode> {
  const { AlertStore } = await import('../../alerts/index.ts');
  const { open, pending, outbox, givenUp } = await new AlertStore(context.dataDir).read();
  const lasting = Object.values(open).map(({ text }) => `lasts    ${text}`);
  const collected = pending.map(({ text, atMs }) => `waits    ${text}, since ${localTime(atMs)}`);
  const unsent = outbox.map(
    ({ message, targets, attempts }) =>
      `unsent   ${message.id} to ${targets.join(', ')}, ${attempts} attempts, since ${localTime(message.atMs)}`,
  );
  const lost = givenUp === 0 ? [] : [`lost     ${givenUp} messages were given up: no target took them`];
  const lines = [...lasting, ...collected, ...unsent, ...lost];
  context.say(
    { open: Object.values(open), pending, outbox, givenUp },
    lines.join('\n') || 'nothing is wrong, nothing waits',
  );
  return EXIT.ok;
}
