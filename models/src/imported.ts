import { join } from 'node:path';

/** Folder of a data folder in which imported models lie, one bundle per id. */
export function importedDir(dataDir: string): string {
  return join(dataDir, 'models');
}
