import { expect, it } from 'vitest';
import { DiskReserve, type DiskState } from './index.ts';

const LARGE = { freeBytes: 10e9, totalBytes: 100e9, freeInodes: 5e6, totalInodes: 6e6 };
const missing = (change: Partial<DiskState>, reserveBytes = 1e9) =>
  new DiskReserve(() => ({ ...LARGE, ...change }), reserveBytes).missing();

it('nothing is missing while bytes and inodes are free', () => {
  expect(missing({})).toBeUndefined();
  expect(missing({ freeBytes: 1e9 })).toBeUndefined();
});

it('bytes are missing to the reserve, and on a small disk to a twentieth of it', () => {
  expect(missing({ freeBytes: 400e6 })).toEqual({ bytes: 600e6, inodes: 0 });
  expect(missing({ freeBytes: 1e6, totalBytes: 100e6 })).toEqual({ bytes: 4e6, inodes: 0 });
  expect(missing({ freeBytes: 6e6, totalBytes: 100e6 })).toBeUndefined();
});

it('inodes are missing to a twentieth of them, and never on a file system that does not count them', () => {
  expect(missing({ freeInodes: 100_000 })).toEqual({ bytes: 0, inodes: 200_000 });
  expect(missing({ freeInodes: 0, totalInodes: 0 })).toBeUndefined();
});

it('nothing is known to be missing on a disk that cannot be read', () => {
  expect(new DiskReserve(() => undefined, 1e9).missing()).toBeUndefined();
});
