import type Database from 'better-sqlite3';

/**
 * Which of the evidence are clips. The table is not part of the journal's format: an older program opens a journal that
 * has it, and a journal that was salvaged without it has its clips treated as snapshots.
 */
export const CLIP_TABLE = 'CREATE TABLE IF NOT EXISTS evidence_clip(sha256 TEXT PRIMARY KEY) STRICT, WITHOUT ROWID';

/** SHA-256 of the clips of an event that are on this device, oldest first. Also for a journal that is only read. */
export function clipsOf(database: Database.Database, event: string): readonly string[] {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'evidence_clip'").get();
  if (table === undefined) return [];
  return database
    .prepare<[string], string>(
      'SELECT sha256 FROM evidence JOIN evidence_clip USING (sha256) WHERE event = ? ORDER BY number',
    )
    .pluck()
    .all(event);
}
