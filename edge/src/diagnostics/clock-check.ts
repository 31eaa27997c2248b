import { stat } from 'node:fs/promises';
import { type Clock, ProgramError, runProgram, systemCode } from '@lineside/kit';
import { type Check, type CheckFinding, ok, trouble } from './check.ts';

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
    (found) => found.mtimeMs,
    () => 0,
  );
  const floor = Math.max(RELEASED_MS, written - 1_000);
  if (now >= floor) return undefined;
  return trouble('failure', {
    code: 'clock_behind',
    message: `the clock shows ${new Date(now).toISOString()}, which is before ${new Date(floor).toISOString()}`,
    meaning: 'events are labelled with a wrong time (marked suspect); durations stay right',
    advice: 'set the clock (timedatectl set-time) or configure a time server; check the battery of its clock',
  });
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
    if (error instanceof ProgramError && error.timedOut) return unknownSync(`timedatectl is slow: ${error.message}`);
    if (systemCode(error) === 'ENOENT') return unknownSync('timedatectl is not installed');
    return unknownSync(error instanceof Error ? error.message : String(error));
  }
  return unsynced('the clock does not follow a time server');
}

function unknownSync(why: string): CheckFinding {
  return trouble('warning', {
    code: 'clock_unknown',
    message: `whether the clock follows a time server is not known: ${why}`,
    meaning: 'events may be labelled unsynced; durations stay right',
    advice: 'run the doctor again; without systemd, ask the time service itself (chronyc tracking, ntpq -p)',
  });
}

function unsynced(message: string): CheckFinding {
  return trouble('warning', {
    code: 'clock_unsynced',
    message,
    meaning: 'events are labelled unsynced; the time drifts over months',
    advice: 'timedatectl set-ntp true, with a time server that the plant network can reach',
  });
}
