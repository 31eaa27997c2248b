import { silentLogger, systemClock } from '@lineside/kit';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { eventNews, feedPlan, report } from '../../../../tests/support/feed-world.ts';
import { type Mosquitto, startMosquitto } from '../../../../tests/support/mosquitto.ts';
import { decodeForeign } from '../../../../tests/support/sparkplug-decoder.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { encodePayload } from '../../sparkplug/index.ts';
import type { FeedPlan } from './feed-plan.ts';
import type { Feed } from './feed-protocol.ts';
import type { LineReport } from '../line/index.ts';
import { feedProtocolOf } from './protocols.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  while (ends.length > 0) await ends.pop()?.();
});

async function broker(options: Parameters<typeof startMosquitto>[0] = {}): Promise<Mosquitto> {
  const started = await startMosquitto(options);
  ends.push(() => started[Symbol.asyncDispose]());
  return started;
}

interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
}

/** Somebody at the broker who hears everything below these filters. */
class Peer {
  readonly heard: Heard[] = [];
  readonly client: MqttClient;

  private constructor(client: MqttClient) {
    this.client = client;
    client.on('error', () => undefined);
    client.on('message', (topic, payload, { retain }) => this.heard.push({ topic, payload, retain }));
  }

  static async at(server: Mosquitto, ...filters: readonly string[]): Promise<Peer> {
    const peer = new Peer(await mqtt.connectAsync(server.url, { reconnectPeriod: 0 }));
    ends.push(() => peer.client.end(true));
    await peer.client.subscribeAsync([...filters], { qos: 1 });
    return peer;
  }

  on(topic: string): readonly Heard[] {
    return this.heard.filter((one) => one.topic === topic);
  }

  json(topic: string): Readonly<Record<string, unknown>> | undefined {
    const newest = this.on(topic).at(-1);
    return newest && (JSON.parse(String(newest.payload)) as Readonly<Record<string, unknown>>);
  }

  say(topic: string, payload: string | Uint8Array, retain = false): Promise<unknown> {
    return this.client.publishAsync(topic, Buffer.from(payload), { qos: 1, retain });
  }
}

interface Running {
  readonly feed: Feed;
  readonly commands: (readonly [string, string])[];
  /** Tells the newest report again and again, as the main process does. */
  tell(change?: Partial<LineReport>): void;
  silence(): void;
  stop(): Promise<void>;
}

async function run(plan: FeedPlan): Promise<Running> {
  const commands: (readonly [string, string])[] = [];
  const onCommand = (command: string, value: string): void => void commands.push([command, value]);
  const feed = await feedProtocolOf(plan.url)!.open(plan, { clock: systemClock, log: silentLogger, onCommand });
  const stop = new AbortController();
  const running = feed.run(stop.signal);
  let newest: LineReport | undefined = report();
  const telling = setInterval(() => newest && feed.take({ type: 'report', report: { ...newest } }), 50);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
    clearInterval(telling);
  };
  ends.push(end);
  return {
    ...{ feed, commands, stop: end },
    tell: (change = {}) => void (newest = report(change)),
    silence: () => void (newest = undefined),
  };
}

const PLACE = 'spBv1.0/plant';
const sparkplugPlan = (server: Mosquitto, primaryHost?: string): FeedPlan =>
  feedPlan(`sparkplug+${server.url}`, { sparkplug: { group: 'plant', node: 'line-1', primaryHost } });
const bdSeqOf = async (messages: readonly Heard[]): Promise<readonly (string | undefined)[]> => {
  const decoded = await decodeForeign(messages.map(({ payload }) => payload));
  return decoded.map(({ metrics = [] }) => metrics.find(({ name }) => name === 'bdSeq')?.long_value);
};
const rebirth = encodePayload({ metrics: [{ name: 'Node Control/Rebirth', type: 'Boolean', value: true }] });

