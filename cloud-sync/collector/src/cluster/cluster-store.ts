/** Where the collectors of one database report that they run. */
export interface ClusterStore {
  /** Name shared by all collectors of this database; undefined where there can be only one collector. */
  id(): Promise<string | undefined>;
  /**
   * Name of the group in which the collectors of this database share a subscription; undefined where there can be only
   * one collector. Part of it is random and known to the database alone: a device that knew the name could join the group
   * and would be sent batches in place of a collector.
   */
  shareName(): Promise<string | undefined>;
  /** Reports that collector `id` runs; resolves to how many others reported within the last `aliveMs`. */
  reportAlive(id: string, aliveMs: number): Promise<number>;
  /** Withdraws the report. */
  leave(id: string): Promise<void>;
}
