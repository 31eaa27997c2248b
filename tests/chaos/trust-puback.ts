import { encodeText, STREAMS, topicOf } from '@lineside/protocol';
import mqtt from 'mqtt';
import type { Journal } from '../../edge/src/journal/index.ts';

const BATCH = 200;

/**
 * The control arm, as written by somebody who has not read the standard closely: sends every batch with QoS 1 and
 * deletes it when the publish succeeds. A success means that the broker has it, and nothing more.
 */
export async function trustPuback(journal: Journal, url: string, signal: AbortSignal): Promise<void> {
  const client = mqtt.connect(url, {
    protocolVersion: 5,
    clientId: `${journal.device}-trusting`,
    reconnectPeriod: 200,
  });
  client.on('error', () => undefined);
  while (!signal.aborted) {
    let idle = true;
    for (const stream of client.connected ? STREAMS : []) {
      const batch = journal.read(stream, journal.stats()[stream].acked + 1, BATCH, 128 * 1024);
      if (batch === undefined) continue;
      idle = false;
      const { from, to, prev, head, records } = batch;
      const envelope = JSON.stringify({
        v: 1,
        dev: journal.device,
        epoch: journal.epoch,
        stream,
        from,
        to,
        prev,
        head,
      });
      const payload = encodeText(`${envelope.slice(0, -1)},"ev":[${records.join(',')}]}`);
      await client.publishAsync(topicOf('up', { device: journal.device, stream }), payload, { qos: 1 }).then(
        () => {
          journal.ack(stream, to, []);
          journal.saveAcks();
        },
        () => undefined,
      );
    }
    if (idle) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await client.endAsync(true);
}
