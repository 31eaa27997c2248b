import { entryBeside, exitText, printable, SupervisedProcess } from '@lineside/kit';
import { OnvifError } from './errors.ts';
import { type FoundCamera, OnvifReport } from './found-camera.ts';
import type { OnvifTask } from './onvif-process.ts';

export interface DiscoverOptions {
  /** How long answers to the multicast are waited for. */
  readonly waitMs: number;
  /** Name of the network interface, such as eth0; that of the default route when left out. */
  readonly networkInterface?: string | undefined;
  /** Cameras to ask without a multicast, as HOST or HOST:PORT. */
  readonly addresses: readonly string[];
  /** Sent to each camera as a digest, never in clear. */
  readonly login?: { readonly username: string; readonly password: string } | undefined;
  readonly signal: AbortSignal;
}

export interface Discovery {
  readonly cameras: readonly FoundCamera[];
  /** Addresses that sent what is no answer. */
  readonly malformed: readonly string[];
}

/** Answers beyond this many are not taken: a device that sends them without end is no camera. */
const CAMERAS_MAX = 256;
/** Beside the waiting: for asking the cameras, all of them at once. */
const ASKING_MS = 30_000;
/** What a hostile answer may make the process use. */
const MEMORY_MB = 192;

/**
 * Looks for ONVIF cameras, and asks each what it is.
 *
 * @throws OnvifError when nothing could be sent.
 */
export async function discoverCameras(options: DiscoverOptions): Promise<Discovery> {
  const { waitMs, networkInterface, addresses, login, signal } = options;
  const entry = entryBeside(import.meta.url, 'onvif-process');
  const cameras = new Map<string, FoundCamera>();
  const malformed = new Set<string>();
  let failure: string | undefined;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(waitMs + ASKING_MS)]);
  await using child = new SupervisedProcess({
    command: process.execPath,
    args: [`--max-old-space-size=${MEMORY_MB}`, ...entry.execArgv, entry.path],
    ...{ stdout: 'ignore', stderr: 'ignore', ipc: true, signal: deadline },
    onMessage: (message) => {
      const report = OnvifReport.safeParse(message).data;
      if (report === undefined) return;
      if (report.type === 'failed') failure = printable(report.message, 300);
      if (report.type === 'malformed') malformed.add(report.address);
      if (report.type !== 'camera' || cameras.size >= CAMERAS_MAX) return;
      cameras.set(`${report.camera.address}:${report.camera.port}`, report.camera);
    },
  });
  const task: OnvifTask = { waitMs, networkInterface, addresses, login };
  child.send(task);
  const exit = await child.exited;
  signal.throwIfAborted();
  if (cameras.size === 0 && failure !== undefined) throw new OnvifError('discovery_failed', failure);
  if (cameras.size === 0 && malformed.size === 0 && exit.code !== 0 && !deadline.aborted) {
    throw new OnvifError('discovery_failed', `the process that looks for cameras ended early (${exitText(exit)})`);
  }
  const found = [...cameras.values()].toSorted((a, b) => a.address.localeCompare(b.address) || a.port - b.port);
  return { cameras: found, malformed: [...malformed].toSorted() };
}
