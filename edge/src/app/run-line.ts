import type { ConfigSources, LoadedConfig } from '../config/index.ts';
import {
  aborted,
  type Clock,
  isAbort,
  messageOf,
  type RootLogger,
  type Service,
  ServiceGroup,
  SystemdNotifier,
} from '@lineside/kit';
import { closeStaleEvents } from '../events/index.ts';
import { ClockSource } from './clock-source.ts';
import { dataFolderLimits } from './data-folder-limits.ts';
import { lineEngines } from './engines.ts';
import { Inspection } from './inspection.ts';
import { bootId } from './machine.ts';
import { ArmedOutputs } from './armed-outputs.ts';
import { LineFeeds } from './line-feeds.ts';
import { feedCommand } from './feed-command.ts';
import { LineOutputs } from './line-outputs.ts';
import type { LineReport } from '../plant/line/index.ts';
import { lineReport } from './line-report.ts';
import { LinePublishing } from './line-publishing.ts';
import { LineSignals } from './line-signals.ts';
import type { LogTail } from './log-tail.ts';
import { LineRecipe } from './line-recipe.ts';
import { reconcileUpdates } from './line-updates.ts';
import { lineModels } from './models.ts';
import { type DataFolder, openDataFolder } from './open-data-folder.ts';
import type { Alarm, PieceWatch } from '../pipeline/index.ts';
import { healthOf } from '../status/index.ts';
import { PlantSignals } from '../plant/index.ts';
import { RuleMemories } from './rule-memory.ts';
import { RunningLine } from './running-line.ts';
import { TelemetryWriter } from './telemetry-writer.ts';
import { TextReading } from './text-reading.ts';
import { trustedWallTime } from './trusted-wall-time.ts';
import type { UplinkService } from './uplink-service.ts';

export interface RunLineOptions {
  readonly loaded: LoadedConfig;
  /** Why the file on disk is not in use, when the last good one is. */
  readonly configProblem: () => string | undefined;
  readonly configPath: string;
  readonly dataDir: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: RootLogger;
  /** The newest lines of the log. */
  readonly logTail: LogTail;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What checking a changed configuration needs to know about this machine. */
  readonly sources: ConfigSources;
  /** Called once everything that could refuse this configuration has accepted it. */
  readonly onRunning: (line: RunningLine) => void;
  /** Called with the address of the status page as soon as it is served, and again when it has moved. */
  readonly onReady: (page: string) => void;
  /** Called with the last state of everything, when all has ended in good order. */
  readonly onStopped: (snapshot: object) => void;
}

const SETTLE_MS = 5_000;
const FLUSH_MS = 8_000;

/**
 * Runs the line from opening the data folder to closing it: until `signal` aborts, a service fails, or a change of the
 * configuration needs all of it to start again. Throws the failure.
 */
export async function runLine(given: RunLineOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger, dataDir } = given;
  const recipe = new LineRecipe({ dataDir, clock, log: logger.child({ module: 'recipe' }) });
  const loaded = recipe.applyTo(given.loaded);
  const options = { ...given, loaded };
  const clockSource = new ClockSource(clock);
  const folder = openDataFolder({
    data: dataDir,
    device: loaded.config.device,
    boot: bootId(),
    clock,
    log: logger.child({ module: 'journal' }),
    ...dataFolderLimits(loaded.config.storage),
    synced: () => clockSource.synced(),
  });
  // A journal that must be opened again ends this run; the next one begins at once.
  const reopen = new AbortController();
  folder.journal.onReopen(() => reopen.abort());
  try {
    const earlier = folder.journal.ends().events.seq;
    folder.eventTable.whenComplete(() => closeStaleEvents(folder.journal, folder.events, earlier, logger));
    await reconcileUpdates(dataDir, logger.child({ module: 'updates' }));
    const models = await lineModels(loaded, options);
    const keeper = await lineEngines(loaded.config, models, options);
    const plant = plantSignals(options);
    const memories = await RuleMemories.open(dataDir, logger.child({ module: 'rules' }));
    const wallTime = trustedWallTime(clock, folder.journal);
    const signals = new LineSignals({ loaded, dataDir, clock, log: logger.child({ module: 'signals' }) });
    const running: { line?: RunningLine } = {};
    const outputs: LineOutputs = new LineOutputs({
      ...{ loaded, clock, log: logger.child({ module: 'outputs' }) },
      armed: new ArmedOutputs(dataDir, logger.child({ module: 'outputs' }), ({ url }) => loaded.secrets.text(url)),
      lanes: () => inspection.lanes,
      audit: (action, details) => running.line?.audit.write(action, details),
      onResult: (output, result) => publishing.result(output, result),
    });
    const feeds: LineFeeds = new LineFeeds({
      ...{ loaded, clock, log: logger.child({ module: 'feeds' }) },
      report: () => reportOf(running.line),
      picture: (request, until) => inspection.vision.picture(request, until),
      onCommand: (feed, command, value) => {
        if (running.line !== undefined) void feedCommand(running.line, { feed, command, value });
      },
    });
    const alarm: Alarm = { raise: (event) => [plant, feeds].forEach((each) => each.raise(event)) };
    // The outputs first: a product does not wait.
    const pieces: PieceWatch = { judged: (frame) => [outputs, feeds].forEach((each) => each.judged(frame)) };
    const inspection: Inspection = new Inspection(options, {
      ...{ models, keeper, recorder: folder.recorder, alarm, signals: signals.table, pieces },
      listener: feeds.listener,
      context: () => running.line?.production.context() ?? {},
      around: { wallTime, memoryOf: (rule) => memories.of(rule), recipe: () => recipe.state.recipe },
    });
    const text = new TextReading(logger.child({ module: 'text' }));
    await text.look(loaded.config);
    const publishing = new LinePublishing({
      ...{ loaded, dataDir, clock, log: logger.child({ module: 'plant' }) },
      state: () => running.line?.status.state(),
    });
    const parts = {
      ...{ folder, inspection, signals, outputs, feeds, publishing, memories, recipe, text, written: given.loaded },
    };
    const line = new RunningLine(options, parts);
    running.line = line;
    await supervise(
      { options, line, folder, plant, outputs, feeds, publishing },
      AbortSignal.any([signal, reopen.signal, line.restart]),
    );
    await memories.settled();
    options.onStopped(line.status.snapshot());
  } finally {
    folder.close();
  }
}

