import { type Clock, FairDeadline, isMachineBusy, loadText } from '@lineside/kit';

export type Verdict = 'ok' | 'warning' | 'failure' | 'skipped';

/** A finding of a check; `advice` and `meaning` are empty where all is well. */
export interface CheckFinding {
  /** Stable, snake_case, of this kind of finding: `camera_auth`. */
  readonly code: string;
  /** Where it differs from the check's name: the broker check also reports on the collector. */
  readonly check?: string;
  readonly verdict: Verdict;
  /** Which camera, model or file, when there are several. */
  readonly subject?: string;
  readonly message: string;
  /** The consequence for the line. */
  readonly meaning: string;
  readonly advice: string;
}

export interface CheckResult extends CheckFinding {
  /** Name of the check: `camera`. */
  readonly check: string;
  readonly tookMs: number;
}

/**
 * One check. `run` must end by itself when the signal aborts; `runCheck` enforces the deadline, in which time does not
 * count that the doctor and its programs wait for a CPU.
 */
export interface Check {
  readonly name: string;
  readonly subject?: string;
  readonly deadlineMs: number;
  run(signal: AbortSignal): Promise<readonly CheckFinding[]>;
}

export function ok(name: string, message: string, subject?: string): CheckFinding {
  return { code: `${name}_ok`, check: name, verdict: 'ok', ...named(subject), message, meaning: '', advice: '' };
}

export function trouble(
  verdict: 'warning' | 'failure' | 'skipped',
  facts: {
    code: string;
    message: string;
    meaning: string;
    advice: string;
    subject?: string | undefined;
    check?: string;
  },
): CheckFinding {
  const { subject, ...rest } = facts;
  return { verdict, ...named(subject), ...rest };
}

function named(subject: string | undefined): { subject?: string } {
  return subject === undefined ? {} : { subject };
}

export interface CheckTools {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once when a check takes longer than two seconds. */
  readonly slow: (check: Check) => void;
}

const SLOW_MS = 2_000;

/** Runs one check to its end or its deadline. An error is a finding too, so that no check stops the others. */
export async function runCheck(check: Check, tools: CheckTools): Promise<readonly CheckResult[]> {
  const started = tools.clock.monoMs();
  using deadline = new FairDeadline({ pid: process.pid, ownMs: check.deadlineMs });
  const slow = setTimeout(() => tools.slow(check), SLOW_MS);
  const findings = await settle(check, AbortSignal.any([tools.signal, deadline.signal]), deadline);
  clearTimeout(slow);
  tools.signal.throwIfAborted();
  const tookMs = Math.round(tools.clock.monoMs() - started);
  return findings.map((finding) => ({ check: check.name, ...finding, tookMs }));
}

/** What did not answer: it is unreachable or hangs, or the machine was too busy for anybody to know. */
function lateFinding({ name, subject, deadlineMs }: Check, starved: boolean): CheckFinding {
  if (starved) {
    return trouble('warning', {
      code: `${name}_slow`,
      subject,
      message: `slow: the machine is busy (${loadText()}), and the check was given up`,
      meaning: 'whether this is in order is not known',
      advice: 'run the doctor again when the machine is less busy; `top` shows what takes its time',
    });
  }
  const busy = isMachineBusy() ? `; the machine is busy (${loadText()})` : '';
  return trouble('failure', {
    code: `${name}_timed_out`,
    subject,
    message: `no answer within ${deadlineMs / 1000} s${busy}`,
    meaning: 'the checked part hangs or is unreachable',
    advice: 'check cable, power and address; then run the doctor again',
  });
}

async function settle(check: Check, signal: AbortSignal, deadline: FairDeadline): Promise<readonly CheckFinding[]> {
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new DOMException('the check was aborted', 'AbortError')), {
      once: true,
    });
  });
  try {
    return await Promise.race([check.run(signal), late]);
  } catch (error) {
    if (deadline.signal.aborted) return [lateFinding(check, deadline.starved)];
    const message = error instanceof Error ? error.message : String(error);
    return [
      trouble('failure', {
        code: `${check.name}_failed`,
        subject: check.subject,
        message,
        meaning: 'this could not be checked',
        advice: 'run the doctor again as the user of the service (sudo -u lineside)',
      }),
    ];
  }
}
