import type { Command } from 'commander';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { recipeLines, type RecipesAnswer } from '../text/recipe-text.ts';

/** `lineside recipe list` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText('after', examples('lineside recipe list', 'lineside recipe list --json'))
    .action(action(registry, list));
}

async function list(context: Context): Promise<ExitCode> {
  const answer = (await callService(context.dataDir, '/api/v1/recipe')) as RecipesAnswer;
  const lines = recipeLines(answer);
  context.say(
    answer,
    lines.length === 0 ? 'no recipes: add them under recipes: in the configuration' : lines.join('\n'),
  );
  return EXIT.ok;
}
