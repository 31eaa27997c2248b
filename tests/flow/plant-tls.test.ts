import { silentLogger, systemClock } from '@lineside/kit';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FeedPlan } from '../../edge/src/plant/feeds/index.ts';
import { feedProtocolOf } from '../../edge/src/plant/feeds/protocols.ts';
import { SignalSources, SignalTable } from '../../edge/src/signals/index.ts';
import { encodePayload } from '../../edge/src/sparkplug/index.ts';
import { feedPlan, report } from '../support/feed-world.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { decodeForeign } from '../support/sparkplug-decoder.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { TestAuthority } from '../support/test-authority.ts';
import { waitFor } from '../support/wait-for.ts';

const PASSWORD = 'p@ss/word';
const LOGIN = 'line:p%40ss%2Fword';
const NODE_TOPIC = 'spBv1.0/plant/NBIRTH/line-1';

const resources = new AsyncDisposableStack();
let dir: TempDir;
let plant: TestAuthority;
let stranger: TestAuthority;
/** With a certificate of the plant's authority for its address. */
let broker: Mosquitto;
/** With one of the same authority for another machine. */
let elsewhere: Mosquitto;

beforeAll(async () => {
  dir = resources.use(await tempDir('lineside-plant-tls-'));
  plant = await TestAuthority.make(dir.path, 'plant');
  stranger = await TestAuthority.make(dir.path, 'stranger');
  const serve = async (name: string, host: string): Promise<Mosquitto> => {
    const { certFile, keyFile } = await plant.issue(name, host);
    const config = [`certfile ${certFile}`, `keyfile ${keyFile}`, `cafile ${plant.caFile}`];
    return resources.use(await startMosquitto({ users: { line: PASSWORD, peer: 'x' }, config }));
  };
  broker = await serve('broker', '127.0.0.1');
  elsewhere = await serve('elsewhere', 'broker.elsewhere.example');
});

afterAll(() => resources.disposeAsync());

const addressOf = (server: Mosquitto): string => `mqtts://${LOGIN}@127.0.0.1:${server.port}`;

/** Brokers that are not what they should be, and what is said of them. */
const WRONG: readonly (readonly [string, () => string, RegExp])[] = [
  ['of an authority that is not named', () => addressOf(broker), /self[- ]signed certificate|issuer certificate/i],
  ['of another authority', () => `${addressOf(broker)}?ca=${stranger.caFile}`, /certificate/i],
  ['for another machine', () => `${addressOf(elsewhere)}?ca=${plant.caFile}`, /does not match certificate's altnames/],
];
const withPath = (url: string, path: string): string => url.replace(/(?=\?|$)/, path);

/** A client of the broker with the same checks that the plant's own programs make. */
async function peer(): Promise<MqttClient> {
  const login = { username: 'peer', password: 'x', ca: plant.ca, reconnectPeriod: 0 };
  const client = await mqtt.connectAsync(`mqtts://127.0.0.1:${broker.port}`, login);
  resources.defer(() => void client.end(true));
  client.on('error', () => undefined);
  return client;
}

interface Fed extends AsyncDisposable {
  readonly commands: readonly (readonly [string, string])[];
  readonly state: () => { readonly connected: boolean; readonly problem?: string };
}

/** A running feed of this plan, to which the newest report is given again and again. */
async function feed(url: string, change: Partial<FeedPlan> = {}): Promise<Fed> {
  const commands: (readonly [string, string])[] = [];
  const plan = feedPlan(url, change);
  const made = await feedProtocolOf(url)!.open(plan, {
    ...{ clock: systemClock, log: silentLogger },
    onCommand: (command, value) => void commands.push([command, value]),
  });
  const stop = new AbortController();
  const running = made.run(stop.signal);
  const telling = setInterval(() => made.take({ type: 'report', report: report() }), 50);
  return {
    commands,
    state: () => made.state(),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      clearInterval(telling);
    },
  };
}

/** A running source for one number, and what is said of it. */
function read(url: string): AsyncDisposable & { readonly table: SignalTable; readonly said: readonly string[] } {
  const said: string[] = [];
  const common = { type: 'number', scale: 1, offset: 0, deadband: 0, staleAfterMs: undefined } as const;
  const table = new SignalTable(systemClock, [{ id: 'speed', source: url, ...common }]);
  const log = { ...silentLogger, warn: (facts: object) => void said.push(JSON.stringify(facts)) };
  const targets = [{ id: 'speed', url: () => url }];
  const sources = new SignalSources({ targets, sink: table, clock: systemClock, log: { ...log, child: () => log } });
  const stop = new AbortController();
  const running = sources.run(stop.signal);
  return {
    ...{ table, said },
    [Symbol.asyncDispose]: () => {
      stop.abort();
      return running;
    },
  };
}

