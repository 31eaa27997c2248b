import { dirname } from 'node:path';
import {
  ConfigError,
  type ConfigUpdate,
  diffConfig,
  LastGood,
  type LoadedConfig,
  loadOrLastGood,
  watchConfig,
} from '../config/index.ts';
import { createLogger, LinesideError, messageOf, type RootLogger, systemClock } from '@lineside/kit';
import { LogTail } from './log-tail.ts';
import { refuseUnfit, unfitFinding } from './kept-plan.ts';
import type { RunOptions } from './options.ts';
import { runLine, type RunLineOptions } from './run-line.ts';
import type { RunningLine } from './running-line.ts';

/** The configuration in use, and why the one on disk is not. */
interface ActiveConfig {
  loaded: LoadedConfig;
  problem: string | undefined;
  /** Hash of a file that passed the checks and yet could not be run with. */
  unfit: string | undefined;
  /** The one that ran last. */
  ran: LoadedConfig | undefined;
}

/**
 * Runs the appliance until `signal` aborts. A changed configuration is checked first. A good one is applied to the line
 * as it runs, and restarts only what differs; a bad one changes nothing but what the log, the page and `doctor` report;
 * one whose fault shows only when it is to run gives way to the one before. A secret that cannot be
 * read disables what needs it and nothing else. Throws ConfigError when there is none to run with, JournalError when the data folder cannot be used.
 */
export async function runAppliance(given: RunOptions): Promise<void> {
  const judge = (loaded: LoadedConfig): Promise<void> => refuseUnfit(given.dataDir, loaded);
  const options: RunOptions = { ...given, sources: { ...given.sources, judge } };
  const lastGood = new LastGood(options.dataDir);
  const { loaded, refused } = await loadOrLastGood(options.configPath, lastGood, options.sources);
  const active: ActiveConfig = { loaded, problem: refused?.message, unfit: undefined, ran: undefined };
  const logTail = new LogTail();
  const logger = createLogger(loaded.config.log.level, 'lineside', logTail.add);
  while (!options.signal.aborted) {
    logger.level = active.loaded.config.log.level;
    try {
      await runWithConfig(options, active, lastGood, { logger, logTail });
    } catch (error) {
      if (isOfThisMachine(error)) throw error;
      const failed = active.loaded;
      const before = active.ran ?? (await keptBefore(options, lastGood));
      // A failure while it runs is not the configuration's fault, and there is nothing better than the last good one.
      if (active.ran === failed || before === undefined || before.sourceHash === failed.sourceHash) throw error;
      giveWay(active, before, error);
    }
  }
}

interface LineLog {
  readonly logger: RootLogger;
  readonly logTail: LogTail;
}

/** What no other configuration would change: another process has the data folder, or it cannot be written. */
const OF_THIS_MACHINE = new Set([
  'journal_locked',
  'journal_not_durable',
  'data_folder_unwritable',
  'control_socket_in_use',
  'control_socket_path',
]);

function isOfThisMachine(error: unknown): boolean {
  return error instanceof LinesideError && OF_THIS_MACHINE.has(error.code);
}

