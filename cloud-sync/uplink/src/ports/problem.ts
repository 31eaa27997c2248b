import { messageOf } from '@lineside/kit';

/** Every problem that the uplink can report. It is shown, not thrown: the uplink goes on trying. */
export const UPLINK_CODES = [
  'broker_refused',
  'broker_unreachable',
  'broker_silent',
  'broker_tls',
  'broker_lost',
  'broker_rejected',
  'credentials_refused',
  'not_authorised',
  'identity_conflict',
  'collector_silent',
  'payload_malformed',
  'ack_beyond',
  'outbox_failed',
  'media_unreachable',
  'media_refused',
  'media_unreadable',
] as const;
export type UplinkCode = (typeof UPLINK_CODES)[number];

export interface UplinkProblem {
  readonly code: UplinkCode;
  readonly message: string;
  /** What a technician can do; printed after `Try:`. */
  readonly advice: string;
}

const ADVICE: Readonly<Record<UplinkCode, string>> = {
  broker_refused: 'check that the broker runs and that uplink.broker names its port',
  broker_unreachable: 'check the network cable, the gateway, DNS and the firewall on the way to uplink.broker',
  broker_silent: 'check that uplink.broker is an MQTT port and that no firewall swallows the connection',
  broker_tls: 'check the clock of this box and the certificates of the broker',
  broker_lost: 'nothing if it passes; else look at the broker and at the network between',
  broker_rejected: 'read the log of the broker: it says why it turns this device away',
  credentials_refused:
    'check uplink.username and uplink.password; create a credential for this device at the collector',
  not_authorised: 'let the broker allow this device its own topics (its user name must be the device id)',
  identity_conflict: 'find the other box with the same device id and give it one of its own; no data is lost meanwhile',
  collector_silent: 'check that the collector runs and is connected to the same broker',
  payload_malformed: 'check that only the collector may publish to the topics of this device, and its version',
  ack_beyond: 'check that no two devices share this identity and that the data folder was not restored from a copy',
  outbox_failed: 'check the disk of the data folder; see the log for the journal`s own message',
  media_unreachable: 'check that the collector`s mediaUrl can be reached from this network',
  media_refused: 'read the log of the collector: it refuses the picture for good; the event itself is delivered',
  media_unreadable: 'check the disk of the data folder: a picture is gone or is not what was written',
};

export function problem(code: UplinkCode, message: string): UplinkProblem {
  return { code, message, advice: ADVICE[code] };
}

/** Thrown inside the uplink where a condition ends what it was doing. */
export class UplinkFailure extends Error {
  override readonly name = 'UplinkFailure';
  readonly problem: UplinkProblem;

  constructor(what: UplinkProblem, cause?: unknown) {
    super(what.message, cause === undefined ? undefined : { cause });
    this.problem = what;
  }
}

// MQTT 5, 2.4 Reason Code.
const BAD_CREDENTIALS = 0x86;
const NOT_AUTHORISED = 0x87;
const SESSION_TAKEN_OVER = 0x8e;

/** What a reason code in CONNACK means. Mosquitto says 0x87 for a wrong password too. */
export function connackProblem(reason: number): UplinkProblem {
  if (reason === BAD_CREDENTIALS || reason === NOT_AUTHORISED) {
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

/** What a socket's error means. */
export function socketProblem(error: unknown, broker: string): UplinkProblem {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return connackProblem(code);
  const text = `${broker}: ${messageOf(error)}`;
  if (code === 'ECONNREFUSED') return problem('broker_refused', text);
  if (typeof code === 'string' && /CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)) return problem('broker_tls', text);
  if (typeof code === 'string' && /^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/.test(code)) {
    return problem('broker_unreachable', text);
  }
  if (/connack timeout/i.test(text)) return problem('broker_silent', text);
  return problem('broker_lost', text);
}

function hex(reason: number): string {
  return `0x${reason.toString(16).padStart(2, '0')}`;
}

/** Why a message from the collector was not followed. */
export const REFUSED_REASONS = ['malformed', 'wrong_epoch', 'beyond', 'unknown_topic'] as const;
export type RefusedReason = (typeof REFUSED_REASONS)[number];
