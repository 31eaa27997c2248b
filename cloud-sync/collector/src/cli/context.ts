import { redactUrls } from '@lineside/kit';
import type { Command } from 'commander';
import type { CollectorConfig } from '../config/index.ts';
import type { CollectorStore } from '../store/index.ts';
import { coded, type CodedError, type ExitCode, exitCodeOf } from './exit.ts';

/** Options that every verb takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** What a verb uses of the outside world by itself. */
export interface Io {
  /** The command's own output, to stdout. */
  out(text: string): void;
  /** Errors, to stderr. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a verb works with; loads configuration and store when they are asked for. */
export class Context {
  readonly io: Io;
  readonly json: boolean;
  readonly #options: GlobalOptions;

  constructor(io: Io, options: GlobalOptions) {
    this.io = io;
    this.json = options.json === true;
    this.#options = options;
  }

  /** The configuration that the options name. Throws UsageError. */
  async config(): Promise<CollectorConfig> {
    const { loadConfig } = await import('../config/index.ts');
    const { config, data } = this.#options;
    return loadConfig({ file: config, data, env: this.io.env });
  }

  /** Runs `work` on the store that a collector has used, and closes it. Throws UsageError where there is none. */
  async withStore<T>(config: CollectorConfig, work: (store: CollectorStore) => Promise<T>): Promise<T> {
    const { openExistingStore } = await import('./existing-store.ts');
    return withStore(await openExistingStore(config), work);
  }

  /** Runs `work` on the store, which is made where there is none, and closes it. */
  async withNewStore<T>(config: CollectorConfig, work: (store: CollectorStore) => Promise<T>): Promise<T> {
    const { openStore } = await import('../store/index.ts');
    return withStore(await openStore(config), work);
  }

  /** `value` as one line of JSON where --json was given, else `text`. */
  say(value: unknown, text: string): void {
    this.io.out(this.json ? JSON.stringify(value) : text);
  }
}

async function withStore<T>(store: CollectorStore, work: (store: CollectorStore) => Promise<T>): Promise<T> {
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** `Error:` and `Try:` on stderr; with --json also one object on stdout. No credentials of any URL. */
export function printError(io: Io, error: CodedError, json: boolean): void {
  const message = redactUrls(error.message);
  io.err(`Error: ${message}\nTry: ${error.advice}`);
  if (json) io.out(JSON.stringify({ error: { code: error.code, message, advice: error.advice } }));
}

/** What verbs are registered with: the outside world, and the receiver of the exit code. */
export interface Registry {
  readonly io: Io;
  readonly exiting: (code: ExitCode) => void;
}

/**
 * The action of a command: runs `verb` with the options of the command and of all above it, prints what it throws, and
 * passes its exit code on.
 */
export function action<O extends object>(
  registry: Registry,
  verb: (context: Context, options: O, args: readonly string[]) => Promise<ExitCode>,
): (this: Command, ...all: unknown[]) => Promise<void> {
  return async function act(this: Command): Promise<void> {
    const options: O & GlobalOptions = this.optsWithGlobals();
    const context = new Context(registry.io, options);
    try {
      registry.exiting(await verb(context, options, this.args));
    } catch (error) {
      printError(registry.io, coded(error), context.json);
      registry.exiting(exitCodeOf(error));
    }
  };
}

/** The end of a help text: how the command is used. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
