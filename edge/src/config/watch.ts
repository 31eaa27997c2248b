import { stat } from 'node:fs/promises';
import { type Clock, isAbort, systemClock, systemCode } from '@lineside/kit';
import { ConfigError } from './errors.ts';
import { type ConfigSources, loadConfig, type LoadedConfig } from './load.ts';
import { type MissingSecret, missingSecrets } from './missing-secrets.ts';

export type ConfigUpdate =
  | { readonly kind: 'good'; readonly loaded: LoadedConfig }
  | { readonly kind: 'bad'; readonly error: ConfigError };

export interface WatchOptions extends ConfigSources {
  /** Hash of the configuration in use: the first look reports only what differs from it. */
  readonly sourceHash?: string;
  /** The configuration in use: a secret that is missing for it too is no reason to refuse a change. */
  readonly inUse?: () => LoadedConfig;
  readonly clock?: Clock;
  /** How often the file is examined. */
  readonly everyMs?: number;
}

/**
 * Looks at the file until `signal` aborts and reports each new content once, checked. Polls: that works through
 * symbolic links, bind mounts and editors that put a new file in the old one's place. A file is read once two looks in
 * a row find it unchanged, so that a half-written one is not judged. One that needs a secret which
 * cannot be read, and which the configuration in use does not need, is bad until it can.
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
      const { again, ...update } = await look(path, options);
      judged = again ? '' : current;
      const state = update.kind === 'good' ? `good ${update.loaded.sourceHash}` : `bad ${update.error.message}`;
      if (state !== reported) {
        reported = state;
        onChange(update);
      }
    }
    previous = current;
  }
}

/** `again`: what is wrong lies outside the file, which may become good without being touched. */
async function look(path: string, options: WatchOptions): Promise<ConfigUpdate & { readonly again: boolean }> {
  try {
    const loaded = await loadConfig(path, options);
    const known = options.inUse === undefined ? [] : missingSecrets(options.inUse());
    const isNew = ({ subject, error }: MissingSecret): boolean =>
      !known.some((one) => one.subject === subject && one.error.message === error.message);
    const problems = missingSecrets(loaded)
      .filter(isNew)
      .map(({ subject, error: { code, message, advice } }) => {
        return { code, file: path, line: 0, column: 0, path: subject, message, advice };
      });
    if (problems.length > 0) return { kind: 'bad', error: new ConfigError(problems), again: true };
    return { kind: 'good', loaded, again: false };
  } catch (error) {
    if (error instanceof ConfigError) return { kind: 'bad', error, again: false };
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
