import { createHash } from 'node:crypto';
import { UpdateError } from './errors.ts';
import type { UpdatePorts } from './ports.ts';
import type { UpdateJournal } from './update-journal.ts';

export interface LocalConfigurationParts {
  readonly ports: Pick<UpdatePorts, 'configuration'>;
  readonly journal: Pick<UpdateJournal, 'read'>;
}

/** Hash by which the text of a configuration is known. */
export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Throws UpdateError `update_local_configuration` where a person has changed the file since the last release, and no policy says that
 * this is to be overwritten; `next` may be that change. The first release replaces the file that was there, see `keepLocal`.
 */
export async function assertNoLocalChange({ ports, journal }: LocalConfigurationParts, next: string): Promise<void> {
  const { configuration } = await journal.read();
  if (configuration === undefined || ports.configuration.onLocalChange === 'replace') return;
  const text = await ports.configuration.text();
  if (text === next || textHash(text) === configuration.sha256) return;
  throw new UpdateError('update_local_configuration', `the file is not what ${configuration.target} has written`);
}

/**
 * Keeps a copy of the file where a person has written it and `next` replaces it: the one that was there before the first release, or
 * a change that is overwritten because the policy says so. Gives the path of the copy; undefined where nothing is lost.
 */
export async function keepLocal(
  { ports, journal }: LocalConfigurationParts,
  next: string,
): Promise<string | undefined> {
  const { configuration } = await journal.read();
  const text = await ports.configuration.text();
  if (text === next || textHash(text) === configuration?.sha256) return undefined;
  return ports.configuration.keep(text);
}
