import { createHash } from 'node:crypto';
import { type Metadata, MetadataKind, type Root, type TargetFile, type Targets } from '@tufjs/models';
import { EqualVersionError } from 'tuf-js/dist/error.js';
import { TrustedMetadataStore } from 'tuf-js/dist/store.js';
import { TrustError } from './errors.ts';
import type { TrustFloor } from './floor.ts';
import type { MetadataCache } from './metadata-cache.ts';
import type { MetadataSource } from './metadata-source.ts';
import { asTrustError } from './tuf-errors.ts';

const MAX_ROOTS = 256;
const MAX_DELEGATIONS = 32;
const ROOT_BYTES = 512_000;
const TIMESTAMP_BYTES = 16_384;
const SNAPSHOT_BYTES = 2_000_000;
const TARGETS_BYTES = 5_000_000;

export interface MetadataWalkOptions {
  readonly source: MetadataSource;
  readonly cache: MetadataCache;
  readonly root: Buffer;
  /** Time by which metadata expires, ms. */
  readonly timeMs: number;
  /** Lowest version of each role. */
  readonly floor: TrustFloor['roles'];
}

/**
 * One walk through the metadata: roots, timestamp, snapshot, targets and delegations, in the order of TUF 1.0.34, 5.3 to
 * 5.6. All verification is that of tuf-js.
 */
export class MetadataWalk {
  readonly #options: MetadataWalkOptions;
  readonly #store: TrustedMetadataStore;
  readonly #seen: TrustFloor['roles'] = {};

  private constructor(options: MetadataWalkOptions, store: TrustedMetadataStore) {
    this.#options = options;
    this.#store = store;
  }

  /** Begins at the newest root that is trusted here, and follows the chain of roots to the newest of the repository. */
  static async begin(options: MetadataWalkOptions, signal: AbortSignal): Promise<MetadataWalk> {
    const walk = new MetadataWalk(options, await newestKnown(options));
    await walk.#followRoots(signal);
    return walk;
  }

  /** The time by which it judges, ms. */
  get timeMs(): number {
    return this.#options.timeMs;
  }

  /** Version and keys of each role that was verified. */
  seen(): TrustFloor['roles'] {
    return this.#seen;
  }

  /** Loads timestamp, snapshot and top-level targets. Throws TrustError. */
  async refresh(signal: AbortSignal): Promise<void> {
    await this.#timestamp(signal);
    await this.#snapshot(signal);
    await this.#targets(MetadataKind.Targets, MetadataKind.Root, signal);
  }

