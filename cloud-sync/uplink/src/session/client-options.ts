import { messageOf, redactUrls, urlLogin } from '@lineside/kit';
import type { OutgoingMessage } from '@lineside/protocol';
import type { IClientOptions, MqttClient } from 'mqtt';
import { problem, UplinkFailure } from '../ports/index.ts';

/** Larger than everything that is sent down to a device. */
const MAX_INBOUND_BYTES = 128 * 1024;

/** Where the broker is, and how this device proves who it is. */
export interface BrokerAccess {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM texts, for a broker with certificates of its own. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export interface ClientSettings {
  readonly clientId: string;
  /** A connection that is not up after this is given up. */
  readonly connectMs: number;
  readonly keepaliveS: number;
  /** What the broker publishes when the connection is lost. */
  readonly will?: OutgoingMessage;
}

/**
 * The only way in which a client of this device is made, for the service as for the doctor: what one of them is able
 * to do, the other is, too. One connection each: the client of `mqtt` is never used as a queue, because it replays what
 * it holds one message per round trip and loses what does not fit. The library is loaded here, because many devices have
 * no uplink. Throws UplinkFailure where the certificates cannot be used.
 */
export async function openClient(access: BrokerAccess, settings: ClientSettings): Promise<MqttClient> {
  const { connect } = await import('mqtt');
  try {
    const { url, ...login } = urlLogin(access.url);
    return connect(url, clientOptions({ ...login, ...access, url }, settings));
  } catch (error) {
    // Before anything is sent: OpenSSL reads the PEM texts at once.
    throw new UplinkFailure(problem('broker_tls_files', `${redactUrls(access.url)}: ${messageOf(error)}`), error);
  }
}

function clientOptions({ username, password, tls }: BrokerAccess, settings: ClientSettings): IClientOptions {
  const { clientId, connectMs, keepaliveS, will } = settings;
  return {
    protocolVersion: 5,
    clientId,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    keepalive: keepaliveS,
    connectTimeout: connectMs,
    // A broker that follows MQTT 5 sends nothing larger; from one that does not, the client disconnects.
    properties: { sessionExpiryInterval: 0, maximumPacketSize: MAX_INBOUND_BYTES },
    ...(will === undefined ? {} : { will: willOf(will) }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tls,
  };
}

function willOf({ topic, payload, qos, retain }: OutgoingMessage): NonNullable<IClientOptions['will']> {
  return { topic, payload, qos, retain };
}
