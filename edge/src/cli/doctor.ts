import { join } from 'node:path';
import type { Command } from 'commander';
import { importedDir } from '@lineside/models';
import type { FfmpegCapabilities } from '../camera/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import { redactUrls } from '../kit/index.ts';
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
    for (const model of config.models) yield* await run(modelCheck(model, places));
    if (config.uplink !== undefined) yield* await run(brokerCheck(config.uplink, loaded, io.random));
  }
  yield* await run(serviceCheck(context.dataDir));
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
