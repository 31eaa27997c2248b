import type { IncomingMessage } from 'node:http';

/** Nothing but the page's own files: no inline script or style, no other origin, no framing. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * True when the request names this machine in `Host`. A page of a stranger that has pointed its own name at this
 * address (DNS rebinding) names itself there and is refused. Over the unix socket any name will do.
 */
export function isHostAllowed(request: IncomingMessage, extraHosts: readonly string[]): boolean {
  const local = request.socket.localAddress;
  if (local === undefined) return true;
  const header = request.headers.host;
  const host = header === undefined ? undefined : hostName(header);
  if (host === undefined) return false;
  const address = local.replace(/^::ffff:/, '');
  const loopback = address === '::1' || address.startsWith('127.');
  return host === address || (loopback && host === 'localhost') || extraHosts.includes(host);
}

/** `[::1]:8970` -> `::1`, `Box-1:8970` -> `box-1`; undefined for what is no host. */
function hostName(header: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}
