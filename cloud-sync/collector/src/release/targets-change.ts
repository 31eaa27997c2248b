import { Metadata, MetadataKind } from '@tufjs/models';
import { readRepository } from './repository.ts';
import { expiresAt, signersOf, type Workplace, writeSigned } from './signed-metadata.ts';

/** A delegation as it stands in the metadata. */
export interface Delegation {
  readonly name: string;
  readonly keyids: string[];
  readonly threshold: number;
  readonly terminating: boolean;
  readonly paths: string[];
}

export interface Delegated {
  readonly keys: Record<string, { keytype: string; scheme: string; keyval: Record<string, string> }>;
  readonly roles: Delegation[];
}

/** Writes the next version of the top-level targets with other delegations. It is in force when it is published. */
export async function replaceTargets(work: Workplace, change: (before: Delegated) => Delegated): Promise<void> {
  const { folder, settings, nowMs } = work;
  const { root, targets } = await readRepository(folder);
  const { signed } = targets;
  const keys = Object.fromEntries(
    Object.entries(signed.delegations?.keys ?? {}).map(([id, { keyType, scheme, keyVal }]) => [
      id,
      { keytype: keyType, scheme, keyval: keyVal },
    ]),
  );
  const roles = Object.values(signed.delegations?.roles ?? {}).map(
    ({ name, keyIDs, threshold, terminating, paths }) => ({
      ...{ name, keyids: keyIDs, threshold, terminating },
      paths: paths ?? [],
    }),
  );
  const { keys: newKeys, roles: newRoles } = change({ keys, roles });
  const used = new Set(newRoles.flatMap(({ keyids }) => keyids));
  const kept = Object.fromEntries(Object.entries(newKeys).filter(([id]) => used.has(id)));
  const next = {
    _type: 'targets',
    spec_version: signed.specVersion,
    version: signed.version + 1,
    expires: expiresAt(nowMs, settings.expiryDays.targets),
    targets: {},
    delegations: { keys: kept, roles: newRoles.map((role) => ({ ...role })) },
  };
  const metadata = Metadata.fromJSON(MetadataKind.Targets, { signed: next, signatures: [] });
  await writeSigned(work, `${next.version}.targets.json`, metadata, [signersOf(root, 'targets')]);
}
