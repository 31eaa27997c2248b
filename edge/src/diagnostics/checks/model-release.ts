import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ModelHandle, sha256File } from '@lineside/models';
import { type CheckFinding, found } from '../finding.ts';

/**
 * The signed release that a model came with, and files of it that are not what was signed. Undefined for a model that no
 * update brought: the catalog's are part of the software, and those of a person are theirs.
 */
export async function releaseFindings(
  { onnxPath }: ModelHandle,
  dataDir: string,
  subject: string,
): Promise<readonly CheckFinding[] | undefined> {
  const folder = dirname(await realpath(onnxPath));
  if (dirname(folder) !== (await realpath(join(dataDir, 'updates', 'bundles')).catch(() => ''))) return undefined;
  const files = filesOf(await stateOf(dataDir), basename(folder));
  const changed = await Promise.all(
    files.map(async ({ path, sha256 }) => {
      const actual = await sha256File(join(folder, path)).catch(() => '');
      return actual === sha256 ? [] : [path];
    }),
  );
  return changed.flat().map((path) => found('model_release_changed', `${basename(folder)}: ${path}`, { subject }));
}

async function stateOf(dataDir: string): Promise<unknown> {
  const text = await readFile(join(dataDir, 'updates', 'state.json'), 'utf8').catch(() => '{}');
  const value: unknown = JSON.parse(text);
  return value;
}

interface SignedFile {
  readonly path: string;
  readonly sha256: string;
}

function filesOf(state: unknown, bundle: string): readonly SignedFile[] {
  const files = at(at(at(at(state, 'bundles'), bundle), 'release'), 'files');
  return Array.isArray(files) ? files.filter(isSignedFile) : [];
}

function isSignedFile(value: unknown): value is SignedFile {
  return typeof at(value, 'path') === 'string' && typeof at(value, 'sha256') === 'string';
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
