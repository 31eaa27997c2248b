import { chmod, stat } from 'node:fs/promises';
import { messageOf, runProgram } from '@lineside/kit';
import type { Fix } from './finding.ts';

const ANSWER_MS = 10_000;
const NOT_OTHERS = 0o770;

/** What a fix did, or why it did not. */
export interface FixReport {
  readonly done: boolean;
  readonly text: string;
}

/** Makes one change that a finding offers. Never throws: what cannot be changed is reported. */
export async function applyFix(fix: Fix, signal: AbortSignal): Promise<FixReport> {
  try {
    return { done: true, text: await change(fix, signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { done: false, text: `${fix.action.replaceAll('_', ' ')} did not work: ${messageOf(error)}` };
  }
}

async function change(fix: Fix, signal: AbortSignal): Promise<string> {
  switch (fix.action) {
    case 'restrict_file': {
      const mode = (await stat(fix.path)).mode & NOT_OTHERS;
      await chmod(fix.path, mode);
      return `${fix.path} has the rights ${mode.toString(8)} now`;
    }
    case 'follow_time_server':
      await runProgram('timedatectl', ['set-ntp', 'true'], { timeoutMs: ANSWER_MS, signal });
      return 'the time client is switched on';
  }
}
