export interface MediaRow {
  readonly sha256: string;
  readonly device: string;
  readonly bytes: number;
  readonly mime: string;
  readonly storedAtMs: number;
}

/** Which pictures are stored. A promise that resolves means: on disk. */
export interface MediaCatalogue {
  get(sha256: string): Promise<MediaRow | undefined>;
  save(row: MediaRow): Promise<void>;
}
