/** Where the collectors of one database report that they run. */
export interface ClusterStore {
  /** Name shared by all collectors of this database; undefined where there can be only one collector. */
  id(): Promise<string | undefined>;
  /** Reports that collector `id` runs; resolves to how many others reported within the last `aliveMs`. */
  reportAlive(id: string, aliveMs: number): Promise<number>;
  /** Withdraws the report. */
  leave(id: string): Promise<void>;
}
