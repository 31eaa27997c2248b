import type { MqttClient } from 'mqtt';
import { problem, type UplinkProblem } from '../ports/index.ts';

/** What a broker allows its clients (MQTT 5, 3.2.2.3: properties of CONNACK). */
export interface BrokerLimits {
  /** Most bytes of one packet. */
  readonly maxPacketBytes: number;
  /** Messages that may be unacknowledged by the broker at one time. */
  readonly receiveMaximum: number;
  /** Whether a subscription may hold `+` and `#`. */
  readonly wildcards: boolean;
}

type ConnackProperties = MqttClient['serverProperties'];

/** MQTT 5, 2.1.4: the largest packet that there can be. */
const LARGEST_PACKET = 268_435_460;
// MQTT 5, 3.2.2.3.3: without the property.
const RECEIVE_MAXIMUM = 65_535;
/** The fixed header, the length of the topic, the packet id and the properties of a PUBLISH, at most. */
const PUBLISH_OVERHEAD_BYTES = 32;
/** No record that the product writes needs more, compressed. */
const ENOUGH_BYTES = 16 * 1024;

export function limitsOf(connack: ConnackProperties): BrokerLimits {
  return {
    maxPacketBytes: connack?.maximumPacketSize ?? LARGEST_PACKET,
    receiveMaximum: connack?.receiveMaximum ?? RECEIVE_MAXIMUM,
    wildcards: connack?.wildcardSubscriptionAvailable ?? true,
  };
}

/** Bytes of the PUBLISH packet, rounded up. */
export function packetBytes({ topic, payload }: { readonly topic: string; readonly payload: Uint8Array }): number {
  return Buffer.byteLength(topic) + payload.length + PUBLISH_OVERHEAD_BYTES;
}

/** Something that the product needs and this broker does not have; undefined where it has everything. */
export function missingFeature(connack: ConnackProperties): UplinkProblem | undefined {
  if (connack?.retainAvailable === false) return noRetain('');
  // The property is only sent where QoS 2 is not available; 0 and 1 are its values.
  if (connack?.maximumQoS === 0) return noQos1('');
  return undefined;
}

export function noRetain(how: string): UplinkProblem {
  return problem('broker_no_retain', `the broker does not keep retained messages${how}`);
}

export function noQos1(how: string): UplinkProblem {
  return problem('broker_no_qos1', `the broker offers QoS 0 only${how}`);
}

/** What may be too large for this broker; undefined where its limit is high enough for every record. */
export function tightLimit({ maxPacketBytes }: BrokerLimits): UplinkProblem | undefined {
  if (maxPacketBytes >= ENOUGH_BYTES) return undefined;
  return problem(
    'broker_packet_limit',
    `the broker takes packets of at most ${maxPacketBytes} bytes: a record that needs more is held back`,
  );
}
