import { fileURLToPath } from 'node:url';

export interface Entry {
  readonly path: string;
  /** Flags for a child or worker so that it resolves the same kind of file as its parent. */
  readonly execArgv: readonly string[];
}

/**
 * File `name` (without extension) beside the caller, as source when the caller runs as source and built when it runs
 * built; `from` is the caller's import.meta.url.
 */
export function entryBeside(from: string, name: string): Entry {
  const extension = from.endsWith('.ts') ? '.ts' : '.js';
  const path = fileURLToPath(new URL(`${name}${extension}`, from));
  return { path, execArgv: extension === '.ts' ? ['--conditions=source'] : [] };
}
