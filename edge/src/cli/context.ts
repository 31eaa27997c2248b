import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ConfigSources } from '../config/index.ts';
import { redactUrls } from '@lineside/kit';
import { coded, type CodedError, EXIT, type ExitCode, exitCodeOf } from './exit.ts';
import type { Io } from './io.ts';

export const DEFAULT_DATA_DIR = '/var/lib/lineside';
const CONFIG_PLACES = ['lineside.yaml', '/etc/lineside/lineside.yaml'];

/** Options that every verb takes. */
export interface GlobalOptions {
  readonly config?: string;
  readonly data?: string;
  readonly json?: boolean;
}

/** What a verb works with: its paths, and output in the requested form. */
export class Context {
  readonly io: Io;
  readonly json: boolean;
  /** Absolute path of the configuration file; it need not exist. */
  readonly configPath: string;
  /** Absolute path of the data folder; it need not exist. */
  readonly dataDir: string;

  constructor(io: Io, options: GlobalOptions) {
    this.io = io;
    this.json = options.json === true;
    this.configPath = configPath(io.cwd, options.config);
    this.dataDir = resolve(io.cwd, options.data ?? DEFAULT_DATA_DIR);
  }

  /** What checking a configuration needs to know about this machine. */
  async configSources(): Promise<ConfigSources> {
    const { CATALOG_DIR, catalogIds, importedDir } = await import('@lineside/models');
    const catalog = await Promise.all([CATALOG_DIR, importedDir(this.dataDir)].map(catalogIds));
    return { catalog: [...new Set(catalog.flat())].sort(), env: this.io.env };
  }

  /** `value` as one line of JSON where --json was given, else `text`. */
  say(value: unknown, text: string): void {
    this.io.out(this.json ? JSON.stringify(value) : text);
  }

  /** Prints an error in the requested form. */
  complain(error: CodedError): void {
    printError(this.io, error, this.json);
  }
}

function configPath(cwd: string, given: string | undefined): string {
  if (given !== undefined) return resolve(cwd, given);
  const places = CONFIG_PLACES.map((place) => resolve(cwd, place));
  return places.find((place) => existsSync(place)) ?? places.at(-1) ?? '';
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
 * passes its exit code on. An aborted verb ends with 0: the user asked for its end.
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
      if (registry.io.signal.aborted) {
        registry.exiting(EXIT.ok);
        return;
      }
      context.complain(coded(error));
      registry.exiting(exitCodeOf(error));
    }
  };
}

/** The end of a help text: how the command is used. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
