import { stat } from 'node:fs/promises';
import { type Clock, isAbort, systemClock, systemCode } from '../kit/index.ts';
import { ConfigError } from './errors.ts';
import { type ConfigSources, loadConfig, type LoadedConfig } from './load.ts';

export type ConfigUpdate =
  | { readonly kind: 'good'; readonly loaded: LoadedConfig }
  | { readonly kind: 'bad'; readonly error: ConfigError };

export interface WatchOptions extends ConfigSources {
  /** Hash of the configuration in use: the first look reports only what differs from it. */
  readonly sourceHash?: string;
  readonly clock?: Clock;
  /** How often the file is looked at. */
  readonly everyMs?: number;
}

/**
 * Looks at the file until `signal` aborts and reports each new content once, checked. Polls: that works through
 * symbolic links, bind mounts and editors that put a new file in the old one's place. A file is read once two looks in
 * a row find it unchanged, so that a half-written one is not judged.
 */
export async function watchConfig(
  path: string,
  signal: AbortSignal,
  onChange: (update: ConfigUpdate) => void,
  options: WatchOptions,
): Promise<void> {
  const clock = options.clock ?? systemClock;
  let reported = options.sourceHash === undefined ? undefined : `good ${options.sourceHash}`;
  let judged = '';
  let previous = await mark(path);
  while (!signal.aborted) {
    try {
      await clock.sleep(options.everyMs ?? 1000, signal);
    } catch (error) {
      if (isAbort(error)) return;
      throw error;
    }
    const current = await mark(path);
    if (current === previous && current !== judged) {
      judged = current;
      const update = await look(path, options);
      const state = update.kind === 'good' ? `good ${update.loaded.sourceHash}` : `bad ${update.error.message}`;
      if (state !== reported) {
        reported = state;
        onChange(update);
      }
    }
    previous = current;
  }
}

async function look(path: string, sources: ConfigSources): Promise<ConfigUpdate> {
  try {
    return { kind: 'good', loaded: await loadConfig(path, sources) };
  } catch (error) {
    if (error instanceof ConfigError) return { kind: 'bad', error };
    throw error;
  }
}

/** Changes whenever the file does. */
async function mark(path: string): Promise<string> {
  try {
    const { mtimeNs, ctimeNs, size, ino } = await stat(path, { bigint: true });
    return `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
  } catch (error) {
    return systemCode(error) ?? 'unreadable';
  }
}
