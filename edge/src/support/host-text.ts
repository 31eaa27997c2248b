import { readFile, statfs } from 'node:fs/promises';
import { arch, cpus, freemem, hostname, loadavg, release, totalmem, uptime } from 'node:os';
import type { CollectOptions } from './collect.ts';

/** What the machine is. */
export async function hostText({ dataDir, configPath, version, nowMs }: CollectOptions): Promise<string> {
  const system = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const disk = await statfs(dataDir).then(
    ({ bavail, blocks, bsize }) => `${gigabytes(bavail * bsize)} of ${gigabytes(blocks * bsize)} GB free`,
    () => 'the data folder is not there',
  );
  const [first] = cpus();
  return [
    `time        ${new Date(nowMs).toISOString()}`,
    `host        ${hostname()}`,
    `lineside    ${version}, Node ${process.versions.node}`,
    `system      ${/^PRETTY_NAME="?([^"\n]*)/m.exec(system)?.[1] ?? 'unknown'}, Linux ${release()} ${arch()}`,
    `processor   ${cpus().length} x ${first?.model ?? 'unknown'}`,
    `load        ${loadavg()
      .map((one) => one.toFixed(2))
      .join(' ')}`,
    `memory      ${gigabytes(freemem())} of ${gigabytes(totalmem())} GB free`,
    `disk        ${disk}`,
    `up          ${Math.round(uptime() / 3600)} hours`,
    `config      ${configPath}`,
    `data        ${dataDir}`,
    '',
  ].join('\n');
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
