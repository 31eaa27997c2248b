import type { Command } from 'commander';
import type { AccessAnswer } from '../../access/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { accessText } from '../text/access-text.ts';

/** `lineside access show` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText('after', examples('lineside access show', 'lineside access show --json'))
    .action(action(registry, show));
}

async function show(context: Context): Promise<ExitCode> {
  const answer = (await callService(context.dataDir, '/api/v1/access')) as AccessAnswer;
  context.say(answer, accessText(answer));
  return EXIT.ok;
}
