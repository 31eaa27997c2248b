import type { Config } from '../config/index.ts';
import type { Logger } from '@lineside/kit';
import { textReaderState } from '../reading/index.ts';
import { readsText } from '../rules/index.ts';

/** Why printed text cannot be read. */
export interface TextReaderMissing {
  readonly message: string;
  readonly advice: string;
}

/** Whether the text reader that rules need is installed. Where it is not, the line runs: those fields are unreadable. */
export class TextReading {
  readonly #log: Logger;
  #missing: TextReaderMissing | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  get missing(): TextReaderMissing | undefined {
    return this.#missing;
  }

  /** Looks for what this configuration needs, and logs where it is not there. */
  async look(config: Pick<Config, 'rules'>): Promise<void> {
    const rules = config.rules.filter(readsText).map(({ id }) => id);
    const state = rules.length === 0 ? undefined : await textReaderState();
    this.#missing = state?.state === 'missing' ? { message: state.message, advice: state.advice } : undefined;
    if (this.#missing === undefined) return;
    const { message, advice } = this.#missing;
    this.#log.error({ rules, code: 'text_reader_missing', advice }, message);
  }
}
