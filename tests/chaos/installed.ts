import { existsSync, readdirSync } from 'node:fs';

/** True where Debian's PostgreSQL server is installed, of whatever version. */
export function findPostgres(): boolean {
  const root = '/usr/lib/postgresql';
  return existsSync(root) && readdirSync(root).some((version) => existsSync(`${root}/${version}/bin/postgres`));
}

/** Debian's libfaketime for programs with threads; undefined where it is not installed. */
export function findFaketime(): string | undefined {
  const root = '/usr/lib';
  const places = readdirSync(root).map((triplet) => `${root}/${triplet}/faketime/libfaketimeMT.so.1`);
  return places.find((path) => existsSync(path));
}
