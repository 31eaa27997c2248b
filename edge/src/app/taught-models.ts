import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MANIFEST_FILE } from '@lineside/models';
import { type Clock, type Logger, messageOf, type Service, unlessAbort } from '@lineside/kit';
import type { LineModel } from './models.ts';

const EVERY_MS = 2_000;

export interface TaughtModelsOptions {
  /** The models that run now. */
  readonly models: () => readonly LineModel[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Reads these models again and goes on with them. */
  readonly changed: (ids: readonly string[]) => Promise<void>;
}

/**
 * Watches the bundles of models that were taught on this device: a limit that was moved, a model that was armed or taught
 * again comes into force without a restart. Other models change with the configuration only.
 */
export class TaughtModels implements Service {
  readonly name = 'taught models';
  readonly #options: TaughtModelsOptions;
  readonly #marks = new Map<string, string>();

  constructor(options: TaughtModelsOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log, changed } = this.#options;
    while (!signal.aborted) {
      const ids = await this.#look();
      if (ids.length > 0) {
        await changed(ids).catch((error: unknown) => {
          log.error(
            { models: ids, err: messageOf(error) },
            'taught models that were changed could not be loaded again',
          );
        });
      }
      await clock.sleep(EVERY_MS, signal).catch(unlessAbort);
    }
  }

  /** Models whose manifest is another one than at the last look. */
  async #look(): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const model of this.#options.models()) {
      if (model.state !== 'found' || model.spec.manifest.taught === undefined) continue;
      const mark = await markOf(join(dirname(model.spec.path), MANIFEST_FILE));
      // While the bundle is being replaced there is no manifest for a moment.
      if (mark === undefined) continue;
      const before = this.#marks.get(model.id);
      this.#marks.set(model.id, mark);
      if (before !== undefined && before !== mark) ids.push(model.id);
    }
    return ids;
  }
}

async function markOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? undefined : `${found.ino} ${found.mtimeMs} ${found.size}`;
}
