import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { loadConfig, type CollectorConfig } from '../config/index.ts';
import { UsageError } from '../errors/index.ts';
import { openStore, type CollectorStore } from '../store/index.ts';

export interface Common {
  readonly json: boolean;
  readonly config: CollectorConfig;
}

/** The options that every command takes, read and checked. */
export function configOf(command: Command): Common {
  const { data, config, json } = command.optsWithGlobals<{ data?: string; config?: string; json?: boolean }>();
  return { json: json === true, config: loadConfig({ file: config, data, env: process.env }) };
}

/** The store that a collector has used; commands that only look must not make one. */
export async function existingStore(config: CollectorConfig): Promise<CollectorStore> {
  if (config.store === 'sqlite' && !existsSync(join(config.data, 'collector.sqlite'))) {
    throw new UsageError({
      code: 'data_empty',
      message: `no collector has used ${config.data} yet`,
      advice: 'name its folder with --data DIR, or start one: lineside-collector run --data DIR',
    });
  }
  return openStore(config);
}

/** Runs `work` on the store and closes it. */
export async function withStore<T>(
  opening: Promise<CollectorStore>,
  work: (store: CollectorStore) => Promise<T>,
): Promise<T> {
  const store = await opening;
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
