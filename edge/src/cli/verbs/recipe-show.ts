import type { Command } from 'commander';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { currentLine, type RecipesAnswer } from '../text/recipe-text.ts';

/** `lineside recipe show` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText('after', examples('lineside recipe show', 'lineside recipe show --json'))
    .action(action(registry, show));
}

async function show(context: Context): Promise<ExitCode> {
  const answer = (await callService(context.dataDir, '/api/v1/recipe')) as RecipesAnswer;
  context.say(answer.current, currentLine(answer));
  return EXIT.ok;
}
