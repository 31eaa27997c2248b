import { createLogger } from '@lineside/kit';
import type { Command } from 'commander';
import type { EngineCache, EngineState } from '../../engines/index.ts';
import { askService } from '../ask-service.ts';
import { action, type Context, examples, printError, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface EnginesOptions {
  readonly build?: boolean;
  readonly retry?: boolean;
}

/** `lineside model engines` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--build', 'build now what the configuration needs and what is missing; only while no service runs')
    .option('--retry', 'the same, including builds that failed before')
    .addHelpText(
      'after',
      examples('lineside model engines', 'lineside model engines --build --data ./data') +
        '\n\nEnds with 1 when an engine could not be built.',
    )
    .action(action<EnginesOptions>(registry, engines));
}

async function engines(context: Context, options: EnginesOptions): Promise<ExitCode> {
  const { ENGINE_ADVICE, listEngines, readMachine } = await import('../../engines/index.ts');
  const { enginesFolder } = await import('../../app/index.ts');
  const { io, dataDir } = context;
  const machine = await readMachine({ path: io.env['PATH'], signal: io.signal });
  const kept = await listEngines(enginesFolder(dataDir));
  const building = options.build === true || options.retry === true;
  if (building && machine.trtexec === undefined) {
    const advice = ENGINE_ADVICE.trtexec_missing;
    printError(io, { code: 'trtexec_missing', message: 'trtexec is not installed', advice }, context.json);
    return EXIT.problems;
  }
  const states = building
    ? await build(context, options.retry === true)
    : ((await askService(context.dataDir))?.engines ?? []);
  const text = [
    `machine  ${machine.gpu}, Jetson Linux ${machine.l4t ?? 'none'}, TensorRT ${machine.tensorrt ?? 'none'}`,
    `builder  ${machine.trtexec ?? 'trtexec is not installed: no engine can be built here'}`,
    ...kept.map(
      ({ model, key, bytes, builtInMs }) =>
        `kept     ${model}: ${key.precision} ${key.shape}, ${(bytes / 1e6).toFixed(1)} MB, TensorRT ${key.tensorrt}, built in ${Math.round(builtInMs / 1000)} s`,
    ),
    ...states.map(stateLine),
  ];
  context.say({ machine, kept, engines: states }, text.join('\n'));
  return states.some(({ state }) => state === 'failed') ? EXIT.problems : EXIT.ok;
}

async function build(context: Context, retry: boolean): Promise<readonly EngineState[]> {
  const { engineKeeper, findModels } = await import('../../app/index.ts');
  const { loadConfig } = await import('../../config/index.ts');
  const { readMachine } = await import('../../engines/index.ts');
  const { importedDir } = await import('@lineside/models');
  const { io, dataDir, configPath } = context;
  const { config, baseDir } = await loadConfig(configPath, await context.configSources());
  const models = await findModels(config, { baseDir, importedDir: importedDir(dataDir) });
  const machine = await readMachine({ path: io.env['PATH'], signal: io.signal });
  const logger = createLogger('silent');
  const keeper = await engineKeeper({ config, dataDir, models, machine, clock: io.clock, logger });
  if (keeper === undefined) return [];
  if (retry) await keeper.retry();
  const done = new AbortController();
  const printing = printProgress(context, keeper, done.signal);
  await keeper.prepare(io.signal);
  done.abort();
  await printing;
  return keeper.states();
}

async function printProgress(context: Context, keeper: EngineCache, signal: AbortSignal): Promise<void> {
  let printed = '';
  while (!signal.aborted) {
    await context.io.clock.sleep(1_000, signal).catch(() => undefined);
    const building = keeper.states().find(({ state }) => state === 'building');
    const line = building === undefined ? '' : stateLine(building);
    if (line !== printed && line !== '') context.io.err(line);
    printed = line;
  }
}

function stateLine({ model, state, progress, tookMs, error }: EngineState): string {
  const took = tookMs === undefined ? '' : `, ${Math.round(tookMs / 1000)} s`;
  const tail =
    error === undefined ? (progress ?? '') : `${error.code}: ${error.message}\n         Try: ${error.advice}`;
  return `engine   ${model}: ${state}${took}${tail === '' ? '' : `  ${tail}`}`;
}
