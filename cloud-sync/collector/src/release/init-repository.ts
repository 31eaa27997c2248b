import { Metadata, MetadataKind } from '@tufjs/models';
import { UsageError } from '../errors/index.ts';
import { customerName, delegationOf } from './customers.ts';
import { makeKeys, type MadeKey } from './new-keys.ts';
import { EXPIRY_DAYS, type ReleaseFolder, type Settings } from './release-folder.ts';
import { expiresAt, signersOfMade, SPEC_VERSION, type Workplace, writeSigned } from './signed-metadata.ts';
import type { Env } from './signer.ts';

export interface InitOptions {
  readonly customers: readonly string[];
  readonly expiryDays?: Partial<Settings['expiryDays']>;
  readonly env: Env;
  readonly nowMs: number;
}

/** How many keys each top-level role has, and how many must sign. */
const TOP_ROLES = { root: [3, 2], targets: [2, 2], snapshot: [1, 1], timestamp: [1, 1] } as const;

/** Makes keys, root and a first, empty publication. Throws UsageError where there is a repository already. */
export async function initRepository(folder: ReleaseFolder, options: InitOptions): Promise<void> {
  if (await folder.exists()) {
    throw new UsageError({
      code: 'release_exists',
      message: `${folder.path} has a repository already`,
      advice: 'use it as it is, or name another folder; nothing is overwritten',
    });
  }
  const { env, nowMs } = options;
  const customers = options.customers.map(customerName);
  const expiryDays = { ...EXPIRY_DAYS, ...options.expiryDays };
  const settings: Settings = { v: 1, expiryDays, customers, signers: {}, staged: [] };
  const work: Workplace = { folder, settings, env, nowMs };
  const keys = new Map<string, readonly MadeKey[]>();
  for (const [role, [count]] of Object.entries(TOP_ROLES))
    keys.set(role, await makeKeys(folder, settings, role, count));
  const delegated = new Map<string, readonly MadeKey[]>();
  for (const customer of customers) delegated.set(customer, await makeKeys(folder, settings, customer, 1));

  const all = [...keys.values()].flat();
  const roles = Object.entries(TOP_ROLES).map(
    ([role, [, threshold]]) => [role, { keyids: (keys.get(role) ?? []).map(({ id }) => id), threshold }] as const,
  );
  const common = { spec_version: SPEC_VERSION, version: 1 };
  const signersFor = (role: keyof typeof TOP_ROLES) => [signersOfMade(role, keys.get(role) ?? [], TOP_ROLES[role][1])];
  const root = {
    _type: 'root',
    ...common,
    expires: expiresAt(nowMs, expiryDays.root),
    consistent_snapshot: true,
    keys: Object.fromEntries(all.map(({ id, key }) => [id, { ...key, keyval: { ...key.keyval } }])),
    roles: Object.fromEntries(roles),
  };
  await writeSigned(
    work,
    '1.root.json',
    Metadata.fromJSON(MetadataKind.Root, { signed: root, signatures: [] }),
    signersFor('root'),
  );

  const targets = {
    _type: 'targets',
    ...common,
    expires: expiresAt(nowMs, expiryDays.targets),
    targets: {},
    delegations: {
      keys: Object.fromEntries(
        [...delegated.values()].flat().map(({ id, key }) => [id, { ...key, keyval: { ...key.keyval } }]),
      ),
      roles: [...delegated].map(([customer, made]) =>
        delegationOf(
          customer,
          made.map(({ id }) => id),
        ),
      ),
    },
  };
  await writeSigned(
    work,
    '1.targets.json',
    Metadata.fromJSON(MetadataKind.Targets, { signed: targets, signatures: [] }),
    signersFor('targets'),
  );
  const meta: Record<string, { version: number }> = { 'targets.json': { version: 1 } };
  for (const [customer, made] of delegated) {
    const empty = { _type: 'targets', ...common, expires: expiresAt(nowMs, expiryDays.customer), targets: {} };
    const signers = [signersOfMade(customer, made, 1)];
    const metadata = Metadata.fromJSON(MetadataKind.Targets, { signed: empty, signatures: [] });
    await writeSigned(work, `1.${customer}.json`, metadata, signers);
    meta[`${customer}.json`] = { version: 1 };
  }
  const snapshot = { _type: 'snapshot', ...common, expires: expiresAt(nowMs, expiryDays.snapshot), meta };
  await writeSigned(
    work,
    '1.snapshot.json',
    Metadata.fromJSON(MetadataKind.Snapshot, { signed: snapshot, signatures: [] }),
    signersFor('snapshot'),
  );
  const timestamp = {
    _type: 'timestamp',
    ...common,
    expires: expiresAt(nowMs, expiryDays.timestamp),
    meta: { 'snapshot.json': { version: 1 } },
  };
  await writeSigned(
    work,
    'timestamp.json',
    Metadata.fromJSON(MetadataKind.Timestamp, { signed: timestamp, signatures: [] }),
    signersFor('timestamp'),
  );
  await folder.save(settings);
}
