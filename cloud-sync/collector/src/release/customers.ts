import { Metadata, MetadataKind } from '@tufjs/models';
import { UsageError } from '../errors/index.ts';
import { makeKey } from './new-keys.ts';
import { publish, type Published } from './publish.ts';
import { readRepository } from './repository.ts';
import { expiresAt, signersOfMade, SPEC_VERSION, type Workplace, writeSigned } from './signed-metadata.ts';
import { replaceTargets } from './targets-change.ts';

/** Names that TUF uses itself. */
const RESERVED = new Set(['root', 'targets', 'snapshot', 'timestamp']);

/** Checks the name of a customer (or of one of its sites). Throws UsageError. */
export function customerName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,63}$/.test(name) && !RESERVED.has(name)) return name;
  throw new UsageError({
    code: 'release_customer_invalid',
    message: `${JSON.stringify(name)} cannot be the name of a customer`,
    advice: 'use lower-case letters, digits and dashes; root, targets, snapshot and timestamp are taken',
  });
}

/** The delegation of a customer: its own paths only, and nobody else is asked about them. */
export function delegationOf(customer: string, keyIds: readonly string[], threshold = 1) {
  return {
    name: customer,
    keyids: [...keyIds],
    threshold,
    terminating: true,
    paths: [`models/${customer}/*`, `config/${customer}/*`],
  };
}

/** Makes a key for one more customer and delegates its paths to it. Needs the keys of `targets`; publishes. */
export async function addCustomer(work: Workplace, name: string): Promise<Published> {
  const customer = customerName(name);
  const { folder, settings, nowMs } = work;
  const { targets } = await readRepository(folder);
  if (targets.signed.delegations?.roles?.[customer] !== undefined) {
    throw new UsageError({
      code: 'release_customer_exists',
      message: `the repository has the customer ${customer} already`,
      advice: `lineside-collector release rotate ${customer} gives it a new key`,
    });
  }
  const made = await makeKey(folder, settings, customer);
  const empty = {
    _type: 'targets',
    spec_version: SPEC_VERSION,
    version: 1,
    expires: expiresAt(nowMs, settings.expiryDays.customer),
    targets: {},
  };
  const metadata = Metadata.fromJSON(MetadataKind.Targets, { signed: empty, signatures: [] });
  await writeSigned(work, `1.${customer}.json`, metadata, [signersOfMade(customer, [made], 1)]);
  await replaceTargets(work, ({ keys, roles }) => ({
    keys: { ...keys, [made.id]: { ...made.key, keyval: { ...made.key.keyval } } },
    roles: [...roles, delegationOf(customer, [made.id])],
  }));
  settings.customers.push(customer);
  await folder.save(settings);
  return publish(work, { targets: true, added: [customer] });
}
