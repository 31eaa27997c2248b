import { importedDir } from '@lineside/models';
import { type LoadedConfig, modelIdsOf } from '../config/index.ts';
import type { LineEvent } from '../domain/index.ts';
import { type EngineKeeper, readMachine } from '../engines/index.ts';
import { hasTensorrt } from '../inference/index.ts';
import {
  aborted,
  type Clock,
  isAbort,
  type Logger,
  messageOf,
  type Service,
  superviseServices,
  SystemdNotifier,
} from '@lineside/kit';
import { type LaneSetup, Lanes } from '../pipeline/index.ts';
import { StatusServer, controlSocketPath } from '../status/index.ts';
import { openDataFolder, type DataFolder } from './open-data-folder.ts';
import { evidenceFolder } from '../evidence/index.ts';
import { closeStaleEvents } from '../events/index.ts';
import { ByteTracker, TRACKER_DEFAULTS } from '../tracking/index.ts';
import { VisionProcess } from '../vision/index.ts';
import { ClockSource } from './clock-source.ts';
import { bootId } from './machine.ts';
import { findModels, type LineModel, refusals, weakest } from './models.ts';
import { afterEngines, besideEngines, engineKeeper, specsOf } from './engines.ts';
import { eventIds } from './event-id.ts';
import { LineStatus } from './line-status.ts';
import { assignmentsOf, refusedAssignmentsOf } from './model-assignments.ts';
import { rulesOf, rulesWithoutLabels } from './rules.ts';
import { dataFolderLimits } from './data-folder-limits.ts';
import { LineTicker } from './telemetry-writer.ts';
import { UplinkService } from './uplink-service.ts';

export interface RunLineOptions {
  readonly loaded: LoadedConfig;
  /** Why the file on disk is not in force, when the last good one is. */
  readonly configProblem: () => string | undefined;
  readonly configPath: string;
  readonly dataDir: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told once everything that could refuse this configuration has taken it. */
  readonly onRunning: () => void;
  /** Told once the page is served. */
  readonly onReady: (page: string) => void;
  /** Told the last state of everything, when all has ended in good order. */
  readonly onStopped: (snapshot: object) => void;
}

const SETTLE_MS = 5_000;
const FLUSH_MS = 8_000;

/** One run of the line with one configuration, from opening the journal to closing it. */
export async function runLine(options: RunLineOptions, signal: AbortSignal): Promise<void> {
  const { loaded, clock, logger, dataDir } = options;
  const { config } = loaded;
  const clockSource = new ClockSource(clock);
  const store = openDataFolder({
    data: dataDir,
    device: config.device,
    boot: bootId(),
    clock,
    log: logger.child({ room: 'store' }),
    ...dataFolderLimits(config.storage),
    synced: () => clockSource.synced(),
  });
  // A journal that must be opened anew ends this sitting; the next one begins at once.
  const reopen = new AbortController();
  store.journal.onReopen(() => reopen.abort());
  try {
    const earlier = store.journal.ends().events.seq;
    store.eventTable.whenComplete(() => closeStaleEvents(store.journal, store.events, earlier, logger));
    const models = await findModels(config, { baseDir: loaded.baseDir, importedDir: importedDir(dataDir) });
    for (const model of models) {
      if (model.state !== 'refused') continue;
      const { id, code, message, advice } = model;
      logger.error({ model: id, code, advice }, message);
    }
    for (const { rule, message, advice } of rulesWithoutLabels(config, models)) {
      logger.error({ rule, code: 'rule_label_unknown', advice }, message);
    }
    const keeper = await enginesHere(options, models);
    const line = wire(options, store, models, keeper);
    const status = new LineStatus({
      ...options,
      store,
      models,
      ...line,
      evidenceFolder: evidenceFolder(dataDir),
    });
    await superviseLine(options, { ...line, store, status }, AbortSignal.any([signal, reopen.signal]));
    options.onStopped(status.snapshot());
  } finally {
    store.close();
  }
}

interface Wired {
  readonly lanes: Lanes;
  readonly vision: VisionProcess;
  readonly uplink: UplinkService | undefined;
  readonly keeper: EngineKeeper | undefined;
}

/** TensorRT engines, where this machine and its ONNX Runtime can use them. */
async function enginesHere(options: RunLineOptions, models: readonly LineModel[]): Promise<EngineKeeper | undefined> {
  const { loaded, dataDir, clock, logger, env } = options;
  if (loaded.config.inference.engines === 'off' || !(await hasTensorrt())) return undefined;
  const machine = await readMachine({ path: env['PATH'] });
  return engineKeeper({ config: loaded.config, dataDir, models, machine, clock, logger });
}