/** Asked for every second once the line runs. */
function reportOf(line: RunningLine | undefined): LineReport | undefined {
  if (line === undefined) return undefined;
  const snapshot = line.status.snapshot();
  return lineReport(line.status.state(), healthOf(snapshot), snapshot.openEvents);
}

interface OpenLine {
  readonly options: RunLineOptions;
  readonly line: RunningLine;
  readonly folder: DataFolder;
  readonly plant: PlantSignals;
  readonly outputs: LineOutputs;
  readonly feeds: LineFeeds;
  readonly publishing: LinePublishing;
}

function plantSignals({ loaded, clock, logger }: RunLineOptions): PlantSignals {
  const targets = loaded.config.plant.map(({ url }) => ({ url: () => loaded.secrets.text(url), shown: url.shown }));
  return new PlantSignals({ targets, clock, log: logger.child({ module: 'plant' }) });
}

/** Runs all services until the signal aborts or one fails; then stops them in the order in which nothing is lost. */
async function supervise(
  { options, line, folder, plant, outputs, feeds, publishing }: OpenLine,
  signal: AbortSignal,
): Promise<void> {
  const { clock, logger, loaded, env, version } = options;
  const { lanes } = line.inspection;
  const { status, audit } = line;
  const telemetry = new TelemetryWriter({
    ...{ lanes, audit, journal: folder.journal, clock, logger },
    outputs: () => outputs.telemetry(),
  });
  const systemd = new SystemdNotifier({
    env,
    clock,
    log: logger,
    progressing: () => status.progressing(),
    statusText: () => status.oneLine(),
  });
  const stopAnnouncing = status.announce((event) => line.server.announce(event));
  const failed = new AbortController();
  const failures: unknown[] = [];
  const start = (service: Service): (() => Promise<void>) => {
    const stop = new AbortController();
    const ended = service.run(stop.signal).catch((error: unknown) => {
      failures.push(error);
      failed.abort();
    });
    return async () => {
      stop.abort();
      await ended;
    };
  };
  const stopServices = start(line.services);
  const stopPlant = start(plant);
  const stopOutputs = start(outputs);
  const stopFeeds = start(feeds);
  const stopPublishing = start(publishing);
  const stopMaintenance = start(new ServiceGroup('maintenance', [folder.maintenance, folder.eventTableFill]));
  const stopWatching = start(new ServiceGroup('watching', [telemetry, line.production, ...line.mes.services, systemd]));
  const stopSignals = start(line.signals.services);
  const stopInspection = start(line.inspection.services);
  void systemd.ready();
  audit.write('started', { version, config: loaded.sourceHash });
  options.onRunning(line);
  await Promise.race([aborted(signal), aborted(failed.signal)]);
  // First of all: nothing is judged from here on, and the plant is to know it.
  await Promise.all([stopOutputs(), stopPublishing(), stopInspection(), stopWatching(), stopSignals()]);
  lanes.close('restart');
  await lanes.settled(AbortSignal.timeout(SETTLE_MS)).catch((error: unknown) => {
    logger.error({ err: messageOf(error) }, 'events were still waiting for the journal when the line stopped');
  });
  await Promise.all([stopPlant(), stopFeeds()]);
  telemetry.write();
  line.production.write();
  audit.write('stopped', {});
  // Maintenance ends with a record too, the last one that the uplink can send.
  await stopMaintenance();
  await flushUplink(line.uplink, clock);
  stopAnnouncing();
  await stopServices();
  if (failures.length > 0) throw failures[0];
}

/** Gives the uplink a moment for the last records; what stays is sent at the next start. */
async function flushUplink(uplink: UplinkService | undefined, clock: Clock): Promise<void> {
  if (uplink === undefined) return;
  const deadline = AbortSignal.timeout(FLUSH_MS);
  try {
    while (uplink.delivering() && !deadline.aborted) await clock.sleep(100, deadline);
  } catch (error) {
    if (!isAbort(error) && !deadline.aborted) throw error;
  }
}
