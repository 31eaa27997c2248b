import { diffConfig, LastGood, type LoadedConfig, loadOrLastGood, watchConfig } from '../config/index.ts';
import { createLogger, type Logger, systemClock } from '../kit/index.ts';
import type { RunOptions } from './options.ts';
import { sit } from './sitting.ts';

/** The configuration in force, and why the one on disk is not. */
interface InForce {
  loaded: LoadedConfig;
  problem: string | undefined;
}

/**
 * Runs the appliance until `signal` aborts. A changed configuration is checked first; a good one takes over at once,
 * a bad one changes nothing but what the log, the page and `doctor` say. Throws ConfigError when there is none to run
 * with, StoreError when the data folder cannot be used.
 */
export async function runAppliance(options: RunOptions): Promise<void> {
  const lastGood = new LastGood(options.dataDir);
  const { loaded, refused } = await loadOrLastGood(options.configPath, lastGood, options.sources);
  const inForce: InForce = { loaded, problem: refused?.message };
  while (!options.signal.aborted) {
    const logger = createLogger(inForce.loaded.config.log.level);
    if (inForce.problem !== undefined) {
      logger.error({ problem: inForce.problem }, 'the configuration is refused: the last good one is in force');
    }
    await sitOnce(options, inForce, lastGood, logger);
  }
}

/** One sitting, ended by the caller or by a new configuration. */
async function sitOnce(options: RunOptions, inForce: InForce, lastGood: LastGood, logger: Logger): Promise<void> {
  const changed = new AbortController();
  const signal = AbortSignal.any([options.signal, changed.signal]);
  const current = inForce.loaded;
  const watching = watchConfig(
    options.configPath,
    signal,
    (update) => {
      if (update.kind === 'bad') {
        inForce.problem = update.error.message;
        logger.error(
          { problem: update.error.message },
          'the changed configuration is refused: the line runs on as it was',
        );
        return;
      }
      inForce.problem = undefined;
      const { changes, restart } = diffConfig(current.config, update.loaded.config);
      logger.info({ changes: changes.map((change) => change.path), restart }, 'the configuration has changed');
      if (changes.length === 0 || restart === 'none') return;
      inForce.loaded = update.loaded;
      changed.abort();
    },
    { ...options.sources, ...(inForce.problem === undefined ? { sourceHash: current.sourceHash } : {}) },
  );
  try {
    await sit(
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
        onReady: (page) => {
          if (options.json)
            options.say(JSON.stringify({ ready: true, page, device: current.config.device, pid: process.pid }));
          else
            options.say(
              `Lineside runs for ${current.config.line}.\n  status page  ${page}/\n  data         ${options.dataDir}`,
            );
          void lastGood.keep(current).catch((error: unknown) => {
            logger.error({ err: String(error) }, 'the configuration in force could not be kept as the last good one');
          });
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
