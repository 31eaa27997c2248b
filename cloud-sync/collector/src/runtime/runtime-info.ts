import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode, writeFileAtomic } from '@lineside/kit';
import { z } from 'zod';
import { DataLock } from './data-lock.ts';

const RuntimeInfo = z.object({
  mqtt: z.string(),
  http: z.string(),
  data: z.string(),
  /** Host and port where devices enrol. */
  enrolment: z.string().optional(),
});

/** Where a running collector can be reached, for commands on the same machine. */
export type RuntimeInfo = Readonly<z.infer<typeof RuntimeInfo>>;

/** Writes the file that `readRuntimeInfo` reads. */
export async function writeRuntimeInfo(info: RuntimeInfo): Promise<void> {
  await writeFileAtomic(fileIn(info.data), JSON.stringify(info), { mode: 0o640 });
}

/** The collector that runs on `data`; undefined when none does. Throws when the folder is not usable. */
export function readRuntimeInfo(data: string): RuntimeInfo | undefined {
  if (!DataLock.isTaken(data)) return undefined;
  try {
    return RuntimeInfo.safeParse(JSON.parse(readFileSync(fileIn(data), 'utf8'))).data;
  } catch (error) {
    // It has just started and has not written the file yet, or was stopped in between.
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function fileIn(data: string): string {
  return join(data, 'runtime.json');
}
