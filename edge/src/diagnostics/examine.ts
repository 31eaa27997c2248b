import { join } from 'node:path';
import type { Clock } from '@lineside/kit';
import { importedDir } from '@lineside/models';
import type { FfmpegCapabilities } from '../camera/index.ts';
import type { ConfigSources, LoadedConfig } from '../config/index.ts';
import { brokerCheck } from './broker-check.ts';
import { cameraCheck } from './camera-check.ts';
import { type Check, type CheckResult, runCheck } from './check.ts';
import { clockCheck } from './clock-check.ts';
import { configCheck } from './configuration.ts';
import { dataFolderCheck } from './data-folder.ts';
import { ffmpegCheck, nodeCheck } from './machine.ts';
import { modelCheck, type ModelRuntime } from './model-check.ts';
import { readsText } from '../rules/index.ts';
import { ruleLabelCheck } from './rule-labels.ts';
import { serviceCheck } from './service-check.ts';
import { textReaderCheck } from './text-reader-check.ts';

export interface ExaminationOptions {
  /** Absolute paths; neither needs to exist. */
  readonly configPath: string;
  readonly dataDir: string;
  readonly sources: ConfigSources;
  /** The version of the Node that runs this, such as 24.21.0. */
  readonly nodeVersion: string;
  /** Where programs are looked for: the environment's PATH. */
  readonly searchPath: string | undefined;
  /** How the service runs each model of a configuration; nothing is built for a check. */
  readonly runtimesOf: (loaded: LoadedConfig) => Promise<(modelId: string) => ModelRuntime>;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Called when a check takes longer than two seconds. */
  readonly onSlow?: (check: Check) => void;
}

/**
 * Runs every check and yields its findings in the order of dependence: a check comes after those whose results it
 * needs. Changes nothing on the machine. Rejects only when the signal aborts.
 */
export async function* examine(options: ExaminationOptions): AsyncGenerator<CheckResult, void, void> {
  const { clock, signal, dataDir, configPath, sources, random, onSlow } = options;
  const learned: { ffmpeg?: FfmpegCapabilities; loaded?: LoadedConfig } = {};
  const run = (check: Check): Promise<readonly CheckResult[]> =>
    runCheck(check, { clock, signal, slow: (late) => onSlow?.(late) });
  const first: readonly Check[] = [
    nodeCheck(options.nodeVersion),
    ffmpegCheck(options.searchPath, (found) => (learned.ffmpeg = found)),
    dataFolderCheck(dataDir),
    clockCheck(clock, join(dataDir, 'journal.db')),
    configCheck({ path: configPath, dataDir, sources }, (found) => (learned.loaded = found)),
  ];
  for (const check of first) yield* await run(check);
  const { loaded } = learned;
  if (loaded !== undefined) {
    const { config, secrets } = loaded;
    // All cameras at once: a line of dead ones must not take a minute.
    const cameras = config.cameras.map((camera) => cameraCheck(camera, secrets, () => learned.ffmpeg, clock));
    for (const results of await Promise.all(cameras.map(run))) yield* results;
    const places = { baseDir: loaded.baseDir, importedDir: importedDir(dataDir) };
    const runtimeOf = await options.runtimesOf(loaded);
    for (const model of config.models) yield* await run(modelCheck(model, places, runtimeOf(model.id)));
    if (config.rules.length > 0) yield* await run(ruleLabelCheck(loaded, places));
    if (config.rules.some(readsText)) yield* await run(textReaderCheck(loaded));
    if (config.uplink !== undefined) yield* await run(brokerCheck(config.uplink, loaded, random));
  }
  yield* await run(serviceCheck(dataDir));
}
