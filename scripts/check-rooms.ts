/**
 * Holds every import in the rooms against `rooms.ts`: direction, entrance, and who may touch which outside power.
 * Project references do not do this: npm hoists every workspace into one node_modules, so a wrong import compiles.
 * Prints one line per offence and exits 1; computed `import(variable)` is not seen.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOMS, type Room } from './rooms.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SPECIFIER = /(?:from\s+|import\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]/gm;
/** Powers that any room may use: they touch nothing outside the process. */
const HARMLESS = new Set([
  'node:path',
  'node:url',
  'node:timers/promises',
  'node:events',
  'node:buffer',
  'node:util',
  'node:os',
  'node:stream',
  'node:stream/promises',
  'node:string_decoder',
  'node:async_hooks',
  'node:process',
  'node:readline',
  'node:assert',
]);

const rank = new Map(ROOMS.map((room, i) => [room.name, i]));
const byPackage = new Map(
  ROOMS.flatMap((room) => (room.packageName === undefined ? [] : [[room.packageName, room] as const])),
);

function offence(room: Room, file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    const target = relative(ROOT, normalize(join(dirname(file), specifier)));
    const owner = ROOMS.find((other) => target === other.folder || target.startsWith(`${other.folder}/`));
    if (owner === undefined) return target.startsWith(`${room.folder}/`) ? undefined : `${specifier} leaves the rooms`;
    if (owner === room) return undefined;
    if (!room.may.includes(owner.name)) return `may not import room ${owner.name}`;
    return target === `${owner.folder}/index.ts`
      ? undefined
      : `must enter ${owner.name} by its index.ts, not ${specifier}`;
  }
  const owner = byPackage.get(specifier);
  if (owner !== undefined) return room.may.includes(owner.name) ? undefined : `may not import ${specifier}`;
  if (specifier.startsWith('@lineside/') || specifier === 'lineside') return `may not import ${specifier}`;
  if (HARMLESS.has(specifier) || room.owns.includes(specifier)) return undefined;
  return `does not own ${specifier}`;
}

function checkTable(): string[] {
  return ROOMS.flatMap((room) =>
    room.may
      .filter((other) => (rank.get(other) ?? Infinity) >= (rank.get(room.name) ?? 0))
      .map((other) => `scripts/rooms.ts: ${room.name} may import ${other}, which does not stand below it`),
  );
}

function checkRoom(room: Room): string[] {
  if (!existsSync(join(ROOT, room.folder))) return []; // a door that is drawn and not yet opened
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, room.folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.ts$/.test(entry.name) || entry.name.endsWith('.test.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(SPECIFIER)) {
      const why = specifier === undefined ? undefined : offence(room, file, specifier);
      if (why !== undefined) found.push(`${relative(ROOT, file)}: ${room.name} ${why}`);
    }
  }
  return found;
}

const offences = [...checkTable(), ...ROOMS.flatMap(checkRoom)];
for (const line of offences) console.error(line);
console.log(
  offences.length === 0 ? `${ROOMS.length} rooms, every import in order` : `${offences.length} imports out of order`,
);
process.exitCode = offences.length === 0 ? 0 : 1;
