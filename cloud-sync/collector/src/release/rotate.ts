import { readFile } from 'node:fs/promises';
import { Metadata, MetadataKind, type Root } from '@tufjs/models';
import { UsageError } from '../errors/index.ts';
import { makeKeys, type MadeKey } from './new-keys.ts';
import { publish, type Published } from './publish.ts';
import { readRepository } from './repository.ts';
import { customerSigners, expiresAt, keysMissing, signersOf, type Workplace, writeSigned } from './signed-metadata.ts';
import { keyIdOf, readPublicKey, signedWith, splitSource } from './signer.ts';
import { replaceTargets } from './targets-change.ts';

export interface RotateOptions {
  /** Beginnings of the ids of the keys to be replaced; all of the role where left out. */
  readonly revoke?: readonly string[];
  /** A public key (PEM file) to take in, and where its private half signs; otherwise a key is made here. */
  readonly publicKey?: string;
  readonly source?: string;
}

/** What a rotation did. */
export interface Rotated extends Published {
  readonly role: string;
  readonly revoked: readonly string[];
  readonly added: readonly string[];
}

const TOP = new Set(['root', 'targets', 'snapshot', 'timestamp']);

/**
 * Replaces keys of a role. A top-level role needs the threshold of root keys (the old and, for root itself, the new ones), so
 * a lost or stolen online key is replaced without it and without a visit to any device; a customer's role needs the keys of
 * targets. Publishes what has to be signed with the new keys.
 */
export async function rotateRole(work: Workplace, role: string, options: RotateOptions = {}): Promise<Rotated> {
  const { root, targets } = await readRepository(work.folder);
  const before = TOP.has(role) ? signersOf(root, role) : customerSigners(targets, role);
  const revoked = revokedOf(before.keyIds, options.revoke);
  const made = await newKeys(work, role, revoked.length, options);
  await work.folder.save(work.settings);
  const ids = [...before.keyIds.filter((id) => !revoked.includes(id)), ...made.map(({ id }) => id)];
  if (!TOP.has(role)) {
    await replaceTargets(work, ({ keys, roles }) => ({
      keys: { ...keys, ...keyTable(made) },
      roles: roles.map((other) => (other.name === role ? { ...other, keyids: ids } : other)),
    }));
    return {
      ...(await publish(work, { targets: true, resign: [role] })),
      role,
      revoked,
      added: made.map(({ id }) => id),
    };
  }
  await writeRoot(work, root, role, ids, made);
  // The new top-level targets are signed with the new keys; they delegate as before.
  if (role === 'targets') await replaceTargets(work, (same) => same);
  const published = await publish(work, { targets: role === 'targets', all: role === 'snapshot' });
  return { ...published, role, revoked, added: made.map(({ id }) => id) };
}

async function writeRoot(
  work: Workplace,
  root: Metadata<Root>,
  role: string,
  ids: readonly string[],
  made: readonly MadeKey[],
): Promise<void> {
  const { signed } = root;
  const version = signed.version + 1;
  const roles = Object.fromEntries(
    Object.entries(signed.roles).map(([name, { keyIDs, threshold }]) => [
      name,
      { keyids: name === role ? [...ids] : keyIDs, threshold },
    ]),
  );
  const used = new Set(Object.values(roles).flatMap(({ keyids }) => keyids));
  const old = Object.entries(signed.keys).map(
    ([id, { keyType, scheme, keyVal }]) => [id, { keytype: keyType, scheme, keyval: keyVal }] as const,
  );
  const keys: ReturnType<typeof keyTable> = { ...Object.fromEntries(old), ...keyTable(made) };
  const next = {
    _type: 'root',
    spec_version: signed.specVersion,
    version,
    expires: expiresAt(work.nowMs, work.settings.expiryDays.root),
    consistent_snapshot: true,
    keys: Object.fromEntries(Object.entries(keys).filter(([id]) => used.has(id))),
    roles,
  };
  const metadata = Metadata.fromJSON(MetadataKind.Root, { signed: next, signatures: [] });
  await writeSigned(work, `${version}.root.json`, metadata, [signersOf(root, 'root'), signersOf(metadata, 'root')]);
}

/** Keys as metadata lists them. */
function keyTable(
  made: readonly MadeKey[],
): Record<string, { keytype: string; scheme: string; keyval: Record<string, string> }> {
  return Object.fromEntries(made.map(({ id, key }) => [id, { ...key, keyval: { ...key.keyval } }]));
}

async function newKeys(
  { folder, settings, env }: Workplace,
  role: string,
  count: number,
  { publicKey, source }: RotateOptions,
): Promise<readonly MadeKey[]> {
  if (publicKey === undefined) return makeKeys(folder, settings, role, count);
  if (source === undefined || count !== 1) {
    throw new UsageError({
      code: 'release_rotate_invalid',
      message: 'a key from outside replaces exactly one key, and the tool must know where it signs',
      advice: 'add --source exec:COMMAND (or file:, env:), and --revoke KEYID where the role has several keys',
    });
  }
  splitSource(source);
  const key = readPublicKey(await readFile(publicKey, 'utf8'), publicKey);
  const id = keyIdOf(key);
  // Tried before the metadata names it: after that, devices would accept nothing until it signs. Of root's keys others may be enough.
  const place = { source, keyId: id, publicKey: key.keyval.public };
  if (signedWith(place, Buffer.from('a trial'), env) === undefined && role !== 'root') throw keysMissing(role, 0, 1);
  settings.signers[id] = source;
  return [{ id, key }];
}

function revokedOf(keyIds: readonly string[], wanted: readonly string[] | undefined): readonly string[] {
  if (wanted === undefined || wanted.length === 0) return keyIds;
  return wanted.map((beginning) => {
    const found = keyIds.filter((id) => beginning.length >= 4 && id.startsWith(beginning));
    const [id] = found;
    if (id !== undefined && found.length === 1) return id;
    throw new UsageError({
      code: 'release_key_unknown',
      message: `${beginning} is not the beginning of one key of this role`,
      advice: 'lineside-collector release keys lists them',
    });
  });
}
