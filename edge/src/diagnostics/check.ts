import { type Clock, FairDeadline, isMachineBusy, loadText } from '@lineside/kit';
import type { CheckFinding } from './finding.ts';
import { type CheckName, COMMON_FINDINGS } from './table/index.ts';

export interface CheckResult extends CheckFinding {
  readonly tookMs: number;
}

/**
 * One check. `run` must end by itself when the signal aborts; `runCheck` enforces the deadline, in which time does not
 * count that the doctor and its programs wait for a CPU.
 */
export interface Check {
  readonly name: CheckName;
  readonly subject?: string;
  readonly deadlineMs: number;
  run(signal: AbortSignal): Promise<readonly CheckFinding[]>;
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
  return findings.map((finding) => ({ ...finding, tookMs }));
}

/** What did not answer: it is busy, unreachable or hangs, or the machine was too busy for anybody to know. */
function lateFinding(check: Check, starved: boolean): CheckFinding {
  if (starved) {
    return common(check, '_slow', `busy: the machine is busy (${loadText()}), and the check was given up`);
  }
  const busy = isMachineBusy() ? `; the machine is busy (${loadText()})` : '';
  return common(check, '_timed_out', `busy: no answer within ${check.deadlineMs / 1000} s${busy}`);
}

function common({ name, subject }: Check, suffix: string, message: string): CheckFinding {
  const text = COMMON_FINDINGS.find((candidate) => candidate.suffix === suffix);
  const { verdict = 'failure', meaning = '', advice = '' } = text ?? {};
  const place = subject === undefined ? {} : { subject };
  return { code: `${name}${suffix}`, check: name, verdict, ...place, message, meaning, advice };
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
    return [common(check, '_failed', error instanceof Error ? error.message : String(error))];
  }
}
