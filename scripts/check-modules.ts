/**
 * Checks every import of the modules against `modules.ts`: direction, entry by index.ts or another entrance, and which module may use which
 * outside power. Checks too that the modules that the table and docs/architecture.md name exist, and that every module
 * of a divided package has a row. Project references do not do this: npm hoists every workspace into one node_modules,
 * so a wrong import compiles. Prints one line per problem and exits 1; a computed `import(variable)` is not seen.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MODULES, type Module } from './modules.ts';

const DOCUMENT = 'docs/architecture.md';
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SPECIFIER = /(?:from\s+|import\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]/gm;
/** Powers that any module may use: they reach nothing outside the process. */
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
    return ['index.ts', ...(owner.entrances ?? [])].some((entrance) => target === `${owner.folder}/${entrance}`)
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

/** Modules and entrances that are missing from the tree, and folders with an index.ts beside other modules that have no row. */
function checkTree(): string[] {
  const missing = MODULES.filter(({ folder }) => !existsSync(join(ROOT, folder))).map(
    ({ name, folder }) => `scripts/modules.ts: ${name} has no folder ${folder}`,
  );
  const closed = MODULES.flatMap(({ name, folder, entrances = [] }) =>
    entrances
      .filter((entrance) => !existsSync(join(ROOT, folder, entrance)))
      .map((entrance) => `scripts/modules.ts: ${name} has no entrance ${folder}/${entrance}`),
  );
  const folders = new Set(MODULES.map(({ folder }) => folder));
  const divided = new Set(MODULES.map(({ folder }) => dirname(folder)).filter((parent) => parent.endsWith('/src')));
  const unnamed = [...divided].flatMap((parent) =>
    readdirSync(join(ROOT, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(ROOT, parent, entry.name, 'index.ts')))
      .map((entry) => `${parent}/${entry.name}`)
      .filter((folder) => !folders.has(folder))
      .map((folder) => `${folder}: has an index.ts and no row in scripts/modules.ts`),
  );
  return [...missing, ...closed, ...unnamed];
}

/** Modules that the table of docs/architecture.md names and that do not exist. */
function checkDocument(): string[] {
  const text = readFileSync(join(ROOT, DOCUMENT), 'utf8');
  const [, table = ''] = /^\| module \|.*\n\|[-| ]+\|\n((?:\|.*\n)+)/m.exec(text) ?? [];
  const named = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)]);
  if (named.length === 0) return [`${DOCUMENT}: has no table whose first column is \`module\``];
  return named
    .map(([, name = '']) => name)
    .filter((name) => !MODULES.some((module) => isCalled(module, name)))
    .map((name) => `${DOCUMENT}: names ${name}, which is no module of scripts/modules.ts`);
}

/** `edge/src/camera`, `camera`, `cloud-sync/collector`, `collector/http`: a module by its folder, package or name. */
function isCalled({ name, folder }: Module, text: string): boolean {
  return text === name || text === folder || `${text}/src` === folder;
}

function checkModule(module: Module): string[] {
  if (!existsSync(join(ROOT, module.folder))) return [];
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

const problems = [...checkTable(), ...checkTree(), ...checkDocument(), ...MODULES.flatMap(checkModule)];
for (const line of problems) console.error(line);
console.log(
  problems.length === 0
    ? `${MODULES.length} modules, every import in order`
    : `${problems.length} problems with modules`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
