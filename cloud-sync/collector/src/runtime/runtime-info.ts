import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { systemCode } from '@lineside/kit';
import { DataLock } from './data-lock.ts';

/** Where a running collector is found. */
export interface Addresses {
  readonly mqtt: string;
  readonly http: string;
  readonly data: string;
}

const WrittenAddresses = z.object({ mqtt: z.string(), http: z.string(), data: z.string() });

/** File in which a collector leaves its addresses, for commands on the same machine. */
export function whereFile(data: string): string {
  return join(data, 'where.json');
}

/** Addresses of the collector that runs on `data`; undefined when none does. Throws when the folder is not usable. */
export function whereIs(data: string): Addresses | undefined {
  if (!DataLock.isTaken(data)) return undefined;
  try {
    return WrittenAddresses.safeParse(JSON.parse(readFileSync(whereFile(data), 'utf8'))).data;
  } catch (error) {
    // It has just started and did not write the file yet, or was stopped in between.
    if (systemCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
