/** Every problem that the uplink can report. It is shown, not thrown: the uplink goes on trying. */
export const UPLINK_CODES = [
  'broker_refused',
  'broker_unreachable',
  'broker_silent',
  'broker_closed',
  'broker_tls_untrusted',
  'broker_tls_self_signed',
  'broker_tls_expired',
  'broker_tls_not_yet_valid',
  'broker_tls_wrong_host',
  'broker_tls_certificate_refused',
  'broker_tls_version',
  'broker_tls_handshake',
  'broker_tls_files',
  'broker_lost',
  'broker_rejected',
  'broker_protocol',
  'broker_no_retain',
  'broker_no_qos1',
  'broker_packet_limit',
  'broker_floods',
  'credentials_refused',
  'not_authorised',
  'identity_conflict',
  'collector_silent',
  'payload_malformed',
  'ack_beyond',
  'ack_unproved',
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
  broker_silent: 'check that uplink.broker is an MQTT 5 port and that no firewall or proxy swallows the connection',
  broker_closed:
    'check that uplink.broker names the MQTT port of the broker, with mqtts:// if the broker wants TLS at that port',
  broker_tls_untrusted:
    'set uplink.ca to the certificate of the authority that signed the broker`s (`lineside-collector device add` prints it)',
  broker_tls_self_signed:
    'set uplink.ca to this very certificate of the broker, or give the broker one that an authority has signed',
  broker_tls_expired: 'check the clock of this device first; if it is right, renew the certificate of the broker',
  broker_tls_not_yet_valid:
    'set the clock of this device, which is probably behind; if it is right, correct the certificate of the broker',
  broker_tls_wrong_host:
    'write the host name in uplink.broker as it is in the certificate of the broker, or make a certificate with this name',
  broker_tls_certificate_refused:
    'check uplink.cert and uplink.key: the broker wants a certificate of this device that is in force and that it trusts',
  broker_tls_version: 'allow TLS 1.2 or 1.3 with its usual ciphers in the broker; this device accepts nothing older',
  broker_tls_handshake:
    'check that uplink.broker names the port of the broker that uses TLS; for another port write mqtt://',
  broker_tls_files:
    'check that uplink.ca, uplink.cert and uplink.key are PEM files and that the key fits the certificate',
  broker_lost: 'nothing if it passes; otherwise check the broker and the network between',
  broker_rejected: 'read the log of the broker: it says why it rejects this device',
  broker_protocol: 'use a broker that speaks MQTT 5, or enable MQTT 5 in it',
  broker_no_retain: 'allow retained messages in the broker (Mosquitto: retain_available true)',
  broker_no_qos1: 'allow QoS 1 in the broker (Mosquitto: max_qos 1 or 2)',
  broker_packet_limit:
    'allow packets of 272 KiB in the broker (Mosquitto: max_packet_size 278528, EMQX: mqtt.max_packet_size)',
  broker_floods: 'check who may publish to the topics of this device; what arrives is read slowly meanwhile',
  credentials_refused:
    'check uplink.username and uplink.password; create a credential for this device at the collector',
  not_authorised: 'let the broker allow this device its own topics (its user name must be the device id)',
  identity_conflict:
    'find the other device with the same device id and give it an id of its own; no data is lost meanwhile',
  collector_silent: 'check that the collector runs and is connected to the same broker',
  payload_malformed: 'check that only the collector may publish to the topics of this device, and its version',
  ack_beyond: 'check that no two devices share this identity and that the data folder was not restored from a copy',
  ack_unproved:
    'check who may publish to the topics of this device, and update the collector: its acks must carry the chain hash',
  outbox_failed: 'check the disk of the data folder; see the log for the message of the journal',
  media_unreachable: 'check that the mediaUrl of the collector can be reached from this network',
  media_refused: 'read the log of the collector: it refuses the snapshot for good; the event itself is delivered',
  media_unreadable: 'check the disk of the data folder: a snapshot is missing or damaged',
};

export function problem(code: UplinkCode, message: string): UplinkProblem {
  return { code, message, advice: ADVICE[code] };
}

/** Thrown inside the uplink where a problem ends what it was doing. */
export class UplinkFailure extends Error {
  override readonly name = 'UplinkFailure';
  readonly problem: UplinkProblem;

  constructor(what: UplinkProblem, cause?: unknown) {
    super(what.message, cause === undefined ? undefined : { cause });
    this.problem = what;
  }
}

/**
 * Why a message was not followed. `malformed`: it does not fit its schema. `wrong_epoch`: it is about another journal.
 * `beyond`: it is about records that were never written. `unproved`: an
 * ack without the chain hash that only whoever has the records knows. `stale`: a newer one came before. `unknown_topic`: this version
 * does not read it.
 */
export const REFUSED_REASONS = ['malformed', 'wrong_epoch', 'beyond', 'unproved', 'stale', 'unknown_topic'] as const;
export type RefusedReason = (typeof REFUSED_REASONS)[number];
