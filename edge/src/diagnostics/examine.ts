import { join } from 'node:path';
import type { Clock } from '@lineside/kit';
import { importedDir } from '@lineside/models';
import type { FfmpegCapabilities, GstreamerCapabilities } from '../camera/index.ts';
import { busyPeriodMs, type Config, type ConfigSources, type LoadedConfig, modelIdsOf } from '../config/index.ts';
import { type Check, type CheckResult, runCheck } from './check.ts';
import * as checks from './checks/index.ts';
import { skipped } from './finding.ts';
import { Outcomes } from './outcomes.ts';
import { readsText } from '../rules/index.ts';
import type { CheckName } from './table/index.ts';

export interface ExaminationOptions {
  /** Absolute paths; neither needs to exist. */
  readonly configPath: string;
  readonly dataDir: string;
  readonly sources: ConfigSources;
  /** The version of the Node that runs this, such as 24.21.0. */
  readonly nodeVersion: string;
  readonly software: checks.SoftwareFacts;
  /** Where programs are looked for: the environment's PATH. */
  readonly searchPath: string | undefined;
  /** How the service runs each model of a configuration; nothing is built for a check. */
  readonly runtimesOf: (loaded: LoadedConfig) => Promise<(modelId: string) => checks.ModelRuntime>;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The machine as it is seen; tests have another one. */
  readonly machine?: Partial<checks.MachineView>;
  /** Called when a check takes longer than two seconds. */
  readonly onSlow?: (check: Check) => void;
}

/** What one check leaves for the later ones. */
interface Learned {
  ffmpeg?: FfmpegCapabilities;
  gstreamer?: GstreamerCapabilities;
  loaded?: LoadedConfig;
  service?: checks.ServiceFacts;
  queue?: checks.QueueFacts;
}

/**
 * Runs every check and yields its findings in the order of dependence: a check comes after those whose results it needs,
 * and is skipped with the reason where one of them failed. Changes nothing on the machine. Rejects only when the signal
 * aborts.
 */
export async function* examine(options: ExaminationOptions): AsyncGenerator<CheckResult, void, void> {
  const { clock, signal, dataDir, configPath, sources, onSlow } = options;
  const learned: Learned = {};
  // A broken file is a failure, and the last good configuration is there all the same.
  const outcomes = new Outcomes({
    config: () => learned.loaded !== undefined,
    ffmpeg: () => learned.ffmpeg !== undefined,
    // One that inspects badly answers all the same.
    service: () => learned.service !== undefined,
  });
  const machine = { ...checks.thisMachine(), ...options.machine };
  const run = async (check: Check): Promise<readonly CheckResult[]> => {
    const lacking = outcomes.lackingFor(check.name);
    const tools = { clock, signal, slow: (late: Check) => onSlow?.(late) };
    const results =
      lacking === undefined
        ? await runCheck(check, tools)
        : [{ ...skipped(check.name, lacking, check.subject), tookMs: 0 }];
    outcomes.add(results);
    return results;
  };
  const configPlaces = { path: configPath, dataDir, sources };
  const first: readonly Check[] = [
    checks.nodeCheck(options.nodeVersion),
    checks.softwareCheck(options.software),
    checks.memoryCheck(machine.files),
    checks.loadCheck(machine.files, machine.cpus),
    checks.temperatureCheck(machine.files),
    checks.ffmpegCheck(options.searchPath, (capabilities) => (learned.ffmpeg = capabilities)),
    checks.dataFolderCheck(dataDir),
    checks.diskCheck(dataDir, machine.diskFigures),
    checks.wearCheck(machine.files),
    checks.journalCheck(dataDir, (stats) => (learned.queue = stats)),
    checks.clockCheck(clock, join(dataDir, 'journal.db')),
    checks.networkCheck(machine.addresses),
    checks.configCheck(configPlaces, (loaded) => (learned.loaded = loaded)),
  ];
  for (const check of first) yield* await run(check);
  const { loaded } = learned;
  const service = checks.serviceCheck(
    {
      ...{ dataDir, version: options.software.version, path: options.searchPath },
      configHash: () => (outcomes.hasFailed('config') ? undefined : learned.loaded?.sourceHash),
    },
    (facts) => (learned.service = facts),
  );
  if (loaded === undefined) {
    yield* await run(service);
    const lost: readonly CheckName[] = ['secret', 'dns', 'camera', 'model', 'rules', 'broker', 'plant', 'updates'];
    for (const name of lost) yield { ...skipped(name, outcomes.lackingFor(name) ?? ''), tookMs: 0 };
    return;
  }
  yield* await run(checks.secretCheck(loaded));
  const gpu = { path: options.searchPath, root: machine.root, expected: loaded.config.inference.expectedProvider };
  yield* await run(checks.gpuCheck(gpu));
  yield* await run(checks.gstreamerCheck(loaded, (known) => (learned.gstreamer = known), machine.gstreamer));
  yield* await run(service);
  yield* await run(checks.dnsCheck(loaded, machine.lookup));
  yield* lineResults(loaded, learned, options, run);
  for (const check of connectionChecks(loaded, learned, options)) yield* await run(check);
}

