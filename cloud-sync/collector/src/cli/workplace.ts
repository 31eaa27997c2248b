import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ReleaseFolder } from '../release/index.ts';
import type { Context } from './context.ts';

/** The option that every `release` verb has. */
export interface ReleaseOptions {
  readonly releases?: string;
}

export function releaseOption(command: Command): Command {
  return command.option(
    '--releases <dir>',
    'folder of the repository (default: `releases` of the configuration, releases/ in the data folder)',
  );
}

/** The folder of the repository that the options name; it need not exist. */
export async function releaseFolder(context: Context, { releases }: ReleaseOptions): Promise<ReleaseFolder> {
  const { ReleaseFolder: Folder } = await import('../release/index.ts');
  return new Folder(releases === undefined ? (await context.config()).releases : resolve(releases));
}

/** What the verbs of a repository that exists work with. Throws UsageError where there is none. */
export async function workplace(context: Context, options: ReleaseOptions) {
  const { systemClock } = await import('@lineside/kit');
  const folder = await releaseFolder(context, options);
  return { folder, settings: await folder.settings(), env: context.io.env, nowMs: systemClock.wallMs() };
}

/** For an option that may be given several times. */
export function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** `1.4 MB` */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
