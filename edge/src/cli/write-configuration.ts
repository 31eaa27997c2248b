import type { ConfigSources } from '../config/index.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';

export interface NewConfiguration {
  readonly path: string;
  readonly text: string;
  readonly sources: ConfigSources;
  /** Check and print it only. */
  readonly dryRun: boolean;
}

/** Checks a changed configuration and writes it, or prints it; says where the file before it is kept. Throws ConfigError. */
export async function writeConfiguration(context: Context, changed: NewConfiguration): Promise<ExitCode> {
  const { path, text, sources, dryRun } = changed;
  const { checkConfig, saveConfig } = await import('../config/index.ts');
  if (dryRun) {
    checkConfig(text, { ...sources, path });
    context.say({ written: false, text }, text);
    return EXIT.ok;
  }
  const kept = await saveConfig(path, text, sources);
  context.say({ written: true, path, kept }, `written: ${path}; the file before it is ${kept}`);
  return EXIT.ok;
}