/** Cameras, models and rules. */
async function* lineResults(
  loaded: LoadedConfig,
  learned: Learned,
  { dataDir, clock, runtimesOf }: ExaminationOptions,
  run: (check: Check) => Promise<readonly CheckResult[]>,
): AsyncGenerator<CheckResult, void, void> {
  const { config, secrets } = loaded;
  const tools = {
    ...{ secrets, clock, capabilities: () => learned.ffmpeg, gstreamer: () => learned.gstreamer },
    service: () => learned.service,
  };
  // All cameras at once: a line of dead ones must not take a minute.
  const cameras = config.cameras.map((camera) => checks.cameraCheck(camera, tools));
  for (const results of await Promise.all(cameras.map(run))) yield* results;
  const places = { baseDir: loaded.baseDir, importedDir: importedDir(dataDir) };
  const runtimeOf = await runtimesOf(loaded);
  for (const model of config.models) {
    const facts = { places, dataDir, runtime: runtimeOf(model.id), neededPerS: neededPerS(config, model.id) };
    yield* await run(checks.modelCheck(model, facts));
  }
  if (config.rules.length > 0) yield* await run(checks.rulesCheck(loaded, places));
  if (config.rules.some(readsText)) yield* await run(checks.textReaderCheck(loaded));
}

/** Inferences a second that the cameras want of a model at most, tiles counted singly. */
function neededPerS({ cameras }: Config, model: string): number {
  return cameras
    .filter((camera) => modelIdsOf(camera).includes(model))
    .reduce((sum, camera) => sum + 1000 / busyPeriodMs(camera, model), 0);
}

function connectionChecks(loaded: LoadedConfig, learned: Learned, options: ExaminationOptions): readonly Check[] {
  const { clock, random, dataDir } = options;
  const { config } = loaded;
  const nowMs = clock.wallMs();
  const limits = { nowMs, quotaBytes: config.storage.journalQuota.bytes, forwards: config.uplink !== undefined };
  const uplink =
    config.uplink === undefined
      ? []
      : [checks.certificateCheck(loaded, nowMs), checks.brokerCheck(config.uplink, loaded, { random, nowMs })];
  const { plant, signals, outputs, feeds, plantServers } = config;
  const isRunning = learned.service !== undefined;
  const hasPlant = plant.length + signals.length + outputs.length + feeds.length > 0;
  return [
    ...uplink,
    checks.queueCheck(() => learned.queue, limits),
    ...(hasPlant ? [checks.plantCheck(loaded)] : []),
    ...(isRunning && signals.length > 0 ? [checks.signalCheck(dataDir)] : []),
    ...(isRunning && feeds.length + plantServers.length > 0 ? [checks.publishingCheck(dataDir)] : []),
    ...(signals.length + plantServers.length > 0 ? [checks.opcuaCheck(dataDir, nowMs)] : []),
    ...(config.updates === undefined ? [] : [checks.updatesCheck(loaded, dataDir)]),
  ];
}
