import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of its own that can be filled up. */
export interface SmallDisk extends Disposable {
  readonly path: string;
  /** Fills what is left, as some other program would; returns how to free it. */
  fill(): () => void;
}

/** Mounts a tmpfs of `bytes` at `path`; undefined where this user or this machine may not mount. */
export function smallDisk(path: string, bytes: number): SmallDisk | undefined {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'lineside-test', path], { stdio: 'ignore' });
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
  const other = join(path, 'another-program');
  return {
    path,
    fill: () => {
      fillUp(other);
      return () => rmSync(other, { force: true });
    },
    // Lazily: a descriptor that is still open must not keep the mount for ever.
    [Symbol.dispose]: () => void execFileSync('umount', ['-l', path], { stdio: 'ignore' }),
  };
}

function fillUp(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let chunk = 1 << 20; chunk >= 512; ) {
      try {
        if (writeSync(file, Buffer.alloc(chunk, 1)) < chunk) chunk /= 2;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        chunk /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}
