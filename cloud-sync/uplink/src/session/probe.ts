import { CollectorState, decode, MalformedPayload, topicOf } from '@lineside/protocol';
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
    // Ours comes first: it knows why.
    connectTimeout: 2 * timeoutMs,
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

/** A retained message comes with the subscription's answer or not at all; this much is for a slow link. */
const PRESENCE_MS = 1_500;

/** A broker that forbids reading the presence says so in its answer to the subscription. */
async function presence(client: MqttClient, timeoutMs: number): Promise<'online' | 'offline' | 'absent' | 'hidden'> {
  const told = new Promise<'online' | 'offline' | 'absent'>((resolve) => {
    client.on('message', (_topic, payload) => resolve(readPresence(payload)));
  });
  const granted = await within(timeoutMs, client.subscribeAsync(topicOf('collectorState'), { qos: 1 }), undefined);
  if (granted === undefined || granted.some((grant) => grant.qos >= 0x80)) return 'hidden';
  return within(PRESENCE_MS, told, 'absent');
}

/** Something that is no presence stands for none. */
function readPresence(payload: Uint8Array): 'online' | 'offline' | 'absent' {
  try {
    return decode(CollectorState, payload).online ? 'online' : 'offline';
  } catch (error) {
    if (error instanceof MalformedPayload) return 'absent';
    throw error;
  }
}

/** What `asked` gives, or `instead` when it fails or takes too long. */
async function within<T, I>(ms: number, asked: Promise<T>, instead: I): Promise<T | I> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<I>((resolve) => {
    timer = setTimeout(() => resolve(instead), ms);
  });
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    if (error instanceof Error) return instead;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
