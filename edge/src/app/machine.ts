import { randomBytes } from 'node:crypto';
import { readFileSync, statfsSync } from 'node:fs';
import { systemCode } from '@lineside/kit';
import type { DiskState } from '../evidence/index.ts';

/** Id of this boot of the machine; where the kernel gives none, one drawn for this process. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return `process-${randomBytes(8).toString('hex')}`;
  }
}

/** Free and total bytes of the disk that holds `folder`. */
export function diskOf(folder: string): { readonly freeBytes: number; readonly totalBytes: number } {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** What is free on the disk that holds `folder`; undefined where that cannot be read. */
export function diskState(folder: string): DiskState | undefined {
  try {
    const { bavail, blocks, bsize, files, ffree } = statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeInodes: ffree, totalInodes: files };
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** CPU time that this process has used, seconds. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Cores in use by this process between two calls. */
export class CpuMeter {
  readonly #nowMs: () => number;
  #used = process.cpuUsage();
  #atMs: number;
  #cores = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#atMs = nowMs();
  }

  /** 1 = one core busy; measured over at least a second. */
  cores(): number {
    const now = this.#nowMs();
    if (now - this.#atMs < 1_000) return this.#cores;
    const { user, system } = process.cpuUsage(this.#used);
    this.#cores = (user + system) / 1000 / (now - this.#atMs);
    this.#used = process.cpuUsage();
    this.#atMs = now;
    return this.#cores;
  }
}
