import type { Command } from 'commander';
import { askService } from '../ask-service.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside model rollback` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'id of the bundle, such as ppe')
    .description(
      `Goes back to the version of a model that ran before its last update, without any network. A running line goes on with it at once; a stopped one at its next start. The release that was left is not installed again until another one is wanted. --json: one line {model, state, from, to}.`,
    )
    .addHelpText('after', examples('lineside model rollback ppe', 'lineside model rollback ppe --json'))
    .action(action(registry, rollback));
}

async function rollback(context: Context, _options: object, [id = '']: readonly string[]): Promise<ExitCode> {
  const running = (await askService(context.dataDir)) !== undefined;
  const done = running
    ? ((await callService(context.dataDir, '/api/v1/updates', { action: 'rollback', model: id })) as RolledBack)
    : await withoutService(context.dataDir, id);
  const { state, from, to } = done;
  context.say({ model: id, ...done }, `${id}: ${state.replaceAll('_', ' ')}, from ${from} to ${to}`);
  return state === 'rolled_back' ? EXIT.ok : EXIT.problems;
}

interface RolledBack {
  readonly state: string;
  readonly from: string;
  readonly to: string;
}

async function withoutService(dataDir: string, id: string): Promise<RolledBack> {
  const { rollBackWithoutLine } = await import('../../app/index.ts');
  return rollBackWithoutLine(dataDir, id);
}
