import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { systemCode } from '../error.ts';
import type { LifeSigns, ThreadTimes } from './life-signs.ts';

/** Linux counts utime and stime in hundredths of a second on every machine that Node runs on (USER_HZ). */
const TICK_MS = 10;
/** Deeper than any program here starts others; a guard against a listing that changes while it is read. */
const DEPTH_MAX = 4;

/** Of the thread that this module was loaded in; 0 where that is not known. */
let ownThread: number | undefined;

export interface WhatToRead {
  /** Id of the process. */
  readonly pid: number;
  /** One thread of it alone; the main thread has the id of the process. All threads when left out. */
  readonly thread?: number;
  /** What it has started too, and what that has started. */
  readonly descendants?: boolean;
}

/**
 * Reads what Linux reports in /proc about a process (proc_pid_stat(5), Documentation/scheduler/sched-stats.rst).
 * Undefined where the process has ended and been collected, and on systems without /proc.
 */
export function readLifeSigns({ pid, thread, descendants = false }: WhatToRead, nowMs: number): LifeSigns | undefined {
  const state = stateOf(thread === undefined ? `/proc/${pid}/stat` : `/proc/${pid}/task/${thread}/stat`);
  if (state === undefined) return undefined;
  const threads = new Map<number, ThreadTimes>();
  if (thread !== undefined) addThread(threads, pid, thread);
  else addProcess(threads, pid, descendants ? DEPTH_MAX : 0);
  return { atMs: nowMs, state, threads };
}

/** Id of the calling thread as `readLifeSigns` takes it; undefined on systems without /proc. */
export function currentThread(): number | undefined {
  const link = quietly(() => readlinkSync('/proc/thread-self'));
  return link === undefined ? undefined : Number(link.slice(link.lastIndexOf('/') + 1));
}

function addProcess(threads: Map<number, ThreadTimes>, pid: number, depth: number): void {
  for (const name of quietly(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
    addThread(threads, pid, Number(name));
    if (depth === 0) continue;
    const children = read(`/proc/${pid}/task/${name}/children`) ?? '';
    for (const child of children.split(' ').filter(Boolean)) addProcess(threads, Number(child), depth - 1);
  }
}

function addThread(threads: Map<number, ThreadTimes>, pid: number, thread: number): void {
  const folder = `/proc/${pid}/task/${thread}`;
  const fields = fieldsOf(`${folder}/stat`);
  if (fields === undefined) return;
  // Whoever reads runs, which says nothing about the time before.
  const runnable = thread === (ownThread ??= currentThread() ?? 0) ? {} : { runnable: fields[0] === 'R' };
  const [ranNs = 0, waitedNs] = read(`${folder}/schedstat`)?.trim().split(' ').map(Number) ?? [];
  if (waitedNs !== undefined && ranNs > 0) {
    threads.set(thread, { ranMs: ranNs / 1e6, waitedMs: waitedNs / 1e6, ...runnable });
    return;
  }
  threads.set(thread, { ranMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS, waitedMs: undefined, ...runnable });
}

function stateOf(path: string): LifeSigns['state'] | undefined {
  switch (fieldsOf(path)?.[0]) {
    case undefined:
      return undefined;
    case 'R':
      return 'runnable';
    case 'T':
    case 't':
      return 'stopped';
    case 'Z':
    case 'X':
      return 'ended';
    case 'D':
      return 'disk';
    default:
      return 'sleeping';
  }
}

/** The fields from the third on: the second is the program's name in brackets, which may contain anything. */
function fieldsOf(path: string): readonly string[] | undefined {
  const text = read(path);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function read(path: string): string | undefined {
  return quietly(() => readFileSync(path, 'utf8'));
}

/** Undefined where the file is not there: the process or thread has ended, or the system has no /proc. */
function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
