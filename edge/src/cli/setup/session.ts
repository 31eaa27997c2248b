import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { redactUrls, writeFileAtomic } from '@lineside/kit';
import { checkConfig, type ConfigSources, type LoadedConfig, saveConfig } from '../../config/index.ts';
import type { Context } from '../context.ts';
import type { Questions } from './questions.ts';

/** Names of the steps, in their order. */
export const STEPS = ['name', 'machine', 'cameras', 'models', 'zones', 'rules', 'collector', 'event'] as const;
export type StepName = (typeof STEPS)[number];

/** Options of `lineside setup`: an option answers its question. */
export interface SetupFlags {
  readonly device?: string;
  readonly line?: string;
  readonly camera: readonly string[];
  readonly model: readonly string[];
  readonly zone: readonly string[];
  readonly rule: readonly string[];
  readonly broker?: string;
  readonly passwordFile?: string;
  readonly collector: boolean;
  readonly event: boolean;
  readonly wait: number;
  readonly again?: StepName;
}

interface Progress {
  readonly done: readonly StepName[];
  /** What rules were made of, by their id. */
  readonly sentences: Readonly<Record<string, string>>;
}

/** What the steps work on: the configuration as far as it is, and how far the setup has come. */
export class SetupSession {
  readonly context: Context;
  readonly questions: Questions;
  readonly flags: SetupFlags;
  readonly sources: ConfigSources;
  #loaded: LoadedConfig | undefined;
  #progress: Progress = { done: [], sentences: {} };

  constructor(context: Context, questions: Questions, flags: SetupFlags, sources: ConfigSources) {
    this.context = context;
    this.questions = questions;
    this.flags = flags;
    this.sources = sources;
  }

  /** The configuration as it is on the disk; undefined before the first step. */
  get loaded(): LoadedConfig | undefined {
    return this.#loaded;
  }

  /** The same, where a step has made it before. */
  get config(): LoadedConfig {
    if (this.#loaded === undefined) throw new TypeError('the first step has not made a configuration');
    return this.#loaded;
  }

  get sentences(): Readonly<Record<string, string>> {
    return this.#progress.sentences;
  }

  get #progressPath(): string {
    return `${this.context.configPath.replace(/\.ya?ml$/, '')}.setup.json`;
  }

  /** Reads what an earlier run left. Throws ConfigError for a configuration that is not in order. */
  async open(): Promise<void> {
    const { configPath } = this.context;
    if (!existsSync(configPath)) return;
    this.#loaded = checkConfig(await readFile(configPath, 'utf8'), { ...this.sources, path: configPath });
    if (existsSync(this.#progressPath)) this.#progress = progressOf(await readFile(this.#progressPath, 'utf8'));
  }

  isDone(step: StepName): boolean {
    return this.#progress.done.includes(step);
  }

  async finish(step: StepName): Promise<void> {
    const { done, sentences } = this.#progress;
    await this.#keep({ done: [...new Set([...done, step])], sentences });
  }

  async remember(rule: string, sentence: string): Promise<void> {
    const { done, sentences } = this.#progress;
    await this.#keep({ done, sentences: { ...sentences, [rule]: sentence } });
  }

  /** Checks a text and writes it as the configuration. Throws ConfigError, and then nothing is written. */
  async change(text: string): Promise<void> {
    const { configPath } = this.context;
    if (this.#loaded !== undefined) await saveConfig(configPath, text, this.sources);
    const loaded = checkConfig(text, { ...this.sources, path: configPath });
    if (this.#loaded === undefined) await writeFileAtomic(configPath, text, { mode: 0o640 });
    this.#loaded = loaded;
  }

  /** Writes a secret beside the configuration; returns the reference to it. */
  async keepSecret(name: string, secret: string): Promise<string> {
    const folder = join(dirname(this.context.configPath), 'secrets');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeSecret(join(folder, name), secret);
    return `\${file:./secrets/${name}}`;
  }

  /** Progress for people; not among the output of --json. */
  say(text: string): void {
    const shown = redactUrls(text);
    if (this.context.json) this.context.io.err(shown);
    else this.context.io.out(shown);
  }

  async #keep(progress: Progress): Promise<void> {
    this.#progress = progress;
    await writeFileAtomic(this.#progressPath, `${JSON.stringify(progress, undefined, 2)}\n`);
  }
}

/** In a folder that gives its group to files (set by the installer) the group of the service may read it too. */
export async function writeSecret(path: string, secret: string): Promise<void> {
  const isShared = ((await stat(dirname(path))).mode & 0o2000) !== 0;
  await writeFile(path, `${secret}\n`, { mode: isShared ? 0o640 : 0o600 });
}

function progressOf(text: string): Progress {
  const none = { done: [], sentences: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('done' in value) || !Array.isArray(value.done)) return none;
    const given: readonly unknown[] = value.done;
    const sentences = 'sentences' in value && typeof value.sentences === 'object' ? value.sentences : {};
    const kept = Object.entries(sentences ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return { done: STEPS.filter((step) => given.includes(step)), sentences: Object.fromEntries(kept) };
  } catch (error) {
    // Without it every step is asked again, with what the configuration has as the proposed answer.
    if (error instanceof SyntaxError) return none;
    throw error;
  }
}
