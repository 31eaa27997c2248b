import { readFileSync } from 'node:fs';
import { messageOf, systemCode } from './error.ts';

/**
 * What `parse` makes of the JSON of a file that this program keeps for itself; undefined where there is none yet, and
 * where it cannot be read or parsed: then `onProblem` gets why.
 */
export function readKept<T>(
  path: string,
  parse: (value: unknown) => T,
  onProblem: (problem: string) => void,
): T | undefined {
  try {
    return parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') onProblem(messageOf(error));
    return undefined;
  }
}
