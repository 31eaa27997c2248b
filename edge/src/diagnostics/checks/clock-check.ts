import { stat } from 'node:fs/promises';
import { type Clock, ProgramError, runProgram, systemCode } from '@lineside/kit';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';

const ANSWER_MS = 5_000;
/** Wall time before which no device can have run this software: 1 January 2026. */
const RELEASED_MS = Date.UTC(2026, 0, 1);

/** The wall clock: set, not behind the journal, and synchronised with a time server. */
export function clockCheck(clock: Clock, journalPath: string): Check {
  return {
    name: 'clock',
    deadlineMs: 2 * ANSWER_MS,
    run: async (signal) => {
      const now = clock.wallMs();
      const behind = await floorFinding(now, journalPath);
      if (behind !== undefined) return [behind];
      return [await syncFinding(signal)];
    },
  };
}

/** The modification time of the journal's file is a lower limit: it cannot be in the future. */
async function floorFinding(now: number, journalPath: string): Promise<CheckFinding | undefined> {
  const written = await stat(journalPath).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const floor = Math.max(RELEASED_MS, written - 1_000);
  if (now >= floor) return undefined;
  const [shown, least] = [new Date(now).toISOString(), new Date(floor).toISOString()];
  return found('clock_behind', `the clock shows ${shown}, which is before ${least}`);
}

async function syncFinding(signal: AbortSignal): Promise<CheckFinding> {
  try {
    const { stdout } = await runProgram('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
      timeoutMs: ANSWER_MS,
      signal,
    });
    if (stdout.trim() === 'yes') return ok('clock', 'the clock follows a time server');
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof ProgramError && error.timedOut)
      return unknownSync(`busy: timedatectl is slow: ${error.message}`);
    if (systemCode(error) === 'ENOENT') return unknownSync('timedatectl is not installed');
    return unknownSync(error instanceof Error ? error.message : String(error));
  }
  return found('clock_unsynced', 'the clock does not follow a time server', { fix: { action: 'follow_time_server' } });
}

function unknownSync(why: string): CheckFinding {
  return found('clock_unknown', `whether the clock follows a time server is not known: ${why}`);
}
