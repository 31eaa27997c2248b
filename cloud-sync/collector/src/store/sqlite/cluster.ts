import type { ClusterStore } from '../../cluster/index.ts';

/** A file has one collector: the data folder's lock ensures it. */
export class SqliteCluster implements ClusterStore {
  async id(): Promise<undefined> {
    return undefined;
  }

  async shareName(): Promise<undefined> {
    return undefined;
  }

  async reportAlive(): Promise<number> {
    return 0;
  }

  async leave(): Promise<void> {
    return undefined;
  }
}
