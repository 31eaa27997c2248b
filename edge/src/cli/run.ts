import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { readVersion } from './version.ts';

/** `lineside run` */
export function runVerb(program: Command, registry: Registry): void {
  program
    .command('run')
    .description('run the appliance until it is told to stop; what the service starts')
    .addHelpText(
      'after',
      examples('lineside run', 'lineside run --config lineside.yaml --data ./data') +
        '\n\nA configuration that cannot be used does not stop a line that ran before: the last good one stays in force and' +
        '\nthe log, the status page and `lineside doctor` say so. Where none was kept, the command ends with 2.',
    )
    .action(action(registry, run));
}

async function run(context: Context): Promise<ExitCode> {
  // Loaded here, so that every other verb starts without the pipeline and its native libraries.
  const { runAppliance } = await import('../app/index.ts');
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
