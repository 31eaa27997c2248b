import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '@lineside/kit';
import { CATALOG_DIR, catalogIds, importedDir } from '@lineside/models';
import { checkConfig, ConfigError, type LoadedConfig } from '../config/index.ts';
import { textHash, type UpdatableConfiguration } from '../updates/index.ts';
import { findModels } from './models.ts';
import { rulesWithoutLabels } from './rules.ts';

export interface UpdateConfigurationParts {
  readonly loaded: () => LoadedConfig;
  /** The text with which the line runs, after all steps of the change to it. */
  readonly textInForce: () => string;
  /** Why the file on disk is not in use. */
  readonly configProblem: () => string | undefined;
  readonly configPath: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the collector is reached; undefined where there is none. */
  readonly connected: () => boolean | undefined;
}

/** The file that a person edits, as an update changes it: the line follows the file as it always does. */
export function updatableConfiguration(parts: UpdateConfigurationParts): UpdatableConfiguration {
  const { loaded, textInForce, configPath, configProblem, connected } = parts;
  const { updates } = loaded().config;
  return {
    series: updates?.configuration,
    onLocalChange: updates?.onLocalChange ?? 'refuse',
    text: () => readFile(configPath, 'utf8'),
    problem: (text) => problemOf(parts, text),
    keep: async (text) => {
      const path = `${configPath}.${textHash(text).slice(0, 8)}.kept`;
      await writeFileAtomic(path, text, { mode: 0o600 });
      return path;
    },
    write: (text) => writeFileAtomic(configPath, text),
    inForce: (text) => {
      if (textInForce() === text) return true;
      return configProblem() ?? false;
    },
    connected,
  };
}

/** What is wrong with a text on this device: its checks, its models, and the labels that its rules need. */
async function problemOf(parts: UpdateConfigurationParts, text: string): Promise<string | undefined> {
  const { loaded, configPath, dataDir, env } = parts;
  const imported = importedDir(dataDir);
  const catalog = [...new Set([...(await catalogIds(CATALOG_DIR)), ...(await catalogIds(imported))])];
  const baseDir = dirname(configPath);
  try {
    const { config } = checkConfig(text, { catalog, env, path: configPath, baseDir });
    const { device } = loaded().config;
    if (config.device !== device) return `it is for ${config.device}, and this device is ${device}`;
    const models = await findModels(config, { baseDir, importedDir: imported });
    const refused = models.find(({ state }) => state === 'refused');
    if (refused?.state === 'refused') return `model ${refused.id}: ${refused.message}`;
    const [unknown] = rulesWithoutLabels(config, models);
    return unknown === undefined ? undefined : unknown.message;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
