import { importedDir } from '@lineside/models';
import type { Command } from 'commander';
import { engineKeeper, enginesFolder, findModels } from '../../app/index.ts';
import { loadConfig } from '../../config/index.ts';
import { ENGINE_ADVICE, type EngineKeeper, type EngineState, listEngines, readMachine } from '../../engines/index.ts';
import { createLogger } from '@lineside/kit';
import { action, type Context, examples, printError, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { askService } from '../service.ts';

interface Options {
  readonly build?: boolean;
  readonly retry?: boolean;
}

/** `lineside model engines` */
export function enginesVerb(model: Command, registry: Registry): void {
  model
    .command('engines')
    .description('TensorRT engines: what this machine is, what is built, how far a build is')
    .option('--build', 'build what the configuration wants and is missing, now; only while no service runs')
    .option('--retry', 'the same, also what failed before')
    .addHelpText(
      'after',
      examples('lineside model engines', 'lineside model engines --build --data ./data') +
        '\n\nEnds with 1 when an engine could not be built.',
    )
    .action(action<Options>(registry, engines));
}

async function engines(context: Context, options: Options): Promise<ExitCode> {
  const { io, dataDir } = context;
  const machine = await readMachine({ path: io.env['PATH'], signal: io.signal });
  const kept = await listEngines(enginesFolder(dataDir));
  const building = options.build === true || options.retry === true;
  if (building && machine.trtexec === undefined) {
    const missing = {
      code: 'trtexec_missing',
      message: 'trtexec is not installed',
      advice: ENGINE_ADVICE.trtexec_missing,
    };
    printError(io, missing, context.json);
    return EXIT.problems;
  }
  const states = building ? await build(context, options.retry === true) : await running(context);
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

/** What a running service says of its engines. */
async function running(context: Context): Promise<readonly EngineState[]> {
  return (await askService(context.dataDir))?.engines ?? [];
}

async function build(context: Context, retry: boolean): Promise<readonly EngineState[]> {
  const { io, dataDir, configPath } = context;
  const { config, baseDir } = await loadConfig(configPath, await context.configSources());
  const models = await findModels(config, { baseDir, importedDir: importedDir(dataDir) });
  const machine = await readMachine({ path: io.env['PATH'], signal: io.signal });
  const logger = createLogger('silent');
  const keeper = await engineKeeper({ config, dataDir, models, machine, clock: io.clock, logger });
  if (keeper === undefined) return [];
  if (retry) await keeper.retry();
  const done = new AbortController();
  const telling = tellProgress(context, keeper, done.signal);
  await keeper.prepare(io.signal);
  done.abort();
  await telling;
  return keeper.states();
}

async function tellProgress(context: Context, keeper: EngineKeeper, signal: AbortSignal): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    await context.io.clock.sleep(1_000, signal).catch(() => undefined);
    const building = keeper.states().find(({ state }) => state === 'building');
    const line = building === undefined ? '' : stateLine(building);
    if (line !== told && line !== '') context.io.err(line);
    told = line;
  }
}

function stateLine({ model, state, progress, tookMs, error }: EngineState): string {
  const took = tookMs === undefined ? '' : `, ${Math.round(tookMs / 1000)} s`;
  const tail =
    error === undefined ? (progress ?? '') : `${error.code}: ${error.message}\n         Try: ${error.advice}`;
  return `engine   ${model}: ${state}${took}${tail === '' ? '' : `  ${tail}`}`;
}