describe('a Sparkplug feed at Mosquitto', () => {
  it('is born, tells what changes, is born again when asked, and dies in good order', async () => {
    const server = await broker();
    const peer = await Peer.at(server, 'spBv1.0/#');
    const line = await run(sparkplugPlan(server));
    await waitFor('the birth of the camera', () => peer.on(`${PLACE}/DBIRTH/line-1/camera-packing`).length > 0);
    line.tell({ production: { shift: 'Night', counted: 121, stops: 0 } });
    await waitFor('data', () => peer.on(`${PLACE}/DDATA/line-1/line`).length > 0);
    await peer.say(`${PLACE}/NCMD/line-1`, rebirth);
    await waitFor('another birth', () => peer.on(`${PLACE}/NBIRTH/line-1`).length === 2);
    await waitFor('all devices', () => peer.on(`${PLACE}/DBIRTH/line-1/camera-packing`).length === 2);
    await line.stop();
    await waitFor('the death', () => peer.on(`${PLACE}/NDEATH/line-1`).length === 1);
    const own = peer.heard.filter(({ topic }) => !topic.includes('NCMD'));
    expect(own.some(({ retain }) => retain)).toBe(false);
    const decoded = await decodeForeign(own.map(({ payload }) => payload));
    // One number over node and devices, from 0 at each birth, without a hole.
    let next = 0;
    for (const [place, { seq }] of decoded.entries()) {
      const { topic } = own[place] ?? { topic: '' };
      if (topic.includes('/NDEATH/')) continue;
      if (topic.includes('/NBIRTH/')) next = 0;
      expect(seq).toBe(String(next));
      next = (next + 1) % 256;
    }
    expect(await bdSeqOf(own.filter(({ topic }) => /NBIRTH|NDEATH/.test(topic)))).toEqual(['0', '0', '0']);
  });

  it('leaves the will of its connection when it is cut, and is born with the next bdSeq', async () => {
    const server = await broker();
    const peer = await Peer.at(server, 'spBv1.0/#');
    const line = await run(sparkplugPlan(server));
    await waitFor('the birth', () => peer.on(`${PLACE}/NBIRTH/line-1`).length === 1);
    // Another client with its identity: the broker ends the first connection without DISCONNECT.
    const [, id = ''] = /New client connected from [^ ]+ as (lineside-\S+)/.exec(server.log) ?? [];
    const thief = await mqtt.connectAsync(server.url, { clientId: id, reconnectPeriod: 0 });
    ends.push(() => thief.end(true));
    await waitFor('the will and another birth', () => peer.on(`${PLACE}/NBIRTH/line-1`).length === 2);
    expect(await bdSeqOf(peer.on(`${PLACE}/NBIRTH/line-1`))).toEqual(['0', '1']);
    expect(await bdSeqOf(peer.on(`${PLACE}/NDEATH/line-1`))).toEqual(['0']);
    expect(line.feed.state().connected).toBe(true);
  });

  it('waits for its primary host, dies with it, and does not believe an old offline', async () => {
    const server = await broker();
    const peer = await Peer.at(server, 'spBv1.0/#');
    const state = (online: boolean, timestamp: number): Promise<unknown> =>
      peer.say('spBv1.0/STATE/scada', JSON.stringify({ online, timestamp }), true);
    await state(false, 10);
    const line = await run(sparkplugPlan(server, 'scada'));
    await waitFor('the connection', () => line.feed.state().connected);
    await peer.say('spBv1.0/STATE/scada', 'garbage');
    await waitFor('garbage to be refused', () => line.feed.state().refused['wrong_state'] === 1);
    expect(peer.on(`${PLACE}/NBIRTH/line-1`)).toEqual([]);
    await state(true, 20);
    await waitFor('the birth', () => peer.on(`${PLACE}/NBIRTH/line-1`).length === 1);
    await state(false, 15);
    line.tell({ production: { shift: 'Night', counted: 1, stops: 0 } });
    await waitFor('data', () => peer.on(`${PLACE}/DDATA/line-1/line`).length === 1);
    expect(peer.on(`${PLACE}/NDEATH/line-1`)).toEqual([]);
    await state(false, 30);
    await waitFor('the death', () => peer.on(`${PLACE}/NDEATH/line-1`).length === 1);
    await state(true, 40);
    await waitFor('another birth', () => peer.on(`${PLACE}/NBIRTH/line-1`).length === 2);
    expect(await bdSeqOf(peer.on(`${PLACE}/NDEATH/line-1`))).toEqual(['0']);
  });

  it('is dead while nothing is known of the line, and refuses what is no command', async () => {
    const server = await broker();
    const peer = await Peer.at(server, 'spBv1.0/#');
    const line = await run(sparkplugPlan(server));
    await waitFor('the birth', () => peer.on(`${PLACE}/NBIRTH/line-1`).length === 1);
    const write = encodePayload({ metrics: [{ name: 'Outputs/reject-1/Armed', type: 'Boolean', value: true }] });
    await peer.say(`${PLACE}/NCMD/line-1`, write);
    await peer.say(`${PLACE}/DCMD/line-1/line`, write);
    await peer.say(`${PLACE}/NCMD/line-1`, new Uint8Array([0xff, 0xff, 0xff]));
    await peer.say(`${PLACE}/NCMD/line-1`, new Uint8Array(1_100_000));
    await waitFor('all of it to be refused', () => {
      expect(line.feed.state().refused).toEqual({ command_unknown: 2, not_sparkplug: 1, too_large: 1 });
      return true;
    });
    expect(line.commands).toEqual([]);
    line.silence();
    await waitFor('the death', () => peer.on(`${PLACE}/NDEATH/line-1`).length === 1, { withinMs: 30_000 });
    line.tell();
    await waitFor('another birth', () => peer.on(`${PLACE}/NBIRTH/line-1`).length === 2, { withinMs: 30_000 });
  });
});

