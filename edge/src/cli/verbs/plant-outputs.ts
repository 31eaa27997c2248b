import type { Command } from 'commander';
import type { OutputView } from '../../status/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { outputLine } from '../text/output-text.ts';

/** `lineside plant outputs` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside plant outputs', 'lineside plant outputs --json') +
        '\n\nEnds with 0 when every output is ready, otherwise with 1.',
    )
    .action(action(registry, list));
}

async function list(context: Context): Promise<ExitCode> {
  const answer = await callService(context.dataDir, '/api/v1/outputs');
  const { outputs } = answer as { readonly outputs: readonly OutputView[] };
  const lines = outputs.length === 0 ? ['no outputs are configured'] : outputs.map(outputLine);
  context.say(answer, lines.join('\n'));
  return outputs.every(({ readiness }) => readiness === 'ready') ? EXIT.ok : EXIT.problems;
}
