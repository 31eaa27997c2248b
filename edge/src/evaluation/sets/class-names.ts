import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { messageOf, printable } from '@lineside/kit';
import { EvaluationError } from '../errors.ts';

/** No set has more: a number beyond it is a mistake. */
const CLASSES_MOST = 25_000;
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
  return text.split(/\r?\n/).flatMap((line) => printable(line.trim()) || []);
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
  if (Array.isArray(names)) return names.slice(0, CLASSES_MOST).map((name) => printable(String(name)));
  if (typeof names !== 'object' || names === null) return undefined;
  const byNumber: string[] = [];
  for (const [number, name] of Object.entries(names)) {
    const at = Number(number);
    if (Number.isInteger(at) && at >= 0 && at < CLASSES_MOST) byNumber[at] = printable(String(name));
  }
  return Array.from(byNumber, (name: string | undefined, number) => name ?? `class${number}`);
}
