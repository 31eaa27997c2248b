import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type ReleaseOptions, releaseOption, workplace } from '../workplace.ts';

/** `lineside-collector release publish` */
export function configure(command: Command, registry: Registry): void {
  releaseOption(command)
    .description(
      `Signs what was added, then snapshot and timestamp. With nothing added it signs the timestamp anew; run it daily, because devices refuse a repository whose timestamp has expired. An interrupted publication leaves the one before in force; run it again. --json: one line {timestamp, snapshot, targets, customers, expires}.`,
    )
    .addHelpText('after', examples('lineside-collector release publish --data ./collector'))
    .action(action(registry, publishAll));
}

async function publishAll(context: Context, options: ReleaseOptions): Promise<ExitCode> {
  const { publish } = await import('../../release/index.ts');
  const published = await publish(await workplace(context, options));
  const what = published.targets.length === 0 ? 'nothing new' : published.targets.join(', ');
  const text = `Published (timestamp ${published.timestamp}): ${what}. Valid until ${published.expires.slice(0, 10)}.`;
  context.say(published, text);
  return EXIT.ok;
}
