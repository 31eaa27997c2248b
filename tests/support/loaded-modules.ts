import { fileURLToPath } from 'node:url';
import { FROM_SOURCE, NODE, runProcess } from './processes.ts';

const RECORDER = fileURLToPath(new URL('record-loaded-modules.ts', import.meta.url));
const MARK = 'loaded: ';

/** URLs of the modules that a Node program loads, by import or require, in the order of loading. */
export async function modulesLoadedBy(
  script: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly stdout: string; readonly urls: readonly string[] }> {
  const { code, stdout, stderr } = await runProcess(NODE, [...FROM_SOURCE, '--import', RECORDER, script, ...args]);
  const urls = stderr.split('\n').flatMap((line) => (line.startsWith(MARK) ? [line.slice(MARK.length)] : []));
  return { code, stdout, urls };
}