  /** Searches the delegations, in the order of their trust; those that end the search end it (`terminating`). */
  async target(path: string, signal: AbortSignal): Promise<TargetFile | undefined> {
    const visits = [{ role: 'targets', parent: 'root' }];
    const visited = new Set<string>();
    for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
      if (visited.has(visit.role)) continue;
      if (visited.size >= MAX_DELEGATIONS) return undefined;
      visited.add(visit.role);
      const { signed } = await this.#targets(visit.role, visit.parent, signal);
      const found = signed.targets[path];
      if (found !== undefined) return found;
      const children: { readonly role: string; readonly parent: string }[] = [];
      for (const { role, terminating } of signed.delegations?.rolesForTarget(path) ?? []) {
        children.push({ role, parent: visit.role });
        if (terminating) {
          visits.length = 0;
          break;
        }
      }
      visits.push(...children.reverse());
    }
    return undefined;
  }

  /** What the role of a customer lists, whose paths are its own. */
  async targetsOf(role: string, signal: AbortSignal): Promise<Readonly<Record<string, TargetFile>>> {
    const top = this.#store.getRole('targets')?.signed.delegations?.roles?.[role];
    if (top === undefined) return {};
    const { signed } = await this.#targets(role, 'targets', signal);
    return Object.fromEntries(Object.entries(signed.targets).filter(([path]) => top.isDelegatedPath(path)));
  }

  async #followRoots(signal: AbortSignal): Promise<void> {
    for (let step = 0; step < MAX_ROOTS; step += 1) {
      const before = this.#store.root;
      const name = `metadata/${before.signed.version + 1}.root.json`;
      const bytes = await this.#options.source.fetch(name, ROOT_BYTES, signal);
      if (bytes === undefined) break;
      const root = verify(name, () => this.#store.updateRoot(bytes));
      await this.#options.cache.write('root', bytes);
      // Versions that stolen keys may have driven up are forgotten with the keys (5.3.11).
      for (const role of ['timestamp', 'snapshot']) {
        if (keysOf(before, role) !== keysOf(root, role)) {
          await this.#options.cache.forget('timestamp');
          await this.#options.cache.forget('snapshot');
        }
      }
    }
    const { version } = this.#store.root.signed;
    this.#judge('root', version, 'root');
  }

  async #timestamp(signal: AbortSignal): Promise<void> {
    const { cache, source } = this.#options;
    const known = await cache.read('timestamp');
    if (known !== undefined) ignoring(() => this.#store.updateTimestamp(known));
    const name = 'metadata/timestamp.json';
    const bytes = await source.fetch(name, TIMESTAMP_BYTES, signal);
    if (bytes === undefined) throw missing(name);
    const isNew = verify(name, () => {
      try {
        this.#store.updateTimestamp(bytes);
        return true;
      } catch (error) {
        if (error instanceof EqualVersionError) return false;
        throw error;
      }
    });
    this.#judge('timestamp', this.#store.timestamp?.signed.version ?? 0, keysOf(this.#store.root, 'timestamp'));
    if (isNew) await cache.write('timestamp', bytes);
  }

  async #snapshot(signal: AbortSignal): Promise<void> {
    const { cache, source } = this.#options;
    const known = await cache.read('snapshot');
    const wanted = this.#store.timestamp?.signed.snapshotMeta;
    if (wanted === undefined) throw missing('timestamp.json');
    const isCurrent = known !== undefined && ignoring(() => this.#store.updateSnapshot(known, true));
    if (!isCurrent) {
      const name = `metadata/${wanted.version}.snapshot.json`;
      const bytes = await source.fetch(name, wanted.length ?? SNAPSHOT_BYTES, signal);
      if (bytes === undefined) throw missing(name);
      verify(name, () => this.#store.updateSnapshot(bytes));
      await cache.write('snapshot', bytes);
    }
    this.#judge('snapshot', wanted.version, keysOf(this.#store.root, 'snapshot'));
  }

  async #targets(role: string, parent: string, signal: AbortSignal): Promise<Metadata<Targets>> {
    const { cache, source } = this.#options;
    const loaded = this.#store.getRole(role);
    if (loaded !== undefined) return this.#delegated(role, parent, loaded);
    const known = await cache.read(role);
    const isCurrent = known !== undefined && ignoring(() => this.#store.updateDelegatedTargets(known, role, parent));
    const wanted = this.#store.snapshot?.signed.meta[`${role}.json`];
    if (wanted === undefined) throw missing(`${role}.json`);
    if (!isCurrent) {
      const name = `metadata/${wanted.version}.${encodeURIComponent(role)}.json`;
      const bytes = await source.fetch(name, wanted.length ?? TARGETS_BYTES, signal);
      if (bytes === undefined) throw missing(name);
      verify(name, () => this.#store.updateDelegatedTargets(bytes, role, parent));
      await cache.write(role, bytes);
    }
    // The snapshot lists the versions of these roles, so they are bound to the keys of the snapshot.
    this.#judge(role, wanted.version, keysOf(this.#store.root, 'snapshot'));
    const targets = this.#store.getRole(role);
    if (targets === undefined) throw missing(`${role}.json`);
    return targets;
  }

  /** A role may be reached from two parents, and each of them must have signed for its keys. */
  #delegated(role: string, parent: string, loaded: Metadata<Targets>): Metadata<Targets> {
    const delegator = parent === 'root' ? this.#store.root : this.#store.getRole(parent);
    if (delegator === undefined) throw missing(`${parent}.json`);
    verify(`${role}.json`, () => delegator.verifyDelegate(role, loaded));
    return loaded;
  }

  /** Refuses a version below the one that was seen under the same keys, and notes it otherwise. */
  #judge(role: string, version: number, keys: string): void {
    const least = this.#options.floor[role];
    if (least !== undefined && least.keys === keys && version < least.version) {
      const message = `${role} has version ${version}, this device has seen ${least.version}`;
      throw new TrustError('update_metadata_version', message);
    }
    this.#seen[role] = { version, keys };
  }
}

/** The cached root where it is sound, else the one that came with the device. */
async function newestKnown(options: MetadataWalkOptions): Promise<TrustedMetadataStore> {
  const { root, cache, timeMs } = options;
  let store: TrustedMetadataStore;
  try {
    store = storeAt(root, timeMs);
  } catch (error) {
    throw new TrustError('update_root_unusable', 'the root of this device is damaged or not signed by itself', error);
  }
  const cached = await cache.read('root');
  if (cached === undefined) return store;
  try {
    const other = storeAt(cached, timeMs);
    return other.root.signed.version > store.root.signed.version ? other : store;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return store;
  }
}

/** tuf-js takes the time from the machine; here it is an argument. A test proves that it has this field. */
function storeAt(root: Buffer, timeMs: number): TrustedMetadataStore {
  const store = new TrustedMetadataStore(root);
  Reflect.set(store, 'referenceTime', new Date(timeMs));
  return store;
}

function keysOf(root: Metadata<Root>, role: string): string {
  const keys = [...(root.signed.roles[role]?.keyIDs ?? [])].sort().join(' ');
  return createHash('sha256').update(keys).digest('hex').slice(0, 16);
}

/** For cached metadata: true where it could be used as it is. What was loaded of it still protects from older ones. */
function ignoring(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

function verify<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asTrustError(name, error);
  }
}

function missing(name: string): TrustError {
  return new TrustError('update_metadata_missing', `the repository has no ${name}`);
}
