import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { readVersion } from '../version.ts';

/** `lineside run` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside run', 'lineside run --config lineside.yaml --data ./data') +
        '\n\nA configuration with errors does not stop a line that ran before: the last good one stays in force, and the' +
        '\nlog, the status page and `lineside doctor` report it. Without a last good one the command ends with 2.',
    )
    .action(action(registry, run));
}

async function run(context: Context): Promise<ExitCode> {
  // What the line writes is not for other users of the machine, whatever the caller's umask is.
  process.umask(process.umask(0o077) | 0o027);
  const { runAppliance } = await import('../../app/index.ts');
  await runAppliance({
    configPath: context.configPath,
    dataDir: context.dataDir,
    sources: await context.configSources(),
    version: readVersion(),
    json: context.json,
    say: (line) => context.io.out(line),
    signal: context.io.signal,
  });
  return EXIT.ok;
}
