import { encodeUserPart } from '@lineside/kit';

/** Where one signal is: on which broker, in which topic, and in which field of the payload. */
export interface MqttAddress {
  /** Broker with login, without a topic: what one connection is made with. */
  readonly broker: string;
  /** PEM file of the authority that signed the broker's certificate. */
  readonly caFile: string | undefined;
  /** Signals with the same text here come over one connection. */
  readonly connection: string;
  readonly topic: string;
  /** Path of a field in a JSON payload; empty where the payload is the value. */
  readonly field: readonly string[];
  /** Topic at which the publisher's birth and will are. */
  readonly stateTopic: string | undefined;
}

const FORM = 'write mqtt://HOST/TOPIC, with #FIELD for a field of a JSON payload';
const OPTIONS = ['state', 'ca'];
/** MQTT 5, 4.7.3: most bytes of a topic name. */
const MAX_TOPIC_BYTES = 65_535;

/** Throws URIError for escapes that are none; `mqttUrlProblem` reports those before. */
export function mqttAddress(url: string): MqttAddress {
  const { protocol, username, password, host, pathname, searchParams, hash } = new URL(encodeUserPart(url));
  const login = username === '' ? '' : `${username}${password === '' ? '' : `:${password}`}@`;
  const broker = `${protocol}//${login}${host}`;
  const caFile = searchParams.get('ca') ?? undefined;
  const field = decodeURIComponent(hash.slice(1));
  return {
    broker,
    caFile,
    connection: caFile === undefined ? broker : `${broker} ${caFile}`,
    topic: decodeURIComponent(pathname.slice(1)),
    field: field === '' ? [] : field.split('.'),
    stateTopic: searchParams.get('state') ?? undefined,
  };
}

/** What is wrong with the URL, or undefined. */
export function mqttUrlProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return `is not a URL: ${FORM}`;
  const { hostname, searchParams, protocol } = new URL(url);
  if (hostname === '') return `names no host: ${FORM}`;
  const unknown = [...searchParams.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) return `has the option ${unknown}, known are ${OPTIONS.join(', ')}`;
  try {
    const { topic, stateTopic, caFile, field } = mqttAddress(url);
    if (topic === '') return `names no topic after the host: ${FORM}`;
    if (caFile !== undefined && !caFile.startsWith('/')) return 'has a ca that is no absolute path';
    if (caFile !== undefined && protocol !== 'mqtts:') return 'has a ca without TLS: write mqtts://';
    if (field.includes('')) return 'has an empty name in its field: write #FIELD or #FIELD.FIELD';
    return topicProblem(topic) ?? (stateTopic === undefined ? undefined : topicProblem(stateTopic));
  } catch (error) {
    if (error instanceof URIError) return 'has a % that starts no escape: write %25';
    throw error;
  }
}

/** MQTT 5, 4.7.1 and 4.7.3. */
function topicProblem(topic: string): string | undefined {
  if (topic === '') return 'has an empty topic';
  if (/[+#]/.test(topic)) return 'has a wildcard in its topic: a signal is one topic';
  if (topic.includes('\0')) return 'has a null character in its topic';
  return Buffer.byteLength(topic) > MAX_TOPIC_BYTES ? 'has a topic that is too long' : undefined;
}
