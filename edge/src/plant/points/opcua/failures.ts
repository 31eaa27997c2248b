import { messageOf, systemCode } from '@lineside/kit';
import { PointError, type PointErrorCode } from '../errors.ts';
import type { OpcuaTarget } from './opcua-address.ts';

/** Status codes of OPC UA (OPC 10000-4, 7.38) for which there is something to say. */
const KNOWN: Readonly<Record<string, readonly [PointErrorCode, string]>> = {
  BadCertificateUntrusted: [
    'point_certificate',
    'its certificate is not trusted here yet; lineside plant trust shows it, and accepts it when a person has compared it',
  ],
  BadCertificateTimeInvalid: ['point_certificate', 'its certificate has expired, or is not valid yet'],
  BadCertificateIssuerTimeInvalid: ['point_certificate', 'the certificate of its issuer has expired'],
  BadCertificateChainIncomplete: ['point_certificate', 'the certificates of its issuers are missing here'],
  BadCertificateRevoked: ['point_certificate', 'its certificate was revoked'],
  BadSecurityChecksFailed: [
    'point_certificate',
    "it refuses this device's certificate: have it trusted there, lineside plant trust says where the file is",
  ],
  BadIdentityTokenRejected: ['point_access', 'it does not know the user, or the password is wrong'],
  BadIdentityTokenInvalid: ['point_access', 'it does not take this way to log in'],
  BadUserAccessDenied: ['point_access', 'the user may not do this'],
  BadSecurityPolicyRejected: [
    'point_refused',
    'it does not offer this security; try security=aes256, or ask its owner',
  ],
  BadSecurityModeRejected: ['point_refused', 'it does not offer this mode; try mode=sign'],
  BadTooManySessions: ['point_refused', 'it has as many sessions as it allows'],
};

/** Why there is no connection to a server, in words. `why` is what the library threw. */
export function connectionFailure(
  { endpoint, security }: Pick<OpcuaTarget, 'endpoint' | 'security'>,
  why: unknown,
): PointError {
  if (why instanceof PointError) return why;
  const message = messageOf(why);
  const name = /\bBad[A-Z]\w+/.exec(message)?.[0];
  const known = name === undefined ? undefined : KNOWN[name];
  if (known !== undefined) return new PointError(known[0], `no connection to ${endpoint}: ${known[1]} (${name})`, why);
  if (/user ?token ?policy/i.test(message)) {
    return new PointError(
      'point_access',
      `${endpoint} does not take this way to log in: give a user, or a certificate`,
      why,
    );
  }
  if (/cannot find endpoint|No Matching Endpoint/i.test(message)) {
    const text = `${endpoint} does not offer security=${security}: ask its owner what it offers`;
    return new PointError('point_refused', text, why);
  }
  // The library loses the cause where it asks for the certificate of the server first.
  const isUnreachable = /premature disconnection/.test(message);
  const text = isUnreachable
    ? 'it cannot be reached'
    : (systemCode(why) ?? /\b[Ee]rr ?= ?\(?([^)]*)\)/.exec(message)?.[1]?.trim() ?? firstLine(message));
  return new PointError(
    /timed? ?out|ETIMEDOUT/i.test(message) ? 'point_silent' : 'point_lost',
    `no connection to ${endpoint}: ${text}`,
    why,
  );
}

/** Why a point could not be written, by the name of its status. */
export function writeRefusal(point: string, name: string): PointError {
  const known = KNOWN[name];
  const hint = name === 'BadNodeIdUnknown' ? ': it has no such node' : known === undefined ? '' : `: ${known[1]}`;
  return new PointError(known?.[0] ?? 'point_refused', `the server refuses to write ${point}${hint} (${name})`);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.trim().slice(0, 200) ?? '';
}
