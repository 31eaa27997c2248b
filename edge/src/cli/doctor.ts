import { join } from 'node:path';
import type { Command } from 'commander';
import { importedDir } from '@lineside/models';
import { engineKeeper, expectedOf, findModels } from '../app/index.ts';
import type { FfmpegCapabilities } from '../camera/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import { readMachine } from '../engines/index.ts';
import type { ModelSpec } from '../inference/index.ts';
import { createLogger, redactUrls } from '@lineside/kit';
import { action, type Context, examples, type Registry } from './context.ts';
import { brokerCheck } from './doctor/broker-check.ts';
import { cameraCheck } from './doctor/camera-check.ts';
import { type Check, type CheckResult, runCheck } from './doctor/check.ts';
import { clockCheck } from './doctor/clock-check.ts';
import { configCheck } from './doctor/configuration.ts';
import { dataFolderCheck } from './doctor/data-folder.ts';
import { ffmpegCheck, nodeCheck } from './doctor/machine.ts';
import { modelCheck } from './doctor/model-check.ts';
import { serviceCheck } from './doctor/service-check.ts';
import { EXIT, type ExitCode } from './exit.ts';

/** `lineside doctor` */
export function doctorVerb(program: Command, registry: Registry): void {
  program
    .command('doctor')
    .description('what is wrong here? Checks machine, configuration, cameras, models, broker and collector')
    .option('--quiet', 'only what is not in order')
    .addHelpText(
      'after',
      examples('lineside doctor', 'lineside doctor --config new.yaml --data ./data', 'lineside doctor --json') +
        '\n\nWorks while the service runs or is down, with a broken configuration, and as any user.' +
        '\nEnds with 0 when nothing failed (warnings are allowed), 1 when a check failed, 2 when the configuration' +
        '\ncannot be used.',
    )
    .action(action<{ quiet?: boolean }>(registry, doctor));
}

async function doctor(context: Context, options: { quiet?: boolean }): Promise<ExitCode> {
  const results: CheckResult[] = [];
  const started = context.io.clock.monoMs();
  for await (const result of examine(context)) {
    results.push(result);
    if (!context.json && !(options.quiet === true && result.verdict === 'ok')) context.io.out(lineOf(result));
  }
  const counts = countOf(results);
  const ok = counts.failure === 0;
  const tookMs = Math.round(context.io.clock.monoMs() - started);
  const text = `${counts.ok} ok, ${counts.warning} warnings, ${counts.failure} failures, ${counts.skipped} skipped`;
  context.say({ ok, counts, tookMs, checks: results.map(clean) }, text);
  if (ok) return EXIT.ok;
  return results.some((result) => result.check === 'config' && result.verdict === 'failure')
    ? EXIT.badInput
    : EXIT.problems;
}

/** Every check in the order of dependence: what stands later needs what stands before. */
async function* examine(context: Context): AsyncGenerator<CheckResult, void, void> {
  const { io } = context;
  const learned: { ffmpeg?: FfmpegCapabilities; loaded?: LoadedConfig } = {};
  const run = (check: Check): Promise<readonly CheckResult[]> =>
    runCheck(check, {
      clock: io.clock,
      signal: io.signal,
      slow: (late) => io.err(`still looking: ${nameOf(late)} ...`),
    });
  const sources = await context.configSources();
  const first: readonly Check[] = [
    nodeCheck(process.versions.node),
    ffmpegCheck(io.env['PATH'], (found) => (learned.ffmpeg = found)),
    dataFolderCheck(context.dataDir),
    clockCheck(io.clock, join(context.dataDir, 'journal.db')),
    configCheck({ path: context.configPath, dataDir: context.dataDir, sources }, (found) => (learned.loaded = found)),
  ];
  for (const check of first) yield* await run(check);
  const { loaded } = learned;
  if (loaded !== undefined) {
    const { config, secrets } = loaded;
    // Cameras are waited for together: a line of dead ones must not take a minute.
    const cameras = config.cameras.map((camera) => cameraCheck(camera, secrets, () => learned.ffmpeg, io.clock));
    for (const results of await Promise.all(cameras.map(run))) yield* results;
    const places = { baseDir: loaded.baseDir, importedDir: importedDir(context.dataDir) };
    const running = await runningOf(context, loaded);
    for (const model of config.models) yield* await run(modelCheck(model, places, running(model.id)));
    if (config.uplink !== undefined) yield* await run(brokerCheck(config.uplink, loaded, io.random));
  }
  yield* await run(serviceCheck(context.dataDir));
}

/** How the service runs each model: where it is meant to, and with which engine; nothing is built for a check. */
async function runningOf(
  { io, dataDir }: Context,
  { config, baseDir }: LoadedConfig,
): Promise<(id: string) => Pick<ModelSpec, 'expect' | 'engine'>> {
  const machine = await readMachine({ path: io.env['PATH'], signal: io.signal });
  const needsModels = machine.trtexec !== undefined && machine.tensorrt !== undefined;
  const models = needsModels ? await findModels(config, { baseDir, importedDir: importedDir(dataDir) }) : [];
  const tools = { clock: io.clock, logger: createLogger('silent') };
  const keeper = await engineKeeper({ config, dataDir, models, machine, ...tools });
  return (id) => {
    const [expect, engine] = [expectedOf(config, id), keeper?.wrapperOf(id)];
    return { ...(expect && { expect }), ...(engine !== undefined && { engine }) };
  };
}

function countOf(results: readonly CheckResult[]): Record<CheckResult['verdict'], number> {
  const counts = { ok: 0, warning: 0, failure: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

function clean(result: CheckResult): CheckResult {
  return { ...result, message: redactUrls(result.message) };
}

function nameOf(check: { readonly name: string; readonly subject?: string }): string {
  return check.subject === undefined ? check.name : `${check.name} ${check.subject}`;
}

function lineOf(result: CheckResult): string {
  const { verdict, check, subject, message, meaning, advice, code, tookMs } = clean(result);
  const name = subject === undefined ? check : `${check} ${subject}`;
  const head = `${verdict.padEnd(8)} ${name.padEnd(18)} ${message.replaceAll('\n', '\n    ')}`;
  if (verdict === 'ok') return `${head} (${tookMs} ms)`;
  const means = meaning === '' ? '' : `\n         means: ${meaning}`;
  return `${head} [${code}, ${tookMs} ms]${means}\n         do: ${advice}`;
}
