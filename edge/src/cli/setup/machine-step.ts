import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { CheckResult } from '../../diagnostics/index.ts';
import { CliError } from '../errors.ts';
import { findingText, VERDICT_WIDTH } from './finding-text.ts';
import type { SetupSession } from './session.ts';

/** What everything else needs: Node, FFmpeg, a data folder, a network, a clock. Only a failure stops the setup. */
export async function machineStep(session: SetupSession): Promise<void> {
  const { clockCheck, dataFolderCheck, ffmpegCheck, nodeCheck, runCheck } = await import('../../diagnostics/index.ts');
  const { texts } = session;
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
  for (const result of results) session.say(findingText(session, result));
  session.say(`  ${texts.network.padEnd(VERDICT_WIDTH)} ${addresses().join(', ') || texts.noAddress}`);
  const failed = results.find(({ verdict }) => verdict === 'failure');
  if (failed === undefined) return;
  const { message, advice } = session.said(failed);
  throw new CliError('machine_not_ready', message, advice);
}

function addresses(): readonly string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, list = []]) =>
    list.flatMap(({ internal, family, address }) => (internal || family !== 'IPv4' ? [] : [`${name} ${address}`])),
  );
}
