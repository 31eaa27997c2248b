/**
 * Reads a ZeroMQ feed of Lineside and prints each message as one line of JSON. Needs Node 24 and the package zeromq:
 *
 *     node feed-consumer.ts tcp://127.0.0.1:5556 health events/
 *
 * Where the feed has keys: SERVER_KEY, PUBLIC_KEY and SECRET_KEY in the environment.
 */
import { Subscriber } from 'zeromq';

interface Head {
  readonly v: number;
  readonly device: string;
  /** Another one after each start of the feed. */
  readonly run: string;
  readonly seq: number;
  readonly atMs: number;
}

const [endpoint, ...topics] = process.argv.slice(2);
const { SERVER_KEY, PUBLIC_KEY, SECRET_KEY } = process.env;
if (endpoint === undefined) throw new Error('usage: feed-consumer.ts ENDPOINT [TOPIC...]');

const socket = new Subscriber(
  SERVER_KEY === undefined
    ? {}
    : { curveServerKey: SERVER_KEY, curvePublicKey: PUBLIC_KEY ?? null, curveSecretKey: SECRET_KEY ?? null },
);
socket.connect(endpoint);
socket.subscribe(...(topics.length === 0 ? [''] : topics));

/** Number of the newest message, by run and topic. */
const newest = new Map<string, number>();
for await (const [topic = '', body = '', jpeg] of socket) {
  const message = JSON.parse(String(body)) as Head;
  const key = `${message.run} ${String(topic)}`;
  // Numbers rise by one for each topic: a gap is what this program was too slow for.
  const lost = message.seq - (newest.get(key) ?? message.seq - 1) - 1;
  newest.set(key, message.seq);
  const picture = jpeg === undefined ? {} : { jpegBytes: jpeg.length };
  console.log(JSON.stringify({ topic: String(topic), lost, ...picture, message }));
}