/** Everything between the cameras and the journal, and from there to the link, in the order a frame travels. */
function wire(
  options: RunLineOptions,
  store: DataFolder,
  models: readonly LineModel[],
  keeper: EngineKeeper | undefined,
): Wired {
  const { loaded, clock, logger, random, version } = options;
  const { config } = loaded;
  const alarm = {
    raise: (event: LineEvent): void => logger.debug({ event: event.event }, 'no plant output is configured'),
  };
  const lanes: Lanes = new Lanes({
    lanes: config.cameras.map((camera) => laneOf(options, camera.id, models)),
    // The lanes ask the vision process for pictures, which tells the lanes what it sees.
    vision: { picture: (request, until) => vision.picture(request, until) },
    recorder: store.recorder,
    alarm,
    clock,
    log: logger.child({ room: 'pipeline' }),
    newEventId: eventIds(clock),
  });
  const vision: VisionProcess = new VisionProcess({
    plan: {
      models: specsOf(config, models, keeper),
      cameras: config.cameras.map((camera) => ({
        id: camera.id,
        url: loaded.secrets.url(camera.url),
        transport: camera.transport,
        fps: camera.fps,
        models: assignmentsOf(camera, models),
        absent: refusedAssignmentsOf(camera, models),
        mode: 'live',
        loop: true,
      })),
    },
    listener: besideEngines(keeper, lanes, logger),
    clock,
    logger: logger.child({ room: 'vision' }),
    random,
  });
  for (const refused of refusals(models)) lanes.model(refused);
  const uplink =
    config.uplink && new UplinkService({ loaded, uplink: config.uplink, store, clock, random, version, logger });
  return { lanes, vision, uplink, keeper };
}

function laneOf(options: RunLineOptions, cameraId: string, models: readonly LineModel[]): LaneSetup {
  const { config } = options.loaded;
  const camera = config.cameras.find((candidate) => candidate.id === cameraId);
  if (camera === undefined) throw new TypeError(`no camera ${cameraId}`);
  const rules = rulesOf(config, camera);
  return {
    camera: cameraId,
    source: 'live',
    models: modelIdsOf(camera).map((id) => ({
      id,
      tracker: trackerFor(models.find((model) => model.id === id)),
      rules: rules.filter((rule) => rule.model === id),
    })),
  };
}

/** Follows from the model's own threshold on; what lies a little below keeps known objects alive (ByteTrack). */
export function trackerFor(model: LineModel | undefined): ByteTracker {
  if (model?.state !== 'found') return new ByteTracker(TRACKER_DEFAULTS);
  return new ByteTracker({ ...TRACKER_DEFAULTS, highScore: model.threshold, lowScore: weakest(model.threshold) });
}

/** Runs all parts until the signal aborts or one breaks; then stops them in the order that loses nothing. */
async function superviseLine(
  options: RunLineOptions,
  line: Wired & { readonly store: DataFolder; readonly status: LineStatus },
  signal: AbortSignal,
): Promise<void> {
  const { clock, logger, random, loaded, dataDir, env } = options;
  const { lanes, vision, uplink, keeper, store, status } = line;
  const server = new StatusServer({
    source: status,
    listen: loaded.config.status.listen,
    socketPath: controlSocketPath(dataDir),
    clock,
    random,
    log: logger.child({ room: 'status' }),
  });
  const ticker = new LineTicker({ lanes, journal: store.journal, clock, logger });
  const systemd = new SystemdNotifier({
    env,
    clock,
    log: logger,
    progressing: () => status.progressing(),
    statusText: () => status.oneLine(),
  });
  const stopAnnouncing = status.announceTo(server);
  const seeing = new AbortController();
  const keeping = new AbortController();
  const serving = new AbortController();
  const broken = new AbortController();
  const failures: unknown[] = [];
  const group = (parts: readonly Service[], until: AbortSignal): Promise<void> =>
    superviseServices(parts, until).catch((error: unknown) => {
      failures.push(error);
      broken.abort();
    });
  const served = group([lanes, server, ...(uplink === undefined ? [] : [uplink])], serving.signal);
  const kept = group([store.maintenance, store.eventTableFill], keeping.signal);
  const seen = group([afterEngines(keeper, vision), ticker, systemd], seeing.signal);
  void systemd.ready();
  void server.address().then((address) => options.onReady(address.url));
  options.onRunning();
  ticker.audit('started', { version: options.version, config: loaded.sourceHash });
  await Promise.race([aborted(signal), aborted(broken.signal)]);
  seeing.abort();
  await seen;
  lanes.close('restart');
  await lanes.settled(AbortSignal.timeout(SETTLE_MS)).catch((error: unknown) => {
    logger.error({ err: messageOf(error) }, 'events were still waiting for the journal when the line stopped');
  });
  ticker.last();
  // The upkeep ends with a record too, and that is the last one to be handed over.
  keeping.abort();
  await kept;
  await flushUplink(uplink, clock);
  stopAnnouncing();
  serving.abort();
  await served;
  if (failures.length > 0) throw failures[0];
}

/** Gives the link a moment for what was just written; what stays is sent at the next start. */
async function flushUplink(uplink: UplinkService | undefined, clock: Clock): Promise<void> {
  if (uplink === undefined) return;
  const deadline = AbortSignal.timeout(FLUSH_MS);
  try {
    while (uplink.delivering() && !deadline.aborted) await clock.sleep(100, deadline);
  } catch (error) {
    if (!isAbort(error) && !deadline.aborted) throw error;
  }
}
