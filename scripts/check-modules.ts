/**
 * Holds every import in the modules against `modules.ts`: direction, entrance, and who may touch which outside power.
 * Project references do not do this: npm hoists every workspace into one node_modules, so a wrong import compiles.
 * Prints one line per offence and exits 1; computed `import(variable)` is not seen.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MODULES, type Module } from './modules.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SPECIFIER = /(?:from\s+|import\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]/gm;
/** Powers that any module may use: they touch nothing outside the process. */
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

const rank = new Map(MODULES.map((module, i) => [module.name, i]));
const byPackage = new Map(
  MODULES.flatMap((module) => (module.packageName === undefined ? [] : [[module.packageName, module] as const])),
);

/** The innermost module whose folder holds `path`, a path from the repository's root. */
function moduleOf(path: string): Module | undefined {
  return MODULES.filter((module) => path === module.folder || path.startsWith(`${module.folder}/`)).sort(
    (a, b) => b.folder.length - a.folder.length,
  )[0];
}

function offence(module: Module, file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    const target = relative(ROOT, normalize(join(dirname(file), specifier)));
    const owner = moduleOf(target);
    if (owner === undefined)
      return target.startsWith(`${module.folder}/`) ? undefined : `${specifier} leaves the modules`;
    if (owner === module) return undefined;
    if (!module.may.includes(owner.name)) return `may not import module ${owner.name}`;
    return target === `${owner.folder}/index.ts`
      ? undefined
      : `must enter ${owner.name} by its index.ts, not ${specifier}`;
  }
  const owner = byPackage.get(specifier);
  if (owner !== undefined) return module.may.includes(owner.name) ? undefined : `may not import ${specifier}`;
  if (specifier.startsWith('@lineside/') || specifier === 'lineside') return `may not import ${specifier}`;
  if (HARMLESS.has(specifier) || module.owns.includes(specifier)) return undefined;
  return `does not own ${specifier}`;
}

function checkTable(): string[] {
  return MODULES.flatMap((module) =>
    module.may
      .filter((other) => (rank.get(other) ?? Infinity) >= (rank.get(module.name) ?? 0))
      .map((other) => `scripts/modules.ts: ${module.name} may import ${other}, which does not stand below it`),
  );
}

function checkModule(module: Module): string[] {
  if (!existsSync(join(ROOT, module.folder)))
    return [`scripts/modules.ts: ${module.name} has no folder ${module.folder}`];
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, module.folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.ts$/.test(entry.name) || entry.name.endsWith('.test.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    // What only tests import, and no build holds.
    if (relative(ROOT, file).includes('/testing/')) continue;
    if (moduleOf(relative(ROOT, file)) !== module) continue;
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(SPECIFIER)) {
      const why = specifier === undefined ? undefined : offence(module, file, specifier);
      if (why !== undefined) found.push(`${relative(ROOT, file)}: ${module.name} ${why}`);
    }
  }
  return found;
}

const offences = [...checkTable(), ...MODULES.flatMap(checkModule)];
for (const line of offences) console.error(line);
console.log(
  offences.length === 0
    ? `${MODULES.length} modules, every import in order`
    : `${offences.length} imports out of order`,
);
process.exitCode = offences.length === 0 ? 0 : 1;
