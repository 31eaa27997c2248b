import { tempDir } from '../support/temp-dir.ts';

/** Gives `run` a folder of its own, on the disk that temporary files are on. */
export async function runScenario<T>(run: (folder: string) => Promise<T>): Promise<T> {
  await using dir = await tempDir('lineside-chaos-');
  return await run(dir.path);
}
