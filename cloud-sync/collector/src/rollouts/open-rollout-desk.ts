import type { Clock } from '@lineside/kit';
import type { Approval } from './rollout.ts';
import { RolloutDesk } from './rollout-desk.ts';
import type { RolloutStore } from './rollout-store.ts';
import type { DeviceReport } from './rollouts.ts';

/** What it needs of configuration and store. */
export interface RolloutDeskParts {
  readonly config: {
    /** Folder of the repository of releases. */
    readonly releases: string;
    readonly rollouts: { readonly approval: Approval };
  };
  readonly store: {
    readonly rollouts: RolloutStore;
    readonly records: { devices(): Promise<readonly DeviceReport[]> };
    readonly credentials: { list(): Promise<readonly { readonly device: string }[]> };
  };
  readonly clock: Clock;
}

/** What people do with rollouts, on this store and this repository. */
export function openRolloutDesk({ config, store, clock }: RolloutDeskParts): RolloutDesk {
  return new RolloutDesk({
    ...{ store: store.rollouts, clock, approval: config.rollouts.approval },
    reports: async () => store.records.devices(),
    known: async () => {
      const [seen, credentials] = [await store.records.devices(), await store.credentials.list()];
      return [...new Set([...seen, ...credentials].map(({ device }) => device))].sort();
    },
    release: async (target) => {
      // It reads signed metadata with a library that nothing else of a running collector needs.
      const { findRelease, ReleaseFolder } = await import('../release/index.ts');
      return findRelease(new ReleaseFolder(config.releases), target);
    },
  });
}
