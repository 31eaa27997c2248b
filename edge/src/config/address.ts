import { encodeUserPart, withoutReferences } from '@lineside/kit';
import { alertUrlProblem } from '../alerts/senders/index.ts';
import { cameraUrlProblem } from '../camera/sources/index.ts';
import { feedUrlProblem, isFeedReachable } from '../plant/feeds/index.ts';
import { exchangeUrlProblem } from '../mes/index.ts';
import { plantUrlProblem } from '../plant/index.ts';
import { isOpcuaAddress, parseServerAddress } from '../plant/opcua-server/index.ts';
import { connectionProblem, pointProtocolOf } from '../plant/points/index.ts';
import { signalUrlProblem } from '../signals/index.ts';

const BROKER_SCHEMES = ['mqtt', 'mqtts', 'tcp', 'ssl', 'ws', 'wss'];

/** Why no frames can come from `text`, or undefined. A path is fine: FFmpeg reads files. */
export function cameraProblem(text: string): string | undefined {
  return withReferences(text, cameraUrlProblem);
}

/** Why nothing can be signalled to `text`, or undefined. */
export function plantProblem(text: string): string | undefined {
  return withReferences(text, plantUrlProblem);
}

/** Why there can be no feed at `text`, or undefined. */
export function feedProblem(text: string): string | undefined {
  return withReferences(text, feedUrlProblem);
}

/** Whether other machines can reach a feed; one whose address is known only later says so itself. */
export function feedNeedsKeys(text: string): boolean {
  return !text.includes('${') && isFeedReachable(text);
}

/** Why no plan can come from `text`, nor actuals go there; or undefined. */
export function exchangeProblem(text: string): string | undefined {
  return withReferences(text, exchangeUrlProblem);
}

/** Why no output can be driven at `text`, or undefined. */
export function outputProblem(text: string): string | undefined {
  return withReferences(text, (url) => connectionProblem(url) ?? pointProtocolOf(url)?.notForOutputs);
}

/** Why nothing can be served at `text`, or undefined. */
export function serverProblem(text: string): string | undefined {
  if (isOpcuaAddress(text)) {
    const address = parseServerAddress(text);
    return typeof address === 'string' ? address : undefined;
  }
  const problem = connectionProblem(text);
  if (problem !== undefined) return problem;
  return pointProtocolOf(text)?.serve === undefined ? 'is of a protocol that serves nothing' : undefined;
}

/** Whether clients of a server at `url` are known by their certificates, so that a list of addresses says nothing. */
export function knowsClients(url: string): boolean {
  return isOpcuaAddress(url);
}

/** Whether only this machine can reach the address of a URL. */
export function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Why no signal can come from `text`, or undefined. */
export function signalProblem(text: string): string | undefined {
  return withReferences(text, signalUrlProblem);
}

/** Why no alert can go to `text`, or undefined. */
export function alertProblem(text: string): string | undefined {
  return withReferences(text, alertUrlProblem);
}

/** Why `text` is not a broker's address, or undefined. */
export function brokerProblem(text: string): string | undefined {
  return withReferences(text, (url) => {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
    if (scheme === undefined || !URL.canParse(url)) return 'is not a URL';
    if (!BROKER_SCHEMES.includes(scheme)) return `has the scheme ${scheme}:, known are ${BROKER_SCHEMES.join(', ')}`;
    return new URL(url).hostname === '' ? 'names no host' : undefined;
  });
}

/** A reference alone is the whole URL, which is known only when it is resolved. */
function withReferences(text: string, problem: (url: string) => string | undefined): string | undefined {
  return /^\$\{[^}]*\}$/.test(text) ? undefined : problem(encodeUserPart(withoutReferences(text)));
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

/** Why the status page may not listen there, or undefined. What it serves there has no log-in, so it stays on this machine. */
export function listenProblem(text: string): string | undefined {
  const address = parseListen(text);
  if (address === undefined) return 'is not HOST:PORT';
  const { host } = address;
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return undefined;
  return `${host} can be reached from other machines: lineside access enable serves the page to them, with a log-in`;
}
