import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, messageOf, systemCode, writeFileAtomic } from '@lineside/kit';
import type { OutputConfig } from '../config/index.ts';

const FILE = 'armed-outputs.json';

/** What can be armed: an output, or something else that writes to a controller. */
export interface ArmedThing {
  readonly id: string;
}

/** Remembers over a restart which outputs a person has armed, each as it was configured then. */
export class ArmedOutputs<O extends ArmedThing = OutputConfig> {
  readonly #path: string;
  readonly #log: Logger;
  readonly #urlOf: (output: O) => string;
  readonly #armed: Map<string, string>;

  /** `urlOf`: the URL of an output with its secrets, which are not written; throws where one is missing. */
  constructor(dataDir: string, log: Logger, urlOf: (output: O) => string, file = FILE) {
    this.#urlOf = urlOf;
    this.#path = join(dataDir, file);
    this.#log = log;
    this.#armed = new Map(Object.entries(this.#read()));
  }

  /** Whether it is armed; never where its configuration has changed since. */
  has(output: O): boolean {
    const print = this.#printOf(output);
    return print !== undefined && this.#armed.get(output.id) === print;
  }

  /** True where it was armed with another configuration: it is not any more. */
  isOutdated(output: O): boolean {
    const print = this.#printOf(output);
    return print !== undefined && this.#armed.has(output.id) && this.#armed.get(output.id) !== print;
  }

  /** Resolves when it is on the disk. */
  async set(output: O, armed: boolean): Promise<void> {
    const print = this.#printOf(output);
    if (armed && print !== undefined) this.#armed.set(output.id, print);
    else this.#armed.delete(output.id);
    await writeFileAtomic(this.#path, JSON.stringify(Object.fromEntries(this.#armed)));
  }

  #read(): Readonly<Record<string, string>> {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
      if (typeof value !== 'object' || value === null) return {};
      const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      return Object.fromEntries(entries);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') {
        this.#log.error(
          { path: this.#path, error: messageOf(error) },
          'which outputs are armed cannot be read: none is',
        );
      }
      return {};
    }
  }

  /** Undefined while a secret is missing: then nobody knows which controller it is, and it is not armed. */
  #printOf(output: O): string | undefined {
    try {
      const text = JSON.stringify({ ...output, url: this.#urlOf(output) });
      return createHash('sha256').update(text).digest('hex');
    } catch (error) {
      this.#log.error({ output: output.id, error: messageOf(error) }, 'an output has no address: it is not armed');
      return undefined;
    }
  }
}
