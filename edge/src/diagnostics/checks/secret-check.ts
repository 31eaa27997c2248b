import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type LoadedConfig, missingSecrets, secretPlaces } from '../../config/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';

const OTHERS = 0o007;

/** Secrets that the configuration names: there, and closed to other users. For a user who is not the service's, missing ones may be intended. */
export function secretCheck(loaded: LoadedConfig): Check {
  return {
    name: 'secret',
    deadlineMs: 10_000,
    run: async () => {
      const missing = missingSecrets(loaded).map(({ subject, error: { message, advice } }) =>
        found('secret_missing', message, { subject, advice }),
      );
      const files = secretFiles(loaded);
      const troubles = [...missing, ...(await Promise.all(files.map(exposed))).flat()];
      return troubles.length > 0 ? troubles : [ok('secret', `all that the configuration names are there`)];
    },
  };
}

/** Absolute paths of the files that hold secrets, each once. */
export function secretFiles({ config, baseDir }: LoadedConfig): readonly string[] {
  const named = secretPlaces(config).flatMap(({ secret }) =>
    secret.references.flatMap(({ from, name }) => (from === 'file' ? [name] : [])),
  );
  const all = [...named, ...(config.uplink?.key === undefined ? [] : [config.uplink.key])];
  return [...new Set(all.map((name) => resolve(baseDir, name)))];
}

async function exposed(path: string): Promise<readonly CheckFinding[]> {
  const mode = await stat(path).then(
    (file) => file.mode & 0o777,
    () => 0,
  );
  if ((mode & OTHERS) === 0) return [];
  const message = `${path} has the rights ${mode.toString(8)}: every user may use it`;
  return [found('secret_exposed', message, { subject: path, fix: { action: 'restrict_file', path } })];
}
