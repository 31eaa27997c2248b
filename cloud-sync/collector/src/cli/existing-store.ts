import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectorConfig } from '../config/index.ts';
import { UsageError } from '../errors/index.ts';
import { openStore, type CollectorStore } from '../store/index.ts';

/** Opens the store that a collector has used; a command that only reads must not make one. */
export async function openExistingStore(config: CollectorConfig): Promise<CollectorStore> {
  if (config.store === 'sqlite' && !existsSync(join(config.data, 'collector.sqlite'))) {
    throw new UsageError({
      code: 'data_empty',
      message: `no collector has used ${config.data} yet`,
      advice: 'name its folder with --data DIR, or start one: lineside-collector run --data DIR',
    });
  }
  return openStore(config);
}
