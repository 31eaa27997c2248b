import type { Command } from 'commander';
import type { RolloutAct, RolloutDesk } from '../rollouts/index.ts';
import { action, type Context, examples, type Registry } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { byOption, personOf, type PersonOptions } from './person.ts';

/** Runs `work` with rollouts of the store that the options name. */
export async function withDesk<T>(context: Context, work: (desk: RolloutDesk) => Promise<T>): Promise<T> {
  const { systemClock } = await import('@lineside/kit');
  const { openRolloutDesk } = await import('../rollouts/index.ts');
  const config = await context.config();
  return context.withStore(config, async (store) => work(openRolloutDesk({ config, store, clock: systemClock })));
}

/** A verb that does one thing to a rollout. */
export function actVerb(
  command: Command,
  registry: Registry,
  what: RolloutAct,
  texts: { readonly about: string; readonly done: string },
): void {
  byOption(command)
    .argument('<id>', 'the rollout (see "rollout list")')
    .option('--reason <text>', 'why, for the history')
    .description(`${texts.about} --json: one line, the rollout.`)
    .addHelpText('after', examples(`lineside-collector rollout ${what} ppe-2.1.0 --by anna`))
    .action(
      action(registry, async (context: Context, options: ActOptions, [id = '']): Promise<ExitCode> => {
        const { rolloutSummary } = await import('../rollouts/index.ts');
        const { reason } = options;
        const by = await personOf(context, options);
        const rollout = await withDesk(context, async (desk) => desk.act(id, what, by, reason));
        context.say(rolloutSummary(rollout), `${id} ${texts.done}.`);
        return EXIT.ok;
      }),
    );
}

interface ActOptions extends PersonOptions {
  readonly reason?: string;
}
