import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemCode, writeFileAtomic } from '@lineside/kit';
import { ConfigError } from './errors.ts';
import { migrateConfigText } from './renames.ts';
import { readConfigFile } from './read-file.ts';
import { checkConfig, type ConfigSources, loadConfig, type LoadedConfig } from './load.ts';

/** The configuration that ran last without complaint, kept in the data folder. */
export class LastGood {
  readonly path: string;

  constructor(dataDir: string) {
    this.path = join(dataDir, 'config', 'last-good.yaml');
  }

  /** Keeps `loaded`, durably; readable by the service's user alone, because a file may hold a plain password. */
  async keep(loaded: LoadedConfig): Promise<void> {
    const before = await this.#read().catch(() => undefined);
    if (before === loaded.text) return;
    await writeFileAtomic(this.path, loaded.text, { mode: 0o600 });
  }

  /**
   * The kept configuration, or undefined where none was kept. Keys that were renamed since it was kept are migrated, so
   * that a device starts with it after an update. Relative paths in it start from `baseDir`, the folder of
   * the file it was copied from. Throws ConfigError when it no longer passes the checks.
   */
  async load(baseDir: string, sources: ConfigSources): Promise<LoadedConfig | undefined> {
    const text = await this.#read();
    return text === undefined
      ? undefined
      : checkConfig(migrateConfigText(text), { ...sources, path: this.path, baseDir });
  }

  /** Throws ConfigError where something is kept that cannot be read. */
  async #read(): Promise<string | undefined> {
    try {
      await access(this.path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    }
    return readConfigFile(this.path);
  }
}

export interface ConfigInUse {
  readonly loaded: LoadedConfig;
  /** Why the file itself is not in use: the last good one is. To be reported prominently. */
  readonly refused?: ConfigError;
}

/**
 * The configuration to run with: the file at `path`, or where that is bad the last good one. Throws the file's
 * ConfigError when no good one was kept. Does not keep anything: that is done once the line runs with it.
 */
export async function loadOrLastGood(path: string, lastGood: LastGood, sources: ConfigSources): Promise<ConfigInUse> {
  try {
    return { loaded: await loadConfig(path, sources) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const kept = await keptOrRefuse(dirname(resolve(path)), lastGood, sources, error);
    return { loaded: kept, refused: error };
  }
}

async function keptOrRefuse(
  baseDir: string,
  lastGood: LastGood,
  sources: ConfigSources,
  refused: ConfigError,
): Promise<LoadedConfig> {
  try {
    const kept = await lastGood.load(baseDir, sources);
    if (kept !== undefined) return kept;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError([...refused.problems, ...error.problems]);
  }
  throw refused;
}
