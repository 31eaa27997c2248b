import { TLSSocket } from 'node:tls';
import { redactUrls } from '@lineside/kit';
import { CollectorState, decode, filterOf, MalformedPayload } from '@lineside/protocol';
import type { MqttClient } from 'mqtt';
import { problem, UplinkFailure, type UplinkProblem } from '../ports/index.ts';
import { limitsOf, missingFeature, tightLimit } from './broker-limits.ts';
import { type BrokerAccess, openClient } from './client-options.ts';
import { endOf } from './connection-end.ts';

export interface BrokerProbeOptions extends BrokerAccess {
  /** Must not be the device's own: the broker would end the session of the running service. */
  readonly clientId: string;
  /** For the connection, and again for the collector's retained presence. */
  readonly timeoutMs: number;
}

export type BrokerProbe =
  | { readonly broker: 'failed'; readonly problem: UplinkProblem }
  | {
      readonly broker: 'answers';
      readonly collector: 'online' | 'offline' | 'absent' | 'hidden';
      /** From the beginning of the connection to the broker's acceptance, ms. */
      readonly tookMs: number;
      /** When the broker's own certificate ends, wall ms; absent without TLS. */
      readonly certificateExpiresAtMs?: number;
      /** A limit of the broker that may hold something back. */
      readonly limit?: UplinkProblem;
    };

const KEEPALIVE_S = 15;

/**
 * Connects once to the broker, exactly as the service does, and reads the collector's retained presence. Changes nothing
 * at the broker. `hidden`: this user may not read the presence.
 */
export async function probeBroker(options: BrokerProbeOptions): Promise<BrokerProbe> {
  const { timeoutMs, clientId } = options;
  const beganMs = performance.now();
  let client: MqttClient;
  try {
    // The probe's own deadline comes first: it knows why.
    client = await openClient(options, { clientId, connectMs: 2 * timeoutMs, keepaliveS: KEEPALIVE_S });
  } catch (error) {
    if (error instanceof UplinkFailure) return { broker: 'failed', problem: error.problem };
    throw error;
  }
  try {
    const failure = await failureOf(client, options);
    if (failure !== undefined) return { broker: 'failed', problem: failure };
    const tookMs = performance.now() - beganMs;
    const missing = missingFeature(client.serverProperties);
    if (missing !== undefined) return { broker: 'failed', problem: missing };
    const limit = tightLimit(limitsOf(client.serverProperties));
    const collector = await presence(client, timeoutMs);
    const expires = certificateEnd(client);
    return {
      ...{ broker: 'answers', collector, tookMs },
      ...(limit === undefined ? {} : { limit }),
      ...(expires === undefined ? {} : { certificateExpiresAtMs: expires }),
    };
  } finally {
    await client.endAsync(true);
  }
}

/** When the certificate ends that the broker showed; undefined without TLS. */
function certificateEnd({ stream }: MqttClient): number | undefined {
  if (!(stream instanceof TLSSocket)) return undefined;
  const endMs = Date.parse(stream.getPeerCertificate().valid_to);
  return Number.isNaN(endMs) ? undefined : endMs;
}

/** Undefined once the broker has accepted the client. */
async function failureOf(
  client: MqttClient,
  { url, timeoutMs }: BrokerProbeOptions,
): Promise<UplinkProblem | undefined> {
  const up = new Promise<undefined>((resolve) => client.once('connect', () => resolve(undefined)));
  const silent = problem('broker_silent', `${redactUrls(url)}: no answer within ${timeoutMs} ms`);
  return within(timeoutMs, Promise.race([up, endOf(client, url)]), silent);
}

/** A retained message comes with the answer to the subscription or not at all; this much is for a slow link. */
const PRESENCE_MS = 1_500;

/** A broker that forbids reading the presence answers the subscription with a refusal. */
async function presence(client: MqttClient, timeoutMs: number): Promise<'online' | 'offline' | 'absent' | 'hidden'> {
  const received = new Promise<'online' | 'offline' | 'absent'>((resolve) => {
    client.on('message', (_topic, payload) => resolve(readPresence(payload)));
  });
  const granted = await within(timeoutMs, client.subscribeAsync(filterOf('collectorState'), { qos: 1 }), undefined);
  if (granted === undefined || granted.some((grant) => grant.qos >= 0x80)) return 'hidden';
  return within(PRESENCE_MS, received, 'absent');
}

/** A payload that is no presence counts as none. */
function readPresence(payload: Uint8Array): 'online' | 'offline' | 'absent' {
  try {
    return decode(CollectorState, payload).online ? 'online' : 'offline';
  } catch (error) {
    if (error instanceof MalformedPayload) return 'absent';
    throw error;
  }
}

/** The result of `asked`, or `instead` when it fails or takes too long. */
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