/** The last good configuration of an earlier run, where there is one that still passes the checks. */
async function keptBefore(options: RunOptions, lastGood: LastGood): Promise<LoadedConfig | undefined> {
  try {
    return await lastGood.load(dirname(options.configPath), options.sources);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** Runs the line until the caller ends it, or until a change of the configuration needs all of it to start again. */
async function runWithConfig(
  options: RunOptions,
  active: ActiveConfig,
  lastGood: LastGood,
  { logger, logTail }: LineLog,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const keep = (loaded: LoadedConfig): void => {
    active.ran = loaded;
    void warnUnfit(options.dataDir, loaded, logger);
    lastGood.keep(loaded).catch((error: unknown) => {
      logger.error({ err: messageOf(error) }, 'the configuration in use could not be kept as the last good one');
    });
  };
  let running: RunningLine | undefined;
  const follow = async (update: ConfigUpdate): Promise<void> => {
    const before = active.loaded;
    if (!accept(update, active, logger)) return;
    if (running === undefined) return stop.abort();
    try {
      const steps = await running.apply(active.loaded);
      if (!steps.some(({ kind }) => kind === 'restart_line')) keep(active.loaded);
    } catch (error) {
      giveWay(active, before, error);
      stop.abort();
    }
  };
  // One change after the other: each is planned from what the one before led to.
  let following = Promise.resolve();
  const sourceHash = active.problem === undefined ? { sourceHash: active.loaded.sourceHash } : {};
  const watching = watchConfig(
    options.configPath,
    signal,
    (update) => {
      following = following.then(() => follow(update));
    },
    { ...options.sources, ...sourceHash, inUse: () => active.loaded },
  );
  try {
    const started = { ...lineOptions(options, active, logger), logTail };
    const onRunning = (line: RunningLine): void => {
      // Not before: a line that cannot start for another reason says that reason alone.
      if (active.problem !== undefined) {
        const facts = { code: 'config_refused', problem: active.problem };
        logger.error(facts, 'the configuration is refused: the last good one is in use');
      }
      running = line;
      keep(started.loaded);
    };
    await runLine({ ...started, onRunning }, signal);
  } finally {
    stop.abort();
    await watching;
    await following;
  }
}

/** By what was measured on this device. It runs all the same: an overloaded device inspects what it can. */
async function warnUnfit(dataDir: string, loaded: LoadedConfig, logger: RootLogger): Promise<void> {
  try {
    const unfit = await unfitFinding(dataDir, loaded);
    if (unfit !== undefined) logger.warn({ code: unfit.code, advice: unfit.advice }, `cameras ${unfit.message}`);
  } catch (error) {
    logger.error({ err: messageOf(error) }, 'whether the configuration fits on this device is not known');
  }
}

function lineOptions(
  options: RunOptions,
  active: ActiveConfig,
  logger: RootLogger,
): Omit<RunLineOptions, 'onRunning' | 'logTail'> {
  const { configPath, dataDir, version, sources, json, say } = options;
  const { loaded } = active;
  const { device, line } = loaded.config;
  return {
    loaded,
    configProblem: () => active.problem,
    configPath,
    dataDir,
    version,
    clock: systemClock,
    random: Math.random,
    logger,
    env: sources.env,
    sources,
    onReady: (page) => {
      if (json) say(JSON.stringify({ ready: true, page, device, pid: process.pid }));
      else say(`Lineside runs for ${line}.\n  status page  ${page}/\n  data         ${dataDir}`);
    },
    onStopped: (snapshot) => {
      if (json) say(JSON.stringify({ stopped: true, snapshot }));
    },
  };
}

/** Takes in what became of the file; true where there is another configuration to run with. */
function accept(update: ConfigUpdate, active: ActiveConfig, logger: RootLogger): boolean {
  if (update.kind === 'bad') {
    active.problem = update.error.message;
    const facts = { code: 'config_refused', problem: active.problem, advice: update.error.advice };
    logger.error(facts, 'the changed configuration is refused: the line goes on as it was');
    return false;
  }
  const { loaded } = update;
  if (loaded.sourceHash === active.unfit) return false;
  active.problem = undefined;
  active.unfit = undefined;
  const { changes, restart } = diffConfig(active.loaded.config, loaded.config);
  logger.info({ changes: changes.map((change) => change.path), restart }, 'the configuration has changed');
  // A text that means the same is the one in use from now on, for updates know a configuration by its text.
  if (loaded.text === active.loaded.text) return false;
  active.loaded = loaded;
  return true;
}

/** Goes back to a configuration that ran before, because the one in use cannot be run with. */
function giveWay(active: ActiveConfig, before: LoadedConfig, error: unknown): void {
  Object.assign(active, { loaded: before, problem: messageOf(error), unfit: active.loaded.sourceHash });
}
