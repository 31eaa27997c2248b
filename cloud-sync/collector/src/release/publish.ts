import { Metadata, MetadataKind, MetaFile, Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models';
import { readRepository, type Repository, versionOf } from './repository.ts';
import {
  canSign,
  customerSigners,
  expiresAt,
  readTargets,
  signersOf,
  SPEC_VERSION,
  type Workplace,
  writeSigned,
} from './signed-metadata.ts';

/** What a publication changed. */
export interface Published {
  readonly timestamp: number;
  readonly snapshot: number;
  /** Targets that are new or other now. */
  readonly targets: readonly string[];
  /** Customers whose metadata was signed anew. */
  readonly customers: readonly string[];
  readonly expires: string;
}

/** What else has been written and waits for publication. */
export interface PublishOptions {
  /** The next version of the top-level targets is written. */
  readonly targets?: boolean;
  /** Customers whose first metadata is written. */
  readonly added?: readonly string[];
  /** Customers to be signed anew, with other keys. */
  readonly resign?: readonly string[];
  /** Sign snapshot and timestamp anew even where nothing changed. */
  readonly all?: boolean;
}

/**
 * Signs what was added: the customers' metadata, the snapshot, and last the timestamp. Until that one is written devices see
 * the publication before, so that an interruption at any moment leaves a repository that works; run again it completes.
 * With nothing added only the timestamp is signed anew, which is to be done daily.
 */
export async function publish(work: Workplace, options: PublishOptions = {}): Promise<Published> {
  const { folder, settings, nowMs } = work;
  const repository = await readRepository(folder);
  const { root, snapshot, timestamp } = repository;
  const targetsVersion = repository.targets.signed.version + (options.targets === true ? 1 : 0);
  const targets = options.targets === true ? await readTargets(folder, 'targets', targetsVersion) : repository.targets;
  const customers = await customersToSign(work, repository, options);
  const versions = new Map<string, number>([['targets', targetsVersion]]);
  for (const name of settings.customers) versions.set(name, versionOf(snapshot, name) || 1);
  for (const customer of customers) {
    versions.set(customer, await signCustomer(work, repository, customer, customerSigners(targets, customer)));
  }
  const changed = customers.length > 0 || options.targets === true || options.all === true;
  const old = needsRenewal(snapshot.signed.expires, settings.expiryDays.snapshot, nowMs);
  let snapshotVersion = snapshot.signed.version;
  if (changed || old) {
    snapshotVersion += 1;
    const meta = Object.fromEntries(
      [...versions].map(([role, version]) => [`${role}.json`, new MetaFile({ version })]),
    );
    const next = new Snapshot({
      ...{ version: snapshotVersion, specVersion: SPEC_VERSION, meta },
      expires: expiresAt(nowMs, settings.expiryDays.snapshot),
    });
    await writeSigned(work, `${snapshotVersion}.snapshot.json`, new Metadata(next), [signersOf(root, 'snapshot')]);
  }
  const next = new Timestamp({
    version: timestamp.signed.version + 1,
    specVersion: SPEC_VERSION,
    expires: expiresAt(nowMs, settings.expiryDays.timestamp),
    snapshotMeta: new MetaFile({ version: snapshotVersion }),
  });
  await writeSigned(work, 'timestamp.json', new Metadata(next), [signersOf(root, 'timestamp')]);
  const published = settings.staged.map(({ target }) => target);
  settings.staged = [];
  await folder.save(settings);
  return { timestamp: next.version, snapshot: snapshotVersion, targets: published, customers, expires: next.expires };
}

/** Customers with something new, and those whose metadata has passed half of its life and can be signed here. */
async function customersToSign(
  work: Workplace,
  { snapshot, targets }: Repository,
  options: PublishOptions,
): Promise<readonly string[]> {
  const { folder, settings, nowMs } = work;
  const added = new Set(options.added ?? []);
  const wanted = new Set([
    ...settings.staged.map(({ target }) => target.split('/')[1] ?? ''),
    ...(options.resign ?? []),
  ]);
  for (const customer of settings.customers) {
    if (added.has(customer) || wanted.has(customer)) continue;
    const { signed } = await readTargets(folder, customer, versionOf(snapshot, customer));
    const old = needsRenewal(signed.expires, settings.expiryDays.customer, nowMs);
    if (old && canSign(work, customerSigners(targets, customer))) wanted.add(customer);
  }
  return [...wanted].filter((name) => !added.has(name));
}

async function signCustomer(
  work: Workplace,
  { snapshot }: Repository,
  customer: string,
  signers: Parameters<typeof writeSigned>[3][number],
): Promise<number> {
  const { folder, settings, nowMs } = work;
  const before = await readTargets(folder, customer, versionOf(snapshot, customer));
  const targets = { ...before.signed.targets };
  for (const { target, bytes, sha256, custom } of settings.staged) {
    if (target.split('/')[1] !== customer) continue;
    targets[target] = TargetFile.fromJSON(target, { length: bytes, hashes: { sha256 }, custom });
  }
  const version = before.signed.version + 1;
  const expires = expiresAt(nowMs, settings.expiryDays.customer);
  const next = new Targets({ version, specVersion: SPEC_VERSION, expires, targets });
  const metadata = Metadata.fromJSON(MetadataKind.Targets, { signed: next.toJSON(), signatures: [] });
  await writeSigned(work, `${version}.${customer}.json`, metadata, [signers]);
  return version;
}

function needsRenewal(expires: string, days = 1, nowMs: number): boolean {
  return Date.parse(expires) - nowMs < (days * 86_400_000) / 2;
}
