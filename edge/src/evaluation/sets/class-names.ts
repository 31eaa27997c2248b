import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { messageOf } from '@lineside/kit';
import { EvaluationError } from '../errors.ts';

const TEXT_FILES = ['names.txt', 'classes.txt', 'labels.txt', 'obj.names'];

/**
 * Names of a set's classes in the order of their numbers: `names` of a YAML file (a list, or names by number), or a
 * text file with one per line, in the set's folder or the one above.
 *
 * @throws EvaluationError `names_missing`.
 */
export async function classNames(dir: string): Promise<readonly string[]> {
  for (const place of [dir, dirname(dir)]) {
    const files = (await readdir(place).catch(() => [])).sort();
    for (const file of files.filter((name) => /\.ya?ml$/i.test(name))) {
      const names = namesOfYaml(await readFile(join(place, file), 'utf8'), join(place, file));
      if (names !== undefined) return names;
    }
    const text = TEXT_FILES.find((name) => files.includes(name));
    if (text !== undefined) return lines(await readFile(join(place, text), 'utf8'));
  }
  throw new EvaluationError('names_missing', `${dir}: there are no names for the numbers of the classes`);
}

export function lines(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => line.trim() || []);
}

/** Undefined for a YAML file without names. */
function namesOfYaml(text: string, file: string): readonly string[] | undefined {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new EvaluationError('names_missing', `${file} cannot be read: ${messageOf(error)}`);
  }
  if (typeof content !== 'object' || content === null || !('names' in content)) return undefined;
  const { names } = content;
  if (Array.isArray(names)) return names.map(String);
  if (typeof names !== 'object' || names === null) return undefined;
  const byNumber: string[] = [];
  for (const [number, name] of Object.entries(names)) byNumber[Number(number)] = String(name);
  return Array.from(byNumber, (name: string | undefined, number) => name ?? `class${number}`);
}
