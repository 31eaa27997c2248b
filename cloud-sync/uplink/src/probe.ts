import { CollectorState, decode, topics } from '@lineside/protocol';
import { connect, ErrorWithReasonCode, type IClientOptions, type MqttClient } from 'mqtt';

export interface BrokerProbeOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Must not be the device's own: the broker would throw the running service out. */
  readonly clientId: string;
  /** For the connection, and again for the collector's retained presence. */
  readonly timeoutMs: number;
}

export type BrokerProbe =
  | { readonly broker: 'unreachable' | 'refused' | 'silent'; readonly detail: string }
  | { readonly broker: 'answers'; readonly collector: 'online' | 'offline' | 'absent' | 'hidden' };

/** MQTT 5 reason codes: 0x86 bad user name or password, 0x87 not authorized, 0x8A banned; 4 and 5 in MQTT 3. */
const REFUSALS = new Set([4, 5, 0x86, 0x87, 0x8a]);

/**
 * Connects once to the broker and reads the collector's retained presence: answers what a technician asks. Changes
 * nothing at the broker. `hidden`: this user may not read the presence.
 */
export async function probeBroker(options: BrokerProbeOptions): Promise<BrokerProbe> {
  const { url, timeoutMs, clientId, username, password } = options;
  const client = connect(url, {
    protocolVersion: 5,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: timeoutMs,
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  } satisfies IClientOptions);
  try {
    const failure = await connected(client, timeoutMs);
    return failure ?? { broker: 'answers', collector: await presence(client, timeoutMs) };
  } finally {
    await client.endAsync(true);
  }
}

function connected(client: MqttClient, timeoutMs: number): Promise<BrokerProbe | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve({ broker: 'silent', detail: `no answer within ${timeoutMs} ms` }),
      timeoutMs,
    );
    const settle = (result: BrokerProbe | undefined): void => {
      clearTimeout(timer);
      resolve(result);
    };
    client.once('connect', () => settle(undefined));
    client.once('close', () => settle({ broker: 'unreachable', detail: 'the connection was closed at once' }));
    // Kept for good: an error after the answer must not end the process.
    client.on('error', (error) => {
      const refused = error instanceof ErrorWithReasonCode && REFUSALS.has(error.code);
      settle({ broker: refused ? 'refused' : 'unreachable', detail: error.message });
    });
  });
}

/** The retained message comes at once or not at all; a broker that forbids reading it says so in its answer. */
async function presence(client: MqttClient, timeoutMs: number): Promise<'online' | 'offline' | 'absent' | 'hidden'> {
  const message = new Promise<'online' | 'offline'>((resolve) => {
    client.on('message', (_topic, payload) => {
      resolve(decode(CollectorState, payload).online ? 'online' : 'offline');
    });
  });
  const silence = new Promise<'absent'>((resolve) => {
    setTimeout(() => resolve('absent'), timeoutMs).unref();
  });
  const granted = await client.subscribeAsync(topics.collectorState, { qos: 1 }).catch(() => undefined);
  if (granted === undefined || granted.some((grant) => grant.qos >= 0x80)) return 'hidden';
  return Promise.race([message, silence]);
}
