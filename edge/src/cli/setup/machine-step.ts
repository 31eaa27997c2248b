import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { CheckResult } from '../../diagnostics/index.ts';
import { CliError } from '../errors.ts';
import type { SetupSession } from './session.ts';

/** What everything else needs: Node, FFmpeg, a data folder, a network, a clock. Only a failure stops the setup. */
export async function machineStep(session: SetupSession): Promise<void> {
  const { clockCheck, dataFolderCheck, ffmpegCheck, nodeCheck, runCheck } = await import('../../diagnostics/index.ts');
  const { io, dataDir } = session.context;
  const checks = [
    nodeCheck(process.versions.node),
    ffmpegCheck(io.env['PATH'], () => undefined),
    dataFolderCheck(dataDir),
    clockCheck(io.clock, join(dataDir, 'journal.db')),
  ];
  const results: CheckResult[] = [];
  for (const check of checks) {
    results.push(...(await runCheck(check, { clock: io.clock, signal: io.signal, slow: () => undefined })));
  }
  for (const { verdict, message, advice } of results) {
    session.say(`  ${verdict.padEnd(8)} ${message}${advice === '' ? '' : `\n           Try: ${advice}`}`);
  }
  session.say(`  network  ${addresses().join(', ') || 'no address: check cable and network settings'}`);
  const failed = results.find(({ verdict }) => verdict === 'failure');
  if (failed !== undefined) throw new CliError('machine_not_ready', failed.message, failed.advice);
}

function addresses(): readonly string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, list = []]) =>
    list.flatMap(({ internal, family, address }) => (internal || family !== 'IPv4' ? [] : [`${name} ${address}`])),
  );
}
