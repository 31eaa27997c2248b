import { TargetCustomSchema } from '@lineside/models/trust';
import { UsageError } from '../errors/index.ts';
import type { ReleaseFolder } from './release-folder.ts';
import { readRepository, versionOf } from './repository.ts';
import { readTargets } from './signed-metadata.ts';

/** A release that is published, as the signed metadata describes it. */
export interface PublishedRelease {
  readonly kind: 'model' | 'configuration';
  readonly id: string;
  readonly version: string;
  readonly counter: number;
  readonly target: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Devices that it is meant for; all of the customer's where left out. */
  readonly devices?: readonly string[] | undefined;
}

/** The release of this name. Throws UsageError where it is not published; what is only added is not. */
export async function findRelease(folder: ReleaseFolder, target: string): Promise<PublishedRelease> {
  const { customers } = await folder.settings();
  const customer = target.split('/')[1] ?? '';
  if (customers.includes(customer)) {
    const { snapshot } = await readRepository(folder);
    const version = versionOf(snapshot, customer);
    const file = version === 0 ? undefined : (await readTargets(folder, customer, version)).signed.targets[target];
    const custom = TargetCustomSchema.safeParse(file?.custom);
    const sha256 = file?.hashes['sha256'];
    if (file !== undefined && sha256 !== undefined && custom.success) {
      const { kind, id, version: number, counter, devices } = custom.data;
      return { kind, id, version: number, counter, target, bytes: file.length, sha256, devices };
    }
  }
  throw new UsageError({
    code: 'release_unknown',
    message: `no release ${JSON.stringify(target)} is published`,
    advice: 'lineside-collector release keys --json lists those of each customer; release publish signs what was added',
  });
}
