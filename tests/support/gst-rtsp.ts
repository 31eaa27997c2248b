import { fileURLToPath } from 'node:url';
import { runProcess, startProcess, type TestProcess } from './processes.ts';

/** Debian's Python: another one on the PATH would not see the GObject bindings. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('gst-rtsp.py', import.meta.url));
const PROBE = `
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
missing = [name for name in ("appsrc", "qtdemux", "h264parse", "rtph264pay") if Gst.ElementFactory.find(name) is None]
if missing: raise SystemExit("no GStreamer element " + ", ".join(missing))
`;

/** Why gst-rtsp-server cannot be used on this machine, or undefined when it can: a reason to skip a test. */
export async function gstRtspMissing(): Promise<string | undefined> {
  const probed = await runProcess(PYTHON, ['-W', 'ignore', '-c', PROBE]).catch((error: unknown) => {
    return { code: 1, stderr: String(error) };
  });
  if (probed.code === 0) return undefined;
  return `gst-rtsp-server is not usable (${probed.stderr.trim().split('\n').at(-1) ?? ''}); scripts/test installs it`;
}

export interface GstRtspOptions {
  /** Path to H.264 file. */
  readonly mounts: Readonly<Record<string, string>>;
  readonly user?: { readonly name: string; readonly password: string };
}

/** A camera that is not ours: gst-rtsp-server, looping each file on one time line that its first client begins. */
export class GstRtsp implements AsyncDisposable {
  readonly process: TestProcess;
  readonly port: number;

  constructor(process: TestProcess, port: number) {
    this.process = process;
    this.port = port;
  }

  url(mount: string, credentials = ''): string {
    return `rtsp://${credentials === '' ? '' : `${credentials}@`}127.0.0.1:${this.port}/${mount}`;
  }

  /** Wall ms at which the file at `mount` began; waits for its first client. */
  async began(mount: string): Promise<number> {
    const [, atMs] = await this.process.waitForLine(new RegExp(`^\\{"began": "${mount}", "atMs": (\\d+)\\}$`));
    return Number(atMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process[Symbol.asyncDispose]();
  }
}

export async function startGstRtsp({ mounts, user }: GstRtspOptions): Promise<GstRtsp> {
  const paths = Object.entries(mounts).map(([path, file]) => `${path}=${file}`);
  const auth = user === undefined ? [] : ['--user', `${user.name}:${user.password}`];
  const child = await startProcess(PYTHON, ['-W', 'ignore', SCRIPT, ...auth, ...paths]);
  try {
    const [, port] = await child.waitForLine(/^\{"port": (\d+)\}/);
    return new GstRtsp(child, Number(port));
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}
