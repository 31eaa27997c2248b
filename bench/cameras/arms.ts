import { fileURLToPath } from 'node:url';
import { messageOf, SupervisedProcess } from '@lineside/kit';
import { BenchChild } from '../child.ts';
import type { Delivered, ReadFacts } from './reader-process.ts';

/** Debian's own: python3-opencv belongs to it. */
const PYTHON = '/usr/bin/python3';
const READY_MS = 120_000;
const ANSWER_MS = 30_000;

export interface ArmFacts extends Omit<ReadFacts, 'reader'> {
  readonly sourceFps: number;
}

/** One way to get frames of all streams, running. */
export interface Arm extends AsyncDisposable {
  /** All of its processes. */
  readonly pids: readonly number[];
  begin(): Promise<void>;
  /** What came since `begin`; undefined where nothing is delivered. */
  end(): Promise<readonly Delivered[] | undefined>;
}

export type ArmName = 'bound' | 'ours' | 'opencv' | 'gstreamer';

/** Starts an arm; resolves once every stream has delivered. */
export async function startArm(name: ArmName, facts: ArmFacts): Promise<Arm> {
  if (name === 'bound') return decodeOnly(facts.urls);
  return name === 'opencv' ? opencv(facts) : reader(name, facts);
}

/** `ffmpeg -f null`: the same decoder on one thread, and nothing behind it. */
function decodeOnly(urls: readonly string[]): Arm {
  const children = urls.map((url) => {
    const input = ['-threads', '1', '-rtsp_transport', 'tcp', '-allowed_media_types', 'video', '-fpsprobesize', '0'];
    const quick = ['-probesize', '500000', '-analyzeduration', '500000', '-i', url];
    return new SupervisedProcess({
      command: 'ffmpeg',
      args: ['-nostdin', '-loglevel', 'error', ...input, ...quick, '-f', 'null', '-'],
      ...{ group: 'parent', stderr: 'stderr' },
    });
  });
  return {
    pids: children.flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    begin: () => Promise.resolve(),
    end: () => Promise.resolve(undefined),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(children.map((child) => child.kill()));
    },
  };
}

async function reader(name: 'ours' | 'gstreamer', facts: ArmFacts): Promise<Arm> {
  const child = new BenchChild('cameras/reader-process.ts');
  try {
    await child.ask('start', { ...facts, reader: name } satisfies ReadFacts, READY_MS);
    const children = await child.ask<readonly number[]>('children', {}, ANSWER_MS);
    return {
      pids: [child.pid, ...children],
      begin: async () => {
        await child.ask('begin', {}, ANSWER_MS);
      },
      end: () => child.ask<readonly Delivered[]>('end', {}, ANSWER_MS),
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}

async function opencv({ urls, fps, sourceFps, side, frameHeight }: ArmFacts): Promise<Arm> {
  const script = fileURLToPath(new URL('opencv_peer.py', import.meta.url));
  let onLine: ((line: string) => void) | undefined;
  const child = new SupervisedProcess({
    command: PYTHON,
    args: [script, ...[fps, sourceFps, side, frameHeight].map(String), ...urls],
    ...{ stdin: 'pipe', stdout: 'pipe', onStdoutLine: (line: string) => onLine?.(line), group: 'parent' },
  });
  const line = async (): Promise<string> => {
    const next = new Promise<string>((resolve) => (onLine = resolve));
    const ended = child.exited.then(
      () => undefined,
      (error: unknown) => messageOf(error),
    );
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, READY_MS, undefined).unref());
    const answer = await Promise.race([next, ended, late]);
    if (answer !== undefined && (answer === 'ready' || answer.startsWith('{'))) return answer;
    throw new Error(`OpenCV: ${child.stderr.trim().split('\n').at(-1) ?? answer ?? 'no answer'}`);
  };
  try {
    await line();
  } catch (error) {
    await child.kill();
    throw error;
  }
  return {
    pids: child.pid === undefined ? [] : [child.pid],
    begin: async () => void child.stdin?.write('begin\n'),
    end: async () => {
      const answer = line();
      child.stdin?.write('end\n');
      // Written by the script beside this file.
      const { delivered } = JSON.parse(await answer) as { delivered: [number, number, number][] };
      return delivered.map(([stream, number, atMs]) => ({ stream, number, atMs }));
    },
    [Symbol.asyncDispose]: async () => {
      await child.kill();
    },
  };
}
