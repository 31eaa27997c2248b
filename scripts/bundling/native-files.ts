import { open, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Machines of ELF files (`e_machine`), by the name that Node gives them. */
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };
const MACHO = new Set([0xfeedface, 0xfeedfacf, 0xcafebabe, 0xcefaedfe, 0xcffaedfe]);
const HEADER_BYTES = 20;

/** Packages without whose own machine code nothing runs, with `ARCH` in place of the target's name. */
const NEEDED = [
  'node-linux-ARCH',
  'better-sqlite3',
  'onnxruntime-node',
  'zeromq',
  '@img/sharp-linux-ARCH',
  '@img/sharp-libvips-linux-ARCH',
] as const;

export interface NativeFile {
  /** From the bundle's folder. */
  readonly path: string;
  /** `x64`, `arm64`, or what else it is for. */
  readonly machine: string;
}

/** Every file of machine code below a folder, found by its first bytes and not by its name. */
export async function nativeFiles(folder: string): Promise<readonly NativeFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: NativeFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const machine = await machineOf(path);
    if (machine !== undefined) found.push({ path: relative(folder, path), machine });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function machineOf(path: string): Promise<string | undefined> {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = await open(path);
  let length: number;
  try {
    ({ bytesRead: length } = await file.read(header, 0, HEADER_BYTES, 0));
  } finally {
    await file.close();
  }
  if (length >= 2 && header.toString('latin1', 0, 2) === 'MZ') return 'windows';
  if (length >= 4 && MACHO.has(header.readUInt32BE(0))) return 'macos';
  if (length < HEADER_BYTES || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
  // ELF: class (2 is 64 bits) at 4, byte order (1 is little) at 5, machine at 18.
  const machine = header[5] === 1 ? header.readUInt16LE(18) : header.readUInt16BE(18);
  const [name] = Object.entries(MACHINES).find(([, code]) => header[4] === 2 && code === machine) ?? [];
  return name ?? `machine ${machine}`;
}

/** What of a bundle's machine code the target cannot run, and what it needs and does not have; empty when all is well. */
export function nativeProblems(files: readonly NativeFile[], arch: string): readonly string[] {
  const foreign = files.filter(({ machine, path }) => machine !== arch || path.includes('musl'));
  const missing = NEEDED.map((name) => name.replace('ARCH', arch)).filter(
    (name) => !files.some(({ path, machine }) => machine === arch && path.startsWith(`node_modules/${name}/`)),
  );
  return [
    ...foreign.map(({ path, machine }) => `${path} is for ${path.includes('musl') ? 'musl' : machine}`),
    ...missing.map((name) => `node_modules/${name} has no machine code for ${arch}`),
  ];
}