const TOPIC = 'plant/line-1';
const mqttPlan = (server: Mosquitto, change: Partial<FeedPlan['mqtt']> = {}): FeedPlan =>
  feedPlan(server.url, { mqtt: { topic: TOPIC, commands: [], homeAssistant: undefined, ...change } });

describe('a plant MQTT feed at Mosquitto', () => {
  it('keeps its state for those who come later, events for those who are there, and takes it back when it goes', async () => {
    const server = await broker();
    const peer = await Peer.at(server, `${TOPIC}/#`);
    const line = await run(mqttPlan(server));
    await waitFor('it to be available', () => String(peer.on(`${TOPIC}/availability`).at(-1)?.payload) === 'online');
    line.feed.take({ type: 'event', event: eventNews() });
    await waitFor('the event', () => peer.json(`${TOPIC}/events`)?.['event'] === '018f-event');
    const late = await Peer.at(server, `${TOPIC}/#`);
    await waitFor('the states', () => late.json(`${TOPIC}/outputs/reject-1`) !== undefined);
    expect(late.json(`${TOPIC}/state`)).toMatchObject({
      ...{ v: 1, healthy: true, atMs: 1_764_400_000_000, events: { open: 0 } },
      production: { product: 'A-7', batch: 'B 12', shift: 'Day', counted: 120 },
    });
    expect(late.json(`${TOPIC}/cameras/cell`)).toMatchObject({ state: 'connecting', inspecting: 'blind' });
    expect(late.json(`${TOPIC}/outputs/reject-1`)).toMatchObject({ result: { piece: 13, result: 'ok' } });
    expect(late.on(`${TOPIC}/events`)).toEqual([]);
    const before = peer.on(`${TOPIC}/state`).length;
    line.tell({ healthy: false, problems: ['nothing is inspected'] });
    await waitFor('the new state', () => peer.json(`${TOPIC}/state`)?.['healthy'] === false);
    // What stays is not published again.
    expect(peer.on(`${TOPIC}/state`).length).toBe(before + 1);
    await line.stop();
    await waitFor('it to be gone', () => String(peer.on(`${TOPIC}/availability`).at(-1)?.payload) === 'offline');
  });

  it('is offline by its will when it is cut, and says everything again to a broker that was gone', async () => {
    const server = await broker();
    const peer = await Peer.at(server, `${TOPIC}/#`);
    const line = await run(mqttPlan(server));
    const availability = (one: Peer): string => String(one.on(`${TOPIC}/availability`).at(-1)?.payload);
    await waitFor('it to be available', () => availability(peer) === 'online');
    const [, id = ''] = /New client connected from [^ ]+ as (lineside-\S+)/.exec(server.log) ?? [];
    const thief = await mqtt.connectAsync(server.url, { clientId: id, reconnectPeriod: 0 });
    ends.push(() => thief.end(true));
    await waitFor('the will', () =>
      peer.on(`${TOPIC}/availability`).some(({ payload }) => String(payload) === 'offline'),
    );
    await waitFor('it to be back', () => availability(peer) === 'online');
    await server.kill();
    await waitFor('the loss', () => !line.feed.state().connected && line.feed.state().problem !== undefined);
    line.feed.take({ type: 'event', event: eventNews() });
    expect(line.feed.state().dropped).toEqual({ events: 1 });
    await server.start();
    const again = await Peer.at(server, `${TOPIC}/#`);
    await waitFor('its state', () => again.json(`${TOPIC}/state`) !== undefined, { withinMs: 40_000 });
    expect(availability(again)).toBe('online');
  });

  it('follows the commands that are allowed, and none that is retained, too long, garbage or too frequent', async () => {
    const server = await broker();
    const peer = await Peer.at(server, `${TOPIC}/availability`);
    await peer.say(`${TOPIC}/command/recipe`, 'old', true);
    const line = await run(mqttPlan(server, { commands: ['recipe'] }));
    await waitFor('it to be available', () => peer.on(`${TOPIC}/availability`).length > 0);
    await waitFor('the retained one to be refused', () => line.feed.state().refused['retained'] === 1);
    await peer.say(`${TOPIC}/command/recipe`, 'A-7');
    await waitFor('the command', () => line.commands.length === 1);
    expect(line.commands).toEqual([['recipe', 'A-7']]);
    await peer.say(`${TOPIC}/command/acknowledge`, '018f-event');
    await peer.say(`${TOPIC}/command/arm`, 'reject-1');
    for (const bad of ['', 'x'.repeat(300), '\u0000', new Uint8Array([0xff, 0xfe])]) {
      await peer.say(`${TOPIC}/command/recipe`, bad);
    }
    await waitFor('all of it to be refused', () => {
      expect(line.feed.state().refused).toEqual({ retained: 1, too_large: 1, no_text: 3 });
      return true;
    });
    for (let flood = 0; flood < 100; flood++) void peer.say(`${TOPIC}/command/recipe`, `B-${flood}`);
    await waitFor('the flood to be over', () => {
      const { too_many: refused = 0 } = line.feed.state().refused;
      return refused > 0 && refused + line.commands.length >= 101;
    });
    expect(line.commands.length).toBeLessThan(60);
  });

  it('announces itself to Home Assistant where that is wanted, and again when Home Assistant starts', async () => {
    const server = await broker();
    const peer = await Peer.at(server, 'homeassistant/#', `${TOPIC}/#`);
    await run(mqttPlan(server, { homeAssistant: 'homeassistant' }));
    const topic = 'homeassistant/device/lineside_line-1/config';
    await waitFor('the announcement', () => peer.json(topic));
    const config = peer.json(topic) as { components: Record<string, Record<string, string>> };
    expect(config).toMatchObject({
      device: { identifiers: ['lineside_line-1'], name: 'Packing 1' },
      origin: { name: 'Lineside' },
      availability: [{ topic: `${TOPIC}/availability` }],
    });
    const components = Object.values(config.components);
    expect(Object.keys(config.components)).toEqual(expect.arrayContaining(['open_events', 'camera_cell', 'batch']));
    expect(new Set(components.map((one) => one['unique_id'])).size).toBe(components.length);
    // Every state that it names is there, and has the value that the template asks for.
    await waitFor('the states', () => components.every((one) => peer.json(one['state_topic'] ?? '') !== undefined));
    const before = peer.on(topic).length;
    await peer.say('homeassistant/status', 'online');
    await waitFor('it again', () => peer.on(topic).length > before);
  });

  it('publishes nothing to Home Assistant and takes no command by itself', async () => {
    const server = await broker();
    const peer = await Peer.at(server, '#');
    const line = await run(mqttPlan(server));
    await waitFor('its state', () => peer.json(`${TOPIC}/state`));
    await peer.say(`${TOPIC}/command/recipe`, 'A-7');
    line.tell({ healthy: false });
    await waitFor('another state', () => peer.json(`${TOPIC}/state`)?.['healthy'] === false);
    expect(peer.heard.some(({ topic }) => topic.startsWith('homeassistant'))).toBe(false);
    expect(line.commands).toEqual([]);
  });
});
