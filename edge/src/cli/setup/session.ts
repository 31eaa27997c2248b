import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Language } from '@lineside/protocol/vocabulary';
import { redactUrls, writeFileAtomic } from '@lineside/kit';
import { checkConfig, type ConfigSources, type LoadedConfig, saveConfig } from '../../config/index.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { writeSecret } from '../secret-file.ts';
import type { Questions } from './questions.ts';
import { type Statement, statementOf, type Said, type Sayings } from './sayings.ts';
import { languageOf, SETUP_TEXTS, type SetupTexts } from './texts.ts';

/** Names of the steps, in their order. */
export const STEPS = ['name', 'machine', 'cameras', 'models', 'zones', 'rules', 'collector', 'plant', 'event'] as const;
export type StepName = (typeof STEPS)[number];

/** Options of `lineside setup`: an option answers its question. */
export interface SetupFlags {
  readonly device?: string;
  readonly line?: string;
  readonly camera: readonly string[];
  readonly model: readonly string[];
  readonly zone: readonly string[];
  readonly rule: readonly string[];
  readonly plant: readonly string[];
  readonly lang?: Language;
  readonly broker?: string;
  readonly passwordFile?: string;
  /** HOST:PORT where a claim is redeemed; false for --no-collector. */
  readonly collector?: string | boolean;
  readonly claim?: string;
  readonly event: boolean;
  readonly wait: number;
  readonly again?: StepName;
}

interface Progress {
  readonly done: readonly StepName[];
  /** What rules were made of, by their id. */
  readonly sentences: Readonly<Record<string, string>>;
}

export interface SetupParts {
  readonly context: Context;
  readonly questions: Questions;
  readonly flags: SetupFlags;
  readonly sources: ConfigSources;
  /** In the language of the person. */
  readonly sayings: Sayings;
}

/** What the steps work on: the configuration as far as it is, and how far the setup has come. */
export class SetupSession {
  readonly context: Context;
  readonly questions: Questions;
  readonly flags: SetupFlags;
  readonly sources: ConfigSources;
  /** In the language of the person who answers. */
  readonly texts: SetupTexts;
  readonly language: Language;
  readonly #sayings: Sayings;
  #loaded: LoadedConfig | undefined;
  #progress: Progress = { done: [], sentences: {} };

  constructor({ context, questions, flags, sources, sayings }: SetupParts) {
    this.context = context;
    this.questions = questions;
    this.flags = flags;
    this.sources = sources;
    this.#sayings = sayings;
    this.language = languageOf(flags.lang, context.io.env);
    this.texts = SETUP_TEXTS[this.language];
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

  /** Written with the name where the configuration speaks another language than the person. */
  get languageChange(): { readonly language?: Language } {
    const present = this.#loaded?.config.language ?? 'en';
    const isAsked = this.flags.lang !== undefined || this.#loaded === undefined;
    return isAsked && present !== this.language ? { language: this.language } : {};
  }

  /** What somebody else says, in the language of the person. */
  said(of: Statement): Said {
    return this.#sayings(of);
  }

  /** What shared code says of what was typed is of no kind that has a text: in other languages than English the setup says it itself. */
  inOwnWords(error: unknown, message: string, advice: string): unknown {
    return this.language !== 'en' && error instanceof UsageError ? new UsageError(message, advice) : error;
  }

  /** An error after which the person is asked again. */
  complain(error: unknown): void {
    const { message, advice } = this.said(statementOf(error));
    this.say(`  ${this.texts.error}: ${message}\n  ${this.texts.todo}: ${advice}`);
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
