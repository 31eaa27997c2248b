import type { Metadata, Root, Targets } from '@tufjs/models';
import { UsageError } from '../errors/index.ts';
import { readRepository, versionOf } from './repository.ts';
import { customerSigners, isAtHand, readTargets, signersOf, type Signers, type Workplace } from './signed-metadata.ts';
import { splitSource } from './signer.ts';

/** A role with its keys. */
export interface RoleView {
  readonly role: string;
  readonly version: number;
  readonly expires: string;
  readonly threshold: number;
  readonly keys: readonly { readonly id: string; readonly source: string | null; readonly available: boolean }[];
  /** Releases that it has signed. */
  readonly targets: readonly string[];
}

/** Every role: its keys, where they are, and whether they can sign here. External signers are not called. */
export async function describeKeys(work: Workplace): Promise<readonly RoleView[]> {
  const { folder, settings } = work;
  const { root, timestamp, snapshot, targets } = await readRepository(folder);
  const top = (signers: Signers, { signed }: Metadata<Root | Targets> | typeof timestamp | typeof snapshot): RoleView =>
    view(work, signers, { version: signed.version, expires: signed.expires, targets: [] });
  const views = [
    top(signersOf(root, 'root'), root),
    top(signersOf(root, 'targets'), targets),
    top(signersOf(root, 'snapshot'), snapshot),
    top(signersOf(root, 'timestamp'), timestamp),
  ];
  for (const customer of settings.customers) {
    const { signed } = await readTargets(folder, customer, versionOf(snapshot, customer));
    const { version, expires } = signed;
    views.push(
      view(work, customerSigners(targets, customer), { version, expires, targets: Object.keys(signed.targets) }),
    );
  }
  return views;
}

/** From now on the key is taken from `source`. Throws UsageError for one that no role has. */
export async function useSigner(work: Workplace, keyId: string, source: string): Promise<string> {
  splitSource(source);
  const known = Object.keys(work.settings.signers);
  const views = await describeKeys(work);
  const ids = [...new Set([...known, ...views.flatMap(({ keys }) => keys.map(({ id }) => id))])];
  const found = ids.filter((id) => id.startsWith(keyId));
  const [id] = found;
  if (id === undefined || found.length > 1 || keyId.length < 4) {
    throw new UsageError({
      code: 'release_key_unknown',
      message: `${keyId} is not the beginning of one key of this repository`,
      advice: 'lineside-collector release keys lists them',
    });
  }
  work.settings.signers[id] = source;
  await work.folder.save(work.settings);
  return id;
}

function view(
  work: Workplace,
  { role, keyIds, threshold }: Signers,
  { version, expires, targets }: Pick<RoleView, 'version' | 'expires' | 'targets'>,
): RoleView {
  const keys = keyIds.map((id) => ({ id, source: work.settings.signers[id] ?? null, available: isAtHand(work, id) }));
  return { role, version, expires, threshold, keys, targets };
}
