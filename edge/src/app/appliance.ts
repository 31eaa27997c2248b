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
import { createLogger, type Logger, messageOf, systemClock } from '@lineside/kit';
import type { RunOptions } from './options.ts';
import { runLine } from './run-line.ts';

/** The configuration in force, and why the one on disk is not. */
interface InForce {
  loaded: LoadedConfig;
  problem: string | undefined;
  /** Hash of a file that passed the checks and yet could not be run with. */
  unfit: string | undefined;
  /** The one that ran last. */
  ran: LoadedConfig | undefined;
}

/**
 * Runs the appliance until `signal` aborts. A changed configuration is checked first; a good one takes over at once,
 * a bad one changes nothing but what the log, the page and `doctor` say; one whose fault shows only when it is to run
 * gives way to the one before. Throws ConfigError or SecretError when there is none to run with, JournalError when the
 * data folder cannot be used.
 */
export async function runAppliance(options: RunOptions): Promise<void> {
  const lastGood = new LastGood(options.dataDir);
  const { loaded, refused } = await loadOrLastGood(options.configPath, lastGood, options.sources);
  const inForce: InForce = { loaded, problem: refused?.message, unfit: undefined, ran: undefined };
  while (!options.signal.aborted) {
    const logger = createLogger(inForce.loaded.config.log.level);
    if (inForce.problem !== undefined) {
      logger.error({ problem: inForce.problem }, 'the configuration is refused: the last good one is in force');
    }
    const current = inForce.loaded;
    try {
      await runWithConfig(options, inForce, lastGood, logger);
    } catch (error) {
      const before = inForce.ran ?? (await keptBefore(options, lastGood));
      // What broke while it ran is no fault of the configuration, and one that is the last good itself has no better.
      if (inForce.ran === current || before === undefined || before.sourceHash === current.sourceHash) throw error;
      Object.assign(inForce, { loaded: before, problem: messageOf(error), unfit: current.sourceHash });
    }
  }
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

/** One sitting, ended by the caller or by a new configuration. */
async function runWithConfig(options: RunOptions, inForce: InForce, lastGood: LastGood, logger: Logger): Promise<void> {
  const changed = new AbortController();
  const signal = AbortSignal.any([options.signal, changed.signal]);
  const current = inForce.loaded;
  const watching = watchConfig(
    options.configPath,
    signal,
    (update) => {
      if (take(update, inForce, logger)) changed.abort();
    },
    { ...options.sources, ...(inForce.problem === undefined ? { sourceHash: current.sourceHash } : {}) },
  );
  try {
    await runLine(
      {
        loaded: current,
        configProblem: () => inForce.problem,
        configPath: options.configPath,
        dataDir: options.dataDir,
        version: options.version,
        clock: systemClock,
        random: Math.random,
        logger,
        env: options.sources.env,
        onRunning: () => {
          inForce.ran = current;
          void lastGood.keep(current).catch((error: unknown) => {
            logger.error(
              { err: messageOf(error) },
              'the configuration in force could not be kept as the last good one',
            );
          });
        },
        onReady: (page) => {
          if (options.json)
            options.say(JSON.stringify({ ready: true, page, device: current.config.device, pid: process.pid }));
          else
            options.say(
              `Lineside runs for ${current.config.line}.\n  status page  ${page}/\n  data         ${options.dataDir}`,
            );
        },
        onStopped: (snapshot) => {
          if (options.json) options.say(JSON.stringify({ stopped: true, snapshot }));
        },
      },
      signal,
    );
  } finally {
    changed.abort();
    await watching;
  }
}

/** Takes in what became of the file; true where there is another configuration to run with. */
function take(update: ConfigUpdate, inForce: InForce, logger: Logger): boolean {
  if (update.kind === 'bad') {
    inForce.problem = update.error.message;
    const facts = { problem: inForce.problem, advice: update.error.advice };
    logger.error(facts, 'the changed configuration is refused: the line runs on as it was');
    return false;
  }
  const { loaded } = update;
  if (loaded.sourceHash === inForce.unfit) return false;
  inForce.problem = undefined;
  inForce.unfit = undefined;
  const { changes, restart } = diffConfig(inForce.loaded.config, loaded.config);
  logger.info({ changes: changes.map((change) => change.path), restart }, 'the configuration has changed');
  if (changes.length === 0) return false;
  inForce.loaded = loaded;
  return true;
}
