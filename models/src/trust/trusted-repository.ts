import { createHash } from 'node:crypto';
import type { TargetFile } from '@tufjs/models';
import { TrustError } from './errors.ts';
import { type FloorStore, mergeFloors, type TrustFloor } from './floor.ts';
import type { MetadataCache } from './metadata-cache.ts';
import type { MetadataSource } from './metadata-source.ts';
import { MetadataWalk } from './metadata-walk.ts';
import { parseRelease, type Release, RELEASE_BYTES, type TargetCustom, TargetCustomSchema } from './release.ts';

export interface TrustedRepositoryOptions {
  readonly source: MetadataSource;
  readonly cache: MetadataCache;
  readonly floor: FloorStore;
  /** The root that came with this device (`root.json`): the beginning of all trust, read-only. */
  readonly root: Buffer;
  /** Only releases of this customer are accepted. */
  readonly customer: string;
  /** Wall time, ms. */
  readonly nowMs: () => number;
}

/** A release that the repository authorises for this customer. */
export interface TrustedTarget {
  readonly target: string;
  /** `target` without version: `models/acme/ppe`. Counters are compared within one series. */
  readonly series: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly custom: TargetCustom;
}

/**
 * A repository whose signed metadata decides what may be installed. Follows TUF 1.0.34, section 5, with the verification of
 * tuf-js; files, time and the memory of versions are our own (docs/decisions/0056).
 */
export class TrustedRepository {
  readonly #options: TrustedRepositoryOptions;

  constructor(options: TrustedRepositoryOptions) {
    this.#options = options;
  }

  /**
   * Looks `target` up in metadata that is fetched and verified now. Throws TrustError where it is not authorised, is older
   * than what was seen before, or where the repository cannot be reached. Nothing is installed by this.
   */
  async find(target: string, signal: AbortSignal): Promise<TrustedTarget> {
    const { customer } = this.#options;
    const series = seriesOf(target);
    if (!series.startsWith(`models/${customer}/`) && !series.startsWith(`config/${customer}/`)) {
      throw new TrustError('update_target_foreign', `${target} is no release for ${customer}`);
    }
    const { walk, floor } = await this.#refresh(signal);
    const found = await walk.target(target, signal);
    await this.#remember(walk, floor);
    if (found === undefined) {
      throw new TrustError('update_target_unknown', `the repository authorises no ${target}`);
    }
    const trusted = readTarget(target, series, found);
    const least = floor.counters[series] ?? 0;
    if (trusted.custom.counter < least) {
      const message = `${target} has counter ${trusted.custom.counter}, this device has seen ${least}`;
      throw new TrustError('update_target_older', message);
    }
    return trusted;
  }

  /** The newest release of each series of this customer. Throws TrustError. */
  async list(signal: AbortSignal): Promise<readonly TrustedTarget[]> {
    const { walk, floor } = await this.#refresh(signal);
    const { customer } = this.#options;
    const newest = new Map<string, TrustedTarget>();
    for (const [target, file] of Object.entries(await walk.targetsOf(customer, signal))) {
      const series = seriesOf(target);
      const trusted = readTarget(target, series, file);
      const isOwn = series.startsWith(`models/${customer}/`) || series.startsWith(`config/${customer}/`);
      const isLater = trusted.custom.counter >= (newest.get(series)?.custom.counter ?? 0);
      if (isOwn && isLater) newest.set(series, trusted);
    }
    await this.#remember(walk, floor);
    return [...newest.values()];
  }

  /** Fetches and verifies the release document of a target. Throws TrustError. */
  async release(target: TrustedTarget, signal: AbortSignal): Promise<Release> {
    const name = `targets/${hashedName(target)}`;
    const bytes = await this.#options.source.fetch(name, RELEASE_BYTES, signal);
    if (bytes === undefined) throw new TrustError('update_metadata_missing', `the repository has no ${name}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== target.sha256 || bytes.byteLength !== target.bytes) {
      throw new TrustError('update_metadata_hash', `${name} is not what the metadata has signed`);
    }
    const release = parseRelease(target.target, bytes);
    const { kind, id, version } = target.custom;
    if (release.kind !== kind || release.id !== id || release.version !== version) {
      throw new TrustError('update_release_invalid', `${target.target} contains ${release.kind} ${release.id}`);
    }
    return release;
  }

  /** From now on nothing of its series with a lower counter is accepted. To be called before it is installed. */
  async accept({ series, custom }: TrustedTarget): Promise<void> {
    const { floor } = this.#options;
    const known = await floor.read();
    await floor.write(mergeFloors(known, { timeMs: 0, roles: {}, counters: { [series]: custom.counter } }));
  }

  async #refresh(signal: AbortSignal): Promise<{ readonly walk: MetadataWalk; readonly floor: TrustFloor }> {
    const { source, cache, root, nowMs } = this.#options;
    const floor = await this.#options.floor.read();
    // A clock that was reset to 1970 would accept everything that has ever been signed.
    const timeMs = Math.max(nowMs(), floor.timeMs);
    const walk = await MetadataWalk.begin({ source, cache, root, timeMs, floor: floor.roles }, signal);
    await walk.refresh(signal);
    return { walk, floor };
  }

  async #remember(walk: MetadataWalk, floor: TrustFloor): Promise<void> {
    await this.#options.floor.write(mergeFloors(floor, { timeMs: walk.timeMs, roles: walk.seen(), counters: {} }));
  }
}

/** `models/acme/ppe-2.0.1.json` -> `models/acme/ppe`. */
function seriesOf(target: string): string {
  return target.replace(/-\d+\.\d+\.\d+\.json$/, '');
}

function hashedName({ target, sha256 }: TrustedTarget): string {
  const slash = target.lastIndexOf('/') + 1;
  return `${target.slice(0, slash)}${sha256}.${target.slice(slash)}`;
}

function readTarget(target: string, series: string, file: TargetFile): TrustedTarget {
  const custom = TargetCustomSchema.safeParse(file.custom);
  const sha256 = file.hashes['sha256'];
  if (!custom.success || sha256 === undefined) {
    throw new TrustError('update_release_invalid', `the metadata of ${target} lacks what a release must have`);
  }
  return { target, series, sha256, bytes: file.length, custom: custom.data };
}