describe('feeds over TLS with Mosquitto', () => {
  it.each(['', 'sparkplug+'])('%s over TLS: publishes to the broker of the authority that is named', async (prefix) => {
    const topics: string[] = [];
    const client = await peer();
    client.on('message', (topic) => void topics.push(topic));
    await client.subscribeAsync(['plant/line-1/state', NODE_TOPIC], { qos: 1 });
    await using line = await feed(`${prefix}${addressOf(broker)}?ca=${plant.caFile}`);
    const topic = prefix === '' ? 'plant/line-1/state' : NODE_TOPIC;
    await waitFor(topic, () => topics.includes(topic));
    expect(line.state().connected).toBe(true);
    // What it may do there, it does by its own login.
    expect(broker.log).toMatch(/New client connected from \S+ as lineside-.*u'line'/);
  });

  it('chooses a recipe by a command, encrypted as everything else', async () => {
    const client = await peer();
    const mqttPlan = { topic: 'plant/line-1', commands: ['recipe'], homeAssistant: undefined } as const;
    await using line = await feed(`${addressOf(broker)}?ca=${plant.caFile}`, { mqtt: mqttPlan });
    await waitFor('the connection', () => line.state().connected);
    await waitFor('the command', async () => {
      await client.publishAsync('plant/line-1/command/recipe', 'A-7', { qos: 1 });
      return line.commands.length > 0;
    });
    expect(line.commands[0]).toEqual(['recipe', 'A-7']);
  });

  it.each(WRONG)('send nothing to a broker with a certificate %s', async (_what, url, problem) => {
    for (const prefix of ['', 'sparkplug+']) {
      await using line = await feed(`${prefix}${url()}`);
      await waitFor('the problem', () => line.state().problem !== undefined);
      expect(line.state()).toMatchObject({ connected: false, problem: expect.stringMatching(problem) as unknown });
      expect(line.state().problem).not.toContain(PASSWORD);
    }
  });

  it('leave a broker alone that speaks without TLS', async () => {
    await using plain = await startMosquitto();
    await using line = await feed(`mqtts://${LOGIN}@127.0.0.1:${plain.port}?ca=${plant.caFile}`);
    await waitFor('the problem', () => line.state().problem !== undefined);
    expect(line.state().connected).toBe(false);
    expect(plain.log).not.toContain('New client connected');
  });
});

describe('signals over TLS with Mosquitto', () => {
  const topicUrl = (url: string): string => withPath(url, '/plant/speed');
  const metricUrl = (url: string): string => `sparkplug+${withPath(url, '/dairy/filler/plant')}#speed`;

  it('have the values of a topic, and of a node of Sparkplug that another encoder reads too', async () => {
    const client = await peer();
    await client.publishAsync('plant/speed', '60.5', { qos: 1, retain: true });
    await using topic = read(topicUrl(`${addressOf(broker)}?ca=${plant.caFile}`));
    await using metric = read(metricUrl(`${addressOf(broker)}?ca=${plant.caFile}`));
    const births: Buffer[] = [];
    client.on('message', () => void births.push(...(births.length === 0 ? nodeBirths() : [])));
    await client.subscribeAsync('spBv1.0/dairy/NCMD/filler', { qos: 1 });
    await waitFor('to be asked for the birth', () => births.length > 0);
    const [node = Buffer.of(), device = Buffer.of()] = births;
    await client.publishAsync('spBv1.0/dairy/NBIRTH/filler', node, { qos: 0 });
    await client.publishAsync('spBv1.0/dairy/DBIRTH/filler/plant', device, { qos: 0 });
    await waitFor('both values', () =>
      [topic, metric].every(({ table }) => {
        const reading = table.get('speed')?.reading;
        return reading?.state === 'good' && reading.value === 60.5;
      }),
    );
    const [, foreign] = await decodeForeign(births);
    expect(foreign?.metrics).toMatchObject([{ name: 'speed', double_value: 60.5 }]);
  });

  it.each(WRONG)('have no value of a broker with a certificate %s', async (_what, url, problem) => {
    for (const source of [topicUrl(url()), metricUrl(url())]) {
      await using one = read(source);
      await waitFor('the problem', () => one.said.length > 0);
      expect(one.said[0]).toMatch(problem);
      expect(one.table.get('speed')?.reading.state).not.toBe('good');
      expect(one.said.join('\n')).not.toContain(PASSWORD);
    }
  });
});

function nodeBirths(): readonly Buffer[] {
  const bdSeq = { name: 'bdSeq', type: 'Int64', value: 0 } as const;
  const speed = { name: 'speed', alias: 1, type: 'Double', value: 60.5 } as const;
  return [
    Buffer.from(encodePayload({ timestamp: 1, seq: 0, metrics: [bdSeq] })),
    Buffer.from(encodePayload({ timestamp: 1, seq: 1, metrics: [speed] })),
  ];
}
