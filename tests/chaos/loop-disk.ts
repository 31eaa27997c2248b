import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync, closeSync, ftruncateSync, openSync } from 'node:fs';
import { basename } from 'node:path';

/** An ext4 file system in an image file. */
export interface LoopDisk extends Disposable {
  readonly path: string;
  readonly image: string;
  /** Makes the kernel believe that it found an error: it mounts read-only, as it would for a failing disk. */
  breakIt(): void;
  /** Unmounts, checks and mounts it again. */
  repair(): void;
}

/** An image of `bytes`, mounted at `path`; undefined where this user or this machine may not mount. */
export function loopDisk(path: string, bytes: number): LoopDisk | undefined {
  const image = `${path}.img`;
  const file = openSync(image, 'w');
  ftruncateSync(file, bytes);
  closeSync(file);
  return quietly(() => execFileSync('mkfs.ext4', ['-q', '-F', image], { stdio: 'ignore' }))
    ? mountImage(image, path)
    : undefined;
}

/** Mounts an image as it is: the file system replays its own journal, as after a power cut. */
export function mountImage(image: string, path: string): LoopDisk | undefined {
  mkdirSync(path, { recursive: true });
  const mount = (): boolean =>
    quietly(() => execFileSync('mount', ['-o', 'loop,errors=remount-ro', image, path], { stdio: 'ignore' }));
  if (!mount()) return undefined;
  const unmount = (): void => void execFileSync('umount', [path], { stdio: 'ignore' });
  return {
    path,
    image,
    breakIt: () => {
      const source = execFileSync('findmnt', ['-n', '-o', 'SOURCE', path], { encoding: 'utf8' }).trim();
      writeFileSync(`/sys/fs/ext4/${basename(source)}/trigger_fs_error`, 'chaos');
    },
    repair: () => {
      unmount();
      // 1 and 2: errors were found and corrected.
      quietly(() => execFileSync('e2fsck', ['-p', '-f', image], { stdio: 'ignore' }));
      if (!mount()) throw new Error(`${image} cannot be mounted again`);
    },
    [Symbol.dispose]: () => {
      // Lazily: a descriptor that is still open must not keep the mount for ever.
      quietly(() => execFileSync('umount', ['-l', path], { stdio: 'ignore' }));
    },
  };
}

/** The image as it is at this moment, without what the file system above still holds in memory. */
export function copyImage(disk: LoopDisk, to: string): void {
  copyFileSync(disk.image, to);
}

function quietly(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
