import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NODE, runProcess } from './processes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACKAGES = ['cloud-sync/protocol', 'models', 'cloud-sync/uplink', 'cloud-sync/collector', 'edge'];

/** The programs as they ship, to be started with NODE. */
export const LINESIDE = join(ROOT, 'edge/bin/lineside.js');
export const LINESIDE_COLLECTOR = join(ROOT, 'cloud-sync/collector/bin/lineside-collector.js');

/**
 * Builds what ships where it is missing or older than its sources, so that a test of the built programs never judges
 * yesterday's. Types are judged elsewhere: what TypeScript complains of is no reason to fail here.
 */
export async function built(): Promise<void> {
  const stale = await Promise.all(PACKAGES.map((name) => isStale(join(ROOT, name))));
  if (!stale.includes(true)) return;
  await runProcess(NODE, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'tsconfig.build.json'], {
    cwd: ROOT,
    withinMs: 180_000,
  });
}

async function isStale(folder: string): Promise<boolean> {
  const info = await stat(join(folder, 'tsconfig.tsbuildinfo')).catch(() => undefined);
  if (info === undefined) return true;
  const files = await readdir(join(folder, 'src'), { recursive: true });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  // A file that was removed while we looked is not newer than anything.
  const times = await Promise.all(sources.map((file) => stat(join(folder, 'src', file)).catch(() => undefined)));
  return times.some((time) => (time?.mtimeMs ?? 0) > info.mtimeMs);
}
