import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { messageOf, systemCode } from '@lineside/kit';
import type { LoadedConfig } from '../../config/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';

const ANSWER_MS = 8_000;
/** The first file that an update reads. */
const TIMESTAMP = 'metadata/timestamp.json';

/** Where updates come from, what trust begins with, and what became of the newest one. */
export function updatesCheck({ config, baseDir }: LoadedConfig, dataDir: string): Check {
  return {
    name: 'updates',
    deadlineMs: ANSWER_MS + 4_000,
    run: async (signal) => {
      const { updates } = config;
      if (updates === undefined) return [ok('updates', 'none are configured')];
      const troubles = [
        ...(await rootFindings(resolve(baseDir, updates.root))),
        ...(updates.repository === undefined ? [] : await repositoryFindings(updates.repository, baseDir, signal)),
        ...(await newestFindings(dataDir)),
      ];
      return troubles.length > 0 ? troubles : [ok('updates', updates.repository ?? 'from a stick alone')];
    },
  };
}

async function rootFindings(path: string): Promise<readonly CheckFinding[]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    const isRoot = typeof value === 'object' && value !== null && 'signed' in value && 'signatures' in value;
    return isRoot ? [] : [found('updates_root', `${path} is no root.json`)];
  } catch (error) {
    return [found('updates_root', `${path}: ${messageOf(error)}`)];
  }
}

async function repositoryFindings(
  repository: string,
  baseDir: string,
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  // The address is what the collector announces; the check of the broker says whether it is there.
  if (repository === 'collector') return [];
  const isWeb = /^https?:/.test(repository);
  try {
    if (!isWeb) {
      await stat(join(isAbsolute(repository) ? repository : resolve(baseDir, repository), TIMESTAMP));
      return [];
    }
    const url = `${repository.replace(/\/$/, '')}/${TIMESTAMP}`;
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) });
    await answer.body?.cancel();
    return answer.ok ? [] : [found('updates_unreachable', `${url} answers ${answer.status}`)];
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return [found('updates_unreachable', `${repository}: ${messageOf(error)}${cause}`)];
  }
}

const BAD = new Set(['rolled_back', 'failed', 'unable_to_roll_back']);

/** Read here, because the journal of updates itself would put a damaged file aside, and the doctor changes nothing. */
async function newestFindings(dataDir: string): Promise<readonly CheckFinding[]> {
  const path = join(dataDir, 'updates', 'state.json');
  try {
    const newest = newestOf(JSON.parse(await readFile(path, 'utf8')));
    if (newest === undefined || !BAD.has(newest.state)) return [];
    return [found('updates_refused', `${newest.target} ${newest.state.replaceAll('_', ' ')}${newest.why}`)];
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'EACCES') return [];
    return [found('updates_refused', `${path}: ${messageOf(error)}`)];
  }
}

function newestOf(
  document: unknown,
): { readonly target: string; readonly state: string; readonly why: string } | undefined {
  const history = valueOf(document, 'history');
  const newest: unknown = Array.isArray(history) ? history[0] : undefined;
  const [target, state] = [valueOf(newest, 'target'), valueOf(newest, 'state')];
  const why = valueOf(valueOf(newest, 'reason'), 'message');
  if (typeof target !== 'string' || typeof state !== 'string') return undefined;
  return { target, state, why: typeof why === 'string' ? `: ${why}` : '' };
}

function valueOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
