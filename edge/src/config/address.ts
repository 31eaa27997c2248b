const CAMERA_SCHEMES = ['rtsp', 'rtsps', 'http', 'https', 'file', 'lavfi'];
const BROKER_SCHEMES = ['mqtt', 'mqtts', 'tcp', 'ssl', 'ws', 'wss'];

/** Why `text` is not where a camera's pictures can come from, or undefined. A path is fine: FFmpeg reads files. */
export function cameraUrlProblem(text: string): string | undefined {
  if (/^\.{0,2}\//.test(text)) return undefined;
  return urlProblem(text, CAMERA_SCHEMES);
}

/** Why `text` is not a broker's address, or undefined. */
export function brokerProblem(text: string): string | undefined {
  return urlProblem(text, BROKER_SCHEMES);
}

function urlProblem(text: string, schemes: readonly string[]): string | undefined {
  // A reference alone is the whole URL, which shows only when it is resolved.
  if (/^\$\{[^}]*\}$/.test(text)) return undefined;
  const plain = withoutReferences(text);
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(plain)?.[1]?.toLowerCase();
  if (scheme === undefined || !URL.canParse(plain)) return 'is not a URL';
  if (!schemes.includes(scheme)) return `has the scheme ${scheme}:, known are ${schemes.join(', ')}`;
  if (scheme !== 'file' && scheme !== 'lavfi' && new URL(plain).hostname === '') return 'names no host';
  return undefined;
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Host and port of `127.0.0.1:8970` or `[::1]:8970`, or undefined where it is none. */
export function parseListen(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-f:]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** The address as it is written: `127.0.0.1:8970`, `[::1]:8970`. */
export function formatListen({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Why the status page may not listen there, or undefined. It has no log-in yet, so it stays on this machine. */
export function listenProblem(text: string): string | undefined {
  const address = parseListen(text);
  if (address === undefined) return 'is not HOST:PORT';
  const { host } = address;
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return undefined;
  return `${host} can be reached from other machines, which the status page does not allow yet`;
}
import { withoutReferences } from '@lineside/kit';
