import { dirname } from 'node:path';
import {
  ConfigError,
  type ConfigSources,
  LastGood,
  loadConfig,
  type LoadedConfig,
  missingSecrets,
  type Problem,
  problemLine,
} from '../config/index.ts';
import { type Check, type CheckFinding, ok, trouble } from './check.ts';

export interface ConfigPlaces {
  readonly path: string;
  readonly dataDir: string;
  readonly sources: ConfigSources;
}

/** The configuration file, then its secrets. Passes the configuration, or the last good one, to later checks. */
export function configCheck(places: ConfigPlaces, found: (loaded: LoadedConfig) => void): Check {
  return {
    name: 'config',
    deadlineMs: 5_000,
    run: async () => {
      try {
        const loaded = await loadConfig(places.path, places.sources);
        found(loaded);
        const warnings = loaded.warnings.map((warning) => asFinding('warning', warning));
        return [ok('config', `${places.path} is good`), ...warnings, ...secretFindings(loaded)];
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        const problems = error.problems.map((problem) => asFinding('failure', problem));
        return [...problems, ...(await fallBack(places, found))];
      }
    },
  };
}

function asFinding(verdict: 'warning' | 'failure', problem: Problem): CheckFinding {
  return trouble(verdict, {
    code: `config_${problem.code}`.replace('config_config_', 'config_'),
    message: problemLine(problem),
    meaning:
      verdict === 'failure' ? 'a running service keeps its last good configuration; a stopped one does not start' : '',
    advice: problem.advice,
  });
}

async function fallBack(places: ConfigPlaces, found: (loaded: LoadedConfig) => void): Promise<readonly CheckFinding[]> {
  const lastGood = new LastGood(places.dataDir);
  const kept = await lastGood.load(dirname(places.path), places.sources).catch((error: unknown) => {
    if (error instanceof ConfigError) return undefined;
    throw error;
  });
  if (kept === undefined) return [];
  found(kept);
  return [
    trouble('warning', {
      code: 'config_last_good',
      message: `the last good configuration (${lastGood.path}) is in force for a running service`,
      meaning: 'changes in the file are not in force; the checks below use the last good one',
      advice: 'correct the file: lineside config check',
    }),
  ];
}

/** Secrets that cannot be read. For another user than the service's this may be intended. */
function secretFindings(loaded: LoadedConfig): readonly CheckFinding[] {
  return missingSecrets(loaded).map(({ subject, error }) =>
    trouble('failure', {
      code: error.code,
      check: 'secret',
      subject,
      message: error.message,
      meaning: 'no connection is possible; the service may have access to secrets that this user lacks',
      advice: error.advice,
    }),
  );
}
