import { dirname } from 'node:path';
import {
  ConfigError,
  type ConfigSources,
  LastGood,
  loadConfig,
  type LoadedConfig,
  type Problem,
  problemLine,
} from '../../config/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, derived, found, ok } from '../finding.ts';

export interface ConfigPlaces {
  readonly path: string;
  readonly dataDir: string;
  readonly sources: ConfigSources;
}

/** The configuration file. Passes the configuration, or the last good one, to later checks. */
export function configCheck(places: ConfigPlaces, learned: (loaded: LoadedConfig) => void): Check {
  return {
    name: 'config',
    deadlineMs: 5_000,
    run: async () => {
      try {
        const loaded = await loadConfig(places.path, places.sources);
        learned(loaded);
        return [ok('config', `${places.path} is good`), ...loaded.warnings.map((one) => asFinding('warning', one))];
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        const problems = error.problems.map((problem) => asFinding('failure', problem));
        return [...problems, ...(await fallBack(places, learned))];
      }
    },
  };
}

function asFinding(verdict: 'warning' | 'failure', problem: Problem): CheckFinding {
  const code = `config_${problem.code}`.replace('config_config_', 'config_');
  const error = { code, message: problemLine(problem), advice: problem.advice };
  return derived('config', error, { verdict, ...(verdict === 'warning' ? { meaning: '' } : {}) });
}

async function fallBack(
  places: ConfigPlaces,
  learned: (loaded: LoadedConfig) => void,
): Promise<readonly CheckFinding[]> {
  const lastGood = new LastGood(places.dataDir);
  const kept = await lastGood.load(dirname(places.path), places.sources).catch((error: unknown) => {
    if (error instanceof ConfigError) return undefined;
    throw error;
  });
  if (kept === undefined) return [];
  learned(kept);
  const message = `the last good configuration (${lastGood.path}) is in force for a running service`;
  return [found('config_last_good', message)];
}
