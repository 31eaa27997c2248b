import type { Command } from 'commander';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { currentLine, type RecipesAnswer } from '../text/recipe-text.ts';

/** `lineside recipe set` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'id of the recipe, or code of its product')
    .addHelpText('after', examples('lineside recipe set yoghurt-500', 'lineside recipe set 4006381333931 --json'))
    .action(action(registry, set));
}

async function set(context: Context, _options: object, [recipe = '']: readonly string[]): Promise<ExitCode> {
  const answer = (await callService(context.dataDir, '/api/v1/recipe', { recipe })) as RecipesAnswer;
  context.say(answer.current, currentLine(answer));
  return EXIT.ok;
}
