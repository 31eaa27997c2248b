import { readFile, stat } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import {
  type Clock,
  exitText,
  isAbort,
  messageOf,
  OwnTime,
  readLifeSigns,
  SupervisedProcess,
  systemCode,
} from '@lineside/kit';
import { EngineError } from './errors.ts';
import { noteBuilder } from './orphaned-builds.ts';

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
  /** Without the time in which it waits for a CPU. */
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
  const onLine = (line: string): void => {
    const text = line.replace(/^(?:\[[^\]]*\]\s*)*/, '').trim();
    if (text === '') return;
    if (/\[[EF]\]|&&&& FAILED/.test(line) || lines.length < LINES_KEPT) lines.push(text);
    if (lines.length > LINES_KEPT) lines.shift();
    order.onLine(text);
  };
  const child = new SupervisedProcess({
    command: order.trtexec,
    args: trtexecArguments(order),
    ...{ stdout: 'pipe', onStdoutLine: onLine, onStderrLine: onLine },
  });
  const { pid } = child;
  if (pid !== undefined) {
    lowerPriority(pid);
    await noteBuilder(dirname(order.engine), pid).catch(async (error: unknown) => {
      await child.kill();
      throw error;
    });
  }
  const over = new AbortController();
  const ended = child.exited.finally(() => over.abort());
  ended.catch(() => undefined);
  const stopped = await watch(order, pid, AbortSignal.any([signal, over.signal]));
  await child.kill();
  signal.throwIfAborted();
  if (stopped !== undefined) throw stopped;
  const exit = await ended.catch((error: unknown) => {
    throw new EngineError('trtexec_missing', `trtexec cannot be run: ${messageOf(error)}`);
  });
  const output = lines.length === 0 ? 'it wrote nothing' : lines.join(' | ');
  if (exit.signal !== null) throw new EngineError('engine_build_killed', `trtexec was ${exitText(exit)}: ${output}`);
  if (exit.code !== 0) throw new EngineError('engine_build_failed', `trtexec ended with ${exitText(exit)}: ${output}`);
  const bytes = await stat(order.engine).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes === 0) throw new EngineError('engine_build_failed', `trtexec ended well and wrote no engine: ${output}`);
}

/** Why it has to be ended; undefined when it ended by itself or the caller gave up. */
async function watch(
  order: BuildOrder,
  pid: number | undefined,
  signal: AbortSignal,
): Promise<EngineError | undefined> {
  const { clock, limitMs, memoryBytes } = order;
  // It has a lower priority than everything else: time in which it waits for a CPU is not its own.
  const time = new OwnTime(2 * LOOK_MS);
  try {
    for (;;) {
      const nowMs = clock.monoMs();
      time.step(pid === undefined ? undefined : readLifeSigns({ pid, descendants: true }, nowMs), nowMs);
      await clock.sleep(LOOK_MS, signal);
      if (time.ownMs > limitMs) {
        const minutes = Math.round(limitMs / 6_000) / 10;
        return new EngineError('engine_build_timeout', `trtexec was not done after ${minutes} minutes`);
      }
      const used = await memoryOf(pid);
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

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch (error) {
    // It has ended already.
    if (systemCode(error) === undefined) throw error;
  }
}
