import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { type Clock, isAbort, messageOf, systemCode } from '@lineside/kit';
import { EngineError } from './errors.ts';
import { noteBuilder } from './left-over.ts';

const LOOK_MS = 500;
const LINES_KEPT = 8;
/** MiB of scratch memory that the builder may use for one layer. */
const WORKSPACE_MIB = 1024;
const NICENESS = 10;

export interface BuildOrder {
  readonly trtexec: string;
  readonly onnx: string;
  /** Where the engine goes; its folder exists. */
  readonly engine: string;
  /** Kept from build to build: it saves most of the time of the next one. */
  readonly timingCache: string;
  readonly precision: 'fp16' | 'fp32';
  readonly memoryBytes: number;
  readonly limitMs: number;
  readonly clock: Clock;
  /** Each line that the builder writes, without time and level. */
  readonly onLine: (line: string) => void;
}

/** The builder's command line (NVIDIA TensorRT 10, trtexec). */
export function trtexecArguments(order: Pick<BuildOrder, 'onnx' | 'engine' | 'timingCache' | 'precision'>): string[] {
  return [
    `--onnx=${order.onnx}`,
    `--saveEngine=${order.engine}`,
    `--timingCacheFile=${order.timingCache}`,
    `--memPoolSize=workspace:${WORKSPACE_MIB}`,
    '--skipInference',
    ...(order.precision === 'fp16' ? ['--fp16'] : []),
  ];
}

/**
 * Builds one engine: a child of low priority, watched for memory and time, ended with everything it started.
 *
 * @throws EngineError when there is no engine; the signal's reason when it aborts.
 */
export async function buildEngine(order: BuildOrder, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const lines: string[] = [];
  const child = spawn(order.trtexec, trtexecArguments(order), {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that nothing it started outlives it.
    detached: true,
  });
  const ended = endOf(child);
  const read = (line: string): void => {
    const text = line.replace(/^(?:\[[^\]]*\]\s*)*/, '').trim();
    if (text === '') return;
    if (/\[[EF]\]|&&&& FAILED/.test(line) || lines.length < LINES_KEPT) lines.push(text);
    if (lines.length > LINES_KEPT) lines.shift();
    order.onLine(text);
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read);
  lowerPriority(child.pid);
  if (child.pid !== undefined) {
    await noteBuilder(dirname(order.engine), child.pid).catch((error: unknown) => {
      killGroup(child);
      throw error;
    });
  }
  const over = new AbortController();
  void ended.then(() => over.abort());
  const stopped = await watch(order, child, AbortSignal.any([signal, over.signal]));
  killGroup(child);
  const { code, killedBy, fault } = await ended;
  signal.throwIfAborted();
  if (stopped !== undefined) throw stopped;
  const told = lines.length === 0 ? 'it said nothing' : lines.join(' | ');
  if (fault !== undefined) throw new EngineError('trtexec_missing', `trtexec cannot be run: ${fault}`);
  if (killedBy !== null) throw new EngineError('engine_build_killed', `trtexec was ended by ${killedBy}: ${told}`);
  if (code !== 0) throw new EngineError('engine_build_failed', `trtexec ended with ${code ?? 'nothing'}: ${told}`);
  const bytes = await stat(order.engine).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes === 0) throw new EngineError('engine_build_failed', `trtexec ended well and wrote no engine: ${told}`);
}

/** Why it has to be ended; undefined when it ended by itself or the caller gave up. */
async function watch(order: BuildOrder, child: ChildProcess, signal: AbortSignal): Promise<EngineError | undefined> {
  const { clock, limitMs, memoryBytes } = order;
  const startedMs = clock.monoMs();
  try {
    for (;;) {
      await clock.sleep(LOOK_MS, signal);
      if (clock.monoMs() - startedMs > limitMs) {
        const minutes = Math.round(limitMs / 6_000) / 10;
        return new EngineError('engine_build_timeout', `trtexec was not done after ${minutes} minutes`);
      }
      const used = await memoryOf(child.pid);
      if (used > memoryBytes) {
        const [took, most] = [used, memoryBytes].map((bytes) => Math.round(bytes / 1e6));
        return new EngineError('engine_build_memory', `trtexec took ${took} MB and may take ${most} MB`);
      }
    }
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) throw error;
    return undefined;
  }
}

/** Resident bytes of a process; 0 once it is gone. On a Jetson this holds what the GPU uses too. */
async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

interface BuildEnd {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly fault: string | undefined;
}

function endOf(child: ChildProcess): Promise<BuildEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, killedBy: null, fault: messageOf(error) }));
    child.once('close', (code, killedBy) => resolve({ code, killedBy, fault: undefined }));
  });
}

function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, NICENESS);
  } catch (error) {
    // It has ended already.
    if (systemCode(error) === undefined) throw error;
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}
