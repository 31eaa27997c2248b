import { messageOf, redactUrls } from '@lineside/kit';
import { problem, type UplinkCode, type UplinkProblem } from '../ports/index.ts';

// MQTT 5, 2.4 Reason Code.
const BAD_CREDENTIALS = 0x86;
const NOT_AUTHORISED = 0x87;
const BANNED = 0x8a;
const SESSION_TAKEN_OVER = 0x8e;

/** What a reason code in CONNACK means. Mosquitto answers 0x87 to a wrong password, too. */
function connackProblem(reason: number): UplinkProblem {
  if ([BAD_CREDENTIALS, NOT_AUTHORISED, BANNED].includes(reason)) {
    return problem('credentials_refused', `the broker refuses the user name or password (${hex(reason)})`);
  }
  return problem('broker_rejected', `the broker refuses the connection (${hex(reason)})`);
}

/** What a reason code in the broker's DISCONNECT means. */
export function disconnectProblem(reason: number): UplinkProblem {
  if (reason === SESSION_TAKEN_OVER) {
    return problem('identity_conflict', 'another client connected with the identity of this device');
  }
  if (reason === NOT_AUTHORISED) return problem('not_authorised', `the broker ended the session (${hex(reason)})`);
  return problem('broker_lost', `the broker ended the session (${hex(reason)})`);
}

/**
 * Codes of Node and OpenSSL, tried in order. An ALERT in the code was sent by the broker; every other one comes from the
 * check on this side.
 */
const SOCKET_CODES: readonly (readonly [RegExp, UplinkCode])[] = [
  [/^ECONNREFUSED$/, 'broker_refused'],
  [/^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/, 'broker_unreachable'],
  [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, 'broker_tls_expired'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, 'broker_tls_wrong_host'],
  [/ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/, 'broker_tls_certificate_refused'],
  [/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/, 'broker_tls_untrusted'],
  [/TLS|SSL|^EPROTO$/, 'broker_tls_handshake'],
];

/** What the error of a client means: a reason code in CONNACK, or a code of the socket. */
export function socketProblem(error: unknown, url: string): UplinkProblem {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return connackProblem(code);
  const text = `${redactUrls(url)}: ${messageOf(error)}`;
  const known = typeof code === 'string' ? SOCKET_CODES.find(([pattern]) => pattern.test(code)) : undefined;
  if (known !== undefined) return problem(known[1], text);
  if (/connack timeout/i.test(text)) return problem('broker_silent', text);
  return problem('broker_lost', text);
}

function hex(reason: number): string {
  return `0x${reason.toString(16).padStart(2, '0')}`;
}
