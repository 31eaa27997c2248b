import { randomUUID } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import mqtt, { type MqttClient } from 'mqtt';
import {
  Ack,
  decode,
  encode,
  ResendCommand,
  downFilter,
  topicOf,
  type Batch,
  type DeviceState,
} from '@lineside/protocol';
import { waitFor } from './wait-for.ts';

/** An appliance at the broker, reduced to its wire: birth, batches, acks. */
export class CollectorDevice {
  readonly id: string;
  readonly session = randomUUID();
  readonly client: MqttClient;
  readonly acks: Ack[] = [];
  readonly resends: ResendCommand[] = [];

  private constructor(id: string, url: string, password: string, epoch: string, boot: string) {
    this.id = id;
    this.#birth = { v: 1, online: true, session: this.session, epoch, boot, line: 'Packing 1', t: 0 };
    this.client = mqtt.connect(url, {
      protocolVersion: 5,
      clientId: `${id}-device`,
      username: id,
      password,
      reconnectPeriod: 50,
      will: {
        topic: topicOf('state', { device: id }),
        payload: encode({ ...this.#birth, online: false }),
        qos: 1,
        retain: true,
      },
    });
    this.client.on('message', (topic, payload) => {
      if (topic === topicOf('ack', { device: id })) this.acks.push(decode(Ack, payload));
      if (topic === topicOf('cmd', { device: id })) this.resends.push(decode(ResendCommand, payload));
    });
    this.client.on('error', () => undefined);
  }

  readonly #birth: DeviceState;

  static async connect(
    id: string,
    url: string,
    password: string,
    { epoch = '0'.repeat(16), boot = 'boot-1' } = {},
  ): Promise<CollectorDevice> {
    const device = new CollectorDevice(id, url, password, epoch, boot);
    await once(device.client as unknown as EventEmitter, 'connect');
    await device.client.subscribeAsync(downFilter(id), { qos: 1 });
    device.client.on('connect', () => {
      device.client.subscribe(downFilter(id), { qos: 1 });
    });
    return device;
  }

  async birth(): Promise<void> {
    await this.client.publishAsync(topicOf('state', { device: this.id }), encode(this.#birth), {
      qos: 1,
      retain: true,
    });
  }

  /** Reason code of the broker's PUBACK. */
  async publish(topic: string, payload: Buffer): Promise<number> {
    try {
      const packet = (await this.client.publishAsync(topic, payload, { qos: 1 })) as
        | { reasonCode?: number }
        | undefined;
      return packet?.reasonCode ?? 0;
    } catch (error) {
      return (error as { code?: number }).code ?? -1;
    }
  }

  async send(batch: Batch): Promise<void> {
    await this.client.publishAsync(topicOf('up', { device: this.id, stream: batch.stream }), encode(batch), { qos: 1 });
  }

  /** Waits until an ack of the batch's stream fits; the deadline only catches what hangs. */
  async acked(fits: (ack: Ack) => boolean, withinMs = 10_000): Promise<Ack> {
    return waitFor('an ack that fits', () => this.acks.find(fits), { withinMs });
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}
