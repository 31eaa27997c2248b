/** What the system reports about one thread, or about all threads of a process, at one instant. */
export interface LifeSigns {
  /** Monotonic ms of the reading. */
  readonly atMs: number;
  /** `stopped`: by SIGSTOP or a debugger. `disk`: waits for a disk and cannot be interrupted. */
  readonly state: 'runnable' | 'sleeping' | 'disk' | 'stopped' | 'ended';
  readonly threads: ReadonlyMap<number, ThreadTimes>;
}

export interface ThreadTimes {
  /** CPU time used since the thread started, ms. */
  readonly ranMs: number;
  /**
   * Time in which it could have run and no CPU was free for it, ms; undefined where the kernel does not count it. Linux
   * adds a wait to it when the wait ends: it stands still while the thread has not been given a CPU.
   */
  readonly waitedMs: number | undefined;
  /** It runs or waits for a CPU at this instant; left out where that is not known. */
  readonly runnable?: boolean;
}

/** What became of the time between two readings. */
export interface TimeSpent {
  readonly passedMs: number;
  /** CPU time of all threads together. */
  readonly ranMs: number;
  /** The longest time that one thread waited for a CPU; at most `passedMs`. */
  readonly waitedMs: number;
  /**
   * The process's own time: what passed without the time in which it waited for a CPU. A deadline that counts it treats
   * a busy device fairly, and a process that stands still without waiting for a CPU gets none of it excused.
   */
  readonly ownMs: number;
  /** It was stopped at the second reading, or has ended. */
  readonly stopped: boolean;
  readonly disk: boolean;
}

/** Below this rate of CPU time, in CPU per time, a runnable thread is taken to wait for a CPU. */
const RUNNING_RATE = 0.75;

/** Time that passed without a reading: all of it counts as own time, as on a system that reports nothing. */
export function unreadTime(passedMs: number): TimeSpent {
  return { passedMs, ranMs: 0, waitedMs: 0, ownMs: passedMs, stopped: false, disk: false };
}

/** What a process did between two readings of it. Without one of them everything counts as own time. */
export function timeSpent(before: LifeSigns | undefined, after: LifeSigns | undefined, passedMs: number): TimeSpent {
  if (before === undefined || after === undefined) return unreadTime(passedMs);
  const readMs = Math.max(0, after.atMs - before.atMs);
  let ranMs = 0;
  let waitedMs = 0;
  for (const [id, now] of after.threads) {
    const then = before.threads.get(id) ?? { ranMs: 0, waitedMs: 0 };
    const ran = Math.max(0, now.ranMs - then.ranMs);
    ranMs += ran;
    const counted = (now.waitedMs ?? 0) - (then.waitedMs ?? now.waitedMs ?? 0);
    const guessed = then.runnable === true && now.runnable === true ? guessedWait(ran, readMs) : 0;
    waitedMs = Math.max(waitedMs, counted, guessed);
  }
  waitedMs = Math.min(Math.max(0, waitedMs), passedMs);
  return {
    passedMs,
    ranMs,
    waitedMs,
    ownMs: passedMs - waitedMs,
    stopped: after.state === 'stopped' || after.state === 'ended',
    disk: before.state === 'disk' && after.state === 'disk',
  };
}

/** A thread that was runnable at both readings and got little CPU waited for it, whether or not that was counted yet. */
function guessedWait(ranMs: number, readMs: number): number {
  return ranMs < RUNNING_RATE * readMs ? readMs - ranMs : 0;
}
