import type { Command } from 'commander';
import type { OutputView } from '../../status/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { outputLine } from '../text/output-text.ts';

interface ArmOptions {
  readonly by: string;
}

/** `lineside plant arm` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<output>', 'id of an output in the configuration')
    .requiredOption('--by <name>', 'who arms it, for the audit')
    .addHelpText(
      'after',
      examples('lineside plant arm reject-1 --by "M. Fischer"', 'lineside plant arm reject-1 --by line-2 --json') +
        '\n\nUntil it is armed nothing is written to the controller. It stays armed when the service starts again, until' +
        '\nit is disarmed or its configuration is changed. It is no safety function: guards and stops are not its business.',
    )
    .action(action<ArmOptions>(registry, (context, { by }, [id = '']) => setArmed(context, id, true, by)));
}

/** Arms or disarms, and shows the output as it is then. */
export async function setArmed(context: Context, output: string, armed: boolean, by: string): Promise<ExitCode> {
  const answer = await callService(context.dataDir, '/api/v1/outputs', { output, armed, by });
  const { outputs } = answer as { readonly outputs: readonly OutputView[] };
  context.say(answer, `${armed ? 'armed' : 'disarmed'} by ${by}\n${outputs.map(outputLine).join('\n')}`);
  return EXIT.ok;
}
