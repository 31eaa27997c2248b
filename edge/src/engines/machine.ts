import { access, constants, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProgramError, runProgram } from '@lineside/kit';

const ASK_MS = 20_000;

/** What an engine depends on beside its model. */
export interface MachineFacts {
  /** Release of Jetson Linux, such as `36.4.3`; absent on any other machine. */
  readonly l4t?: string;
  /** The module or the card, such as `NVIDIA Jetson Orin NX`; `unknown` where it cannot be read. */
  readonly gpu: string;
  /** Version of TensorRT, such as `10.3.0`; absent where it is not installed. */
  readonly tensorrt?: string;
  /** Path of the program that builds engines. */
  readonly trtexec?: string;
}

export interface MachineSources {
  /** The process's PATH. */
  readonly path: string | undefined;
  /** Folder that stands for `/`; a test has its own. */
  readonly root?: string;
  readonly signal?: AbortSignal;
}

/** Reads what this machine is; whatever cannot be read is left out. */
export async function readMachine({ path = '', root = '/', signal }: MachineSources): Promise<MachineFacts> {
  const folders = [...path.split(':').filter((folder) => folder !== ''), join(root, 'usr/src/tensorrt/bin')];
  const trtexec = await firstRunnable(folders.map((folder) => join(folder, 'trtexec')));
  const l4t = releaseOf(await textOf(join(root, 'etc/nv_tegra_release')));
  const tensorrt =
    (trtexec === undefined ? undefined : await askVersion(trtexec, signal)) ?? (await installedVersion(root));
  return {
    gpu: await gpuOf(root, path, signal),
    ...(l4t === undefined ? {} : { l4t }),
    ...(tensorrt === undefined ? {} : { tensorrt }),
    ...(trtexec === undefined ? {} : { trtexec }),
  };
}

/** `# R36 (release), REVISION: 4.3, ...` as `36.4.3`. */
export function releaseOf(text: string): string | undefined {
  const found = /^# R(\d+) \(release\), REVISION: ([\d.]+)/m.exec(text);
  return found === null ? undefined : `${found[1]}.${found[2]}`;
}

/** `[TensorRT v100300]` as `10.3.0`; before version 10 two digits each as well, `v8602` as `8.6.2`. */
export function versionOf(text: string): string | undefined {
  const digits = /\[TensorRT v(\d{4,6})\]/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  return digits.length === 4
    ? `${Math.floor(number / 1000)}.${Math.floor(number / 100) % 10}.${number % 100}`
    : `${Math.floor(number / 10_000)}.${Math.floor(number / 100) % 100}.${number % 100}`;
}

/** It names its version in the first line of anything it does. */
async function askVersion(trtexec: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const options = { timeoutMs: ASK_MS, ...(signal && { signal }) };
  return runProgram(trtexec, ['--help'], options).then(
    ({ stdout, stderr }) => versionOf(stdout + stderr),
    (error: unknown) => {
      if (signal?.aborted === true) throw error;
      return error instanceof ProgramError ? versionOf(error.output.stdout) : undefined;
    },
  );
}

async function installedVersion(root: string): Promise<string | undefined> {
  for (const folder of ['usr/lib/aarch64-linux-gnu', 'usr/lib/x86_64-linux-gnu']) {
    const names = await readdir(join(root, folder)).catch(() => []);
    const found = names.flatMap((name) => /^libnvinfer\.so\.(\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? []);
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

async function gpuOf(root: string, path: string, signal: AbortSignal | undefined): Promise<string> {
  // The device tree's texts end in a zero byte.
  const module = (await textOf(join(root, 'proc/device-tree/model'))).replaceAll('\0', '').trim();
  if (/nvidia|jetson/i.test(module)) return module;
  const nvidiaSmi = await firstRunnable(path.split(':').map((folder) => join(folder, 'nvidia-smi')));
  if (nvidiaSmi === undefined) return 'unknown';
  const options = { timeoutMs: ASK_MS, ...(signal && { signal }) };
  const query = ['--query-gpu=name,compute_cap', '--format=csv,noheader'];
  return runProgram(nvidiaSmi, query, options).then(
    ({ stdout }) => stdout.split('\n')[0]?.trim() || 'unknown',
    () => 'unknown',
  );
}

async function firstRunnable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const runnable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runnable) return path;
  }
  return undefined;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
