export interface Credential {
  readonly device: string;
  /** In Mosquitto's `$7$` form (PBKDF2 with SHA-512). */
  readonly hash: string;
  readonly createdAtMs: number;
}

/** Where the credentials of devices are kept; other processes change them too. */
export interface CredentialStore {
  list(): Promise<readonly Credential[]>;
  get(device: string): Promise<Credential | undefined>;
  /** Adds or replaces; resolves to the new revision. */
  save(credential: Credential): Promise<number>;
  /** True when there was one. */
  remove(device: string): Promise<boolean>;
  /** Rises with every change, by any process. */
  revision(): Promise<number>;
  /** The revision that the running collector has applied to its broker. */
  appliedRevision(): Promise<number>;
  noteApplied(revision: number): Promise<void>;
}
