import { messageOf, redactUrls } from '@lineside/kit';
import { problem, type UplinkCode, type UplinkProblem } from '../ports/index.ts';
import { noQos1, noRetain } from './broker-limits.ts';
import { reasonText } from './reason-words.ts';

// MQTT 5, 2.4 Reason Code.
const BAD_CREDENTIALS = 0x86;
const NOT_AUTHORISED = 0x87;
const BANNED = 0x8a;
const SESSION_TAKEN_OVER = 0x8e;
const PACKET_TOO_LARGE = 0x95;
const RETAIN_NOT_SUPPORTED = 0x9a;
const QOS_NOT_SUPPORTED = 0x9b;
const UNSUPPORTED_VERSION = 0x84;
/** The same in MQTT 3.1.1 (3.2.2.3), in which an older broker answers. */
const UNACCEPTABLE_VERSION = 0x01;

/** What a reason code in CONNACK means. Mosquitto answers 0x87 to a wrong password, too. */
function connackProblem(reason: number): UplinkProblem {
  if ([BAD_CREDENTIALS, NOT_AUTHORISED, BANNED].includes(reason)) {
    return problem('credentials_refused', `the broker refuses the user name or password (${reasonText(reason)})`);
  }
  if (reason === UNSUPPORTED_VERSION || reason === UNACCEPTABLE_VERSION) {
    return problem('broker_protocol', `the broker does not speak MQTT 5 (${reasonText(reason)})`);
  }
  return (
    featureProblem(reason) ?? problem('broker_rejected', `the broker refuses the connection (${reasonText(reason)})`)
  );
}

/** Something that the product needs and the broker does not have, as a reason code says it. */
function featureProblem(reason: number): UplinkProblem | undefined {
  switch (reason) {
    case RETAIN_NOT_SUPPORTED:
      return noRetain(` (${reasonText(reason)})`);
    case QOS_NOT_SUPPORTED:
      return noQos1(` (${reasonText(reason)})`);
    case PACKET_TOO_LARGE:
      return problem('broker_packet_limit', `a packet was too large for the broker (${reasonText(reason)})`);
    default:
      return undefined;
  }
}

/** What a reason code in the broker's DISCONNECT means. */
export function disconnectProblem(reason: number): UplinkProblem {
  if (reason === SESSION_TAKEN_OVER) {
    return problem('identity_conflict', 'another client connected with the identity of this device');
  }
  const text = `the broker ended the session (${reasonText(reason)})`;
  if (reason === NOT_AUTHORISED) return problem('not_authorised', text);
  return featureProblem(reason) ?? problem('broker_lost', text);
}

/**
 * Codes of Node and OpenSSL, tried in order. An ALERT in the code was sent by the broker; every other one comes from the
 * check on this side.
 */
const SOCKET_CODES: readonly (readonly [RegExp, UplinkCode])[] = [
  [/^ECONNREFUSED$/, 'broker_refused'],
  [/^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/, 'broker_unreachable'],
  [/^CERT_HAS_EXPIRED$/, 'broker_tls_expired'],
  [/^CERT_NOT_YET_VALID$/, 'broker_tls_not_yet_valid'],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, 'broker_tls_wrong_host'],
  [/ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/, 'broker_tls_certificate_refused'],
  [/^DEPTH_ZERO_SELF_SIGNED_CERT$/, 'broker_tls_self_signed'],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|HANDSHAKE_FAILURE/, 'broker_tls_version'],
  [/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/, 'broker_tls_untrusted'],
  [/TLS|SSL|EPROTO/, 'broker_tls_handshake'],
];

/**
 * What the error of a client means: a reason code in CONNACK, a code of the socket, or, once `accepted`, a packet that
 * the client cannot accept.
 */
export function socketProblem(error: unknown, url: string, accepted: boolean): UplinkProblem {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const text = `${redactUrls(url)}: ${messageOf(error)}`;
  if (typeof code === 'number') {
    return accepted ? problem('broker_lost', `${text} (${reasonText(code)})`) : connackProblem(code);
  }
  // An alert that arrives while Node writes is EPROTO, with the words of OpenSSL in the message only.
  const key = code === 'EPROTO' ? messageOf(error).toUpperCase().replaceAll(' ', '_') : code;
  const known = typeof key === 'string' ? SOCKET_CODES.find(([pattern]) => pattern.test(key)) : undefined;
  if (known !== undefined) return problem(known[1], text);
  if (/connack timeout/i.test(text)) return problem('broker_silent', text);
  return problem('broker_lost', text);
}
