import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, writeFileAtomic } from '@lineside/kit';
import { z } from 'zod';
import { UsageError } from '../errors/index.ts';

/** Days for which metadata of each kind stays valid. That of the timestamp is the longest that an attacker can hold back news. */
export const EXPIRY_DAYS = { root: 1095, targets: 365, customer: 180, snapshot: 90, timestamp: 45 } as const;

const Expiry = z.record(z.enum(['root', 'targets', 'customer', 'snapshot', 'timestamp']), z.int().positive());

const StagedTarget = z.object({
  target: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  custom: z.record(z.string(), z.json()),
});
/** A release that is added and not yet signed. */
export type StagedTarget = z.infer<typeof StagedTarget>;

const Settings = z.object({
  v: z.literal(1),
  expiryDays: Expiry,
  customers: z.array(z.string()),
  /** Where the private half of each key is, by key id. */
  signers: z.record(z.string(), z.string()),
  staged: z.array(StagedTarget),
});
export type Settings = z.infer<typeof Settings>;

/**
 * Folder of a repository. `public/` is what devices fetch: `metadata/`, `targets/` (release documents by hash) and `files/` (their
 * files by hash). `keys/` and `release.json` stay private.
 */
export class ReleaseFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get public(): string {
    return join(this.path, 'public');
  }

  get keys(): string {
    return join(this.path, 'keys');
  }

  metadata(name: string): string {
    return join(this.public, 'metadata', name);
  }

  target(target: string, sha256: string): string {
    const slash = target.lastIndexOf('/') + 1;
    return join(this.public, 'targets', `${target.slice(0, slash)}${sha256}.${target.slice(slash)}`);
  }

  file(sha256: string): string {
    return join(this.public, 'files', sha256.slice(0, 2), sha256);
  }

  async exists(): Promise<boolean> {
    return (await stat(this.#settingsPath).catch(() => undefined)) !== undefined;
  }

  /** Throws UsageError where `release init` has not run. */
  async settings(): Promise<Settings> {
    try {
      return Settings.parse(JSON.parse(await readFile(this.#settingsPath, 'utf8')));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      throw new UsageError({
        code: 'release_missing',
        message: `there is no repository of releases in ${this.path}`,
        advice: 'lineside-collector release init --customer NAME',
      });
    }
  }

  async save(settings: Settings): Promise<void> {
    await writeFileAtomic(this.#settingsPath, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 });
  }

  get #settingsPath(): string {
    return join(this.path, 'release.json');
  }
}
