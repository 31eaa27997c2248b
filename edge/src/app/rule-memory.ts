import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, messageOf, systemCode, writeFileAtomic } from '@lineside/kit';
import type { RuleMemory } from '../rules/index.ts';

type Kept = Readonly<Record<string, unknown>>;

/**
 * What the rules keep when the process ends: one JSON file in the data folder, written as a whole and in order. A file that
 * cannot be read is logged, and the rules start without it.
 */
export class RuleMemories {
  readonly #path: string;
  readonly #log: Logger;
  readonly #kept: Map<string, unknown>;
  #isChanged = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, log: Logger, kept: Kept) {
    this.#path = path;
    this.#log = log;
    this.#kept = new Map(Object.entries(kept));
  }

  static async open(dataFolder: string, log: Logger): Promise<RuleMemories> {
    const path = join(dataFolder, 'rules.json');
    try {
      const value: unknown = JSON.parse(await readFile(path, 'utf8'));
      const isKept = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (!isKept) throw new TypeError('it holds no object');
      return new RuleMemories(path, log, value as Kept);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') {
        log.error({ path, err: messageOf(error) }, 'what the rules keep cannot be read: they start without it');
      }
      return new RuleMemories(path, log, {});
    }
  }

  /** That of one rule, by its id. */
  of(rule: string): RuleMemory {
    return {
      get: () => this.#kept.get(rule),
      set: (value) => {
        this.#kept.set(rule, value);
        this.#isChanged = true;
        this.#writing = this.#writing.then(() => this.#write());
      },
    };
  }

  /** Resolves when everything set so far is on the disk, or was logged because it cannot be written. */
  settled(): Promise<void> {
    return this.#writing;
  }

  /** One write holds all that was set before it begins. */
  async #write(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    try {
      await writeFileAtomic(this.#path, `${JSON.stringify(Object.fromEntries(this.#kept), undefined, 2)}\n`);
    } catch (error) {
      this.#isChanged = true;
      this.#log.error({ path: this.#path, err: messageOf(error) }, 'what the rules keep cannot be written');
    }
  }
}
