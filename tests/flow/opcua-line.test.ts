import { AttributeIds, resolveNodeId } from 'node-opcua-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { LinePlc, RESULTS_AT } from '../../scripts/twin/src/plc/index.ts';
import { parseLine } from '../../scripts/twin/src/scenes/index.ts';
import { type Appliance, configure, startAppliance } from '../support/appliance.ts';
import { built, LINESIDE } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';
import { collectEvents, type OpcuaEvent, openOpcuaSession, type OpcuaSession } from '../support/opcua-client.ts';
import { commandLineOf, descendantsOf, NODE, runProcess } from '../support/processes.ts';
import { productModel, productRule, products } from '../support/product-line.ts';
import { tempDir, type TempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const VISION = 'http://opcfoundation.org/UA/MachineVision';
const LINE = 'urn:lineside:line';
/** What the controller itself sees is of no account here. */
const PLC = `seed: 3
size: {width: 640, height: 360}
fps: 10
periodSeconds: 600
cameras: [{id: product, scene: product, bottlesPerMinute: 10, secondsInView: 3}]
plc: {gateAt: 1}
`;
const Served = z.object({
  plantServers: z.array(z.object({ url: z.string(), up: z.boolean(), sessions: z.number() })),
  outputs: z.array(z.object({ counts: z.object({ ok: z.number(), nok: z.number() }).optional() })),
});

const stop = new AbortController();
let dir: TempDir;
let plc: Promise<void>;
let line: Appliance;
let server: string;
let opened: OpcuaSession;
let uris: readonly string[];

beforeAll(async () => {
  await built();
  dir = await tempDir();
  const controller = new LinePlc(
    parseLine(PLC, 'line.yaml'),
    { host: '127.0.0.1', port: 0, zero: Date.now() },
    () => undefined,
  );
  const url = await controller.listen();
  plc = controller.run(stop.signal);
  server = `opc.tcp://127.0.0.1:${await freePort()}`;
  const config = await configure(dir.join('line.json'), {
    device: 'line-1',
    cameras: [{ id: 'belt', url: products(), fps: 10, models: ['products'] }],
    models: [await productModel(dir.path)],
    rules: [productRule('belt')],
    outputs: [
      {
        ...{ id: 'gate', camera: 'belt', rules: ['defects'], url, delay: '3s' },
        ...{ reject: 'coil:0', results: `holding:${RESULTS_AT}` },
      },
    ],
    plantServers: [{ url: server }],
    status: { listen: '127.0.0.1:0' },
  });
  line = await startAppliance({ config, data: dir.join('data') });
  opened = await waitFor('a client to be let in', () => openOpcuaSession(server, dir.join('client')), {
    withinMs: 60_000,
    everyMs: 500,
  });
  uris = await opened.session.readNamespaceArray();
});
afterAll(async () => {
  await opened[Symbol.asyncDispose]();
  await line[Symbol.asyncDispose]();
  stop.abort();
  await plc;
  await dir[Symbol.asyncDispose]();
});

const node = (path: string): string => `ns=${uris.indexOf(LINE)};s=${path}`;

async function read(...paths: readonly string[]): Promise<readonly unknown[]> {
  const values = await opened.session.read(
    paths.map((path) => ({ nodeId: node(path), attributeId: AttributeIds.Value })),
  );
  return values.map(({ value, statusCode }) => (statusCode.isGood() ? (value.value as unknown) : statusCode.name));
}

async function served(): Promise<z.infer<typeof Served>> {
  const response = await fetch(new URL('/api/v1/status', line.page), { signal: AbortSignal.timeout(10_000) });
  return Served.parse(await response.json());
}

const textOf = (value: unknown): string => (value as { readonly text?: string } | null)?.text ?? '';

it('a complete line is read by a client of OPC UA: its state, each result, and counters that rise as it inspects', async () => {
  const vision = uris.indexOf(VISION);
  const fields = ['EventType', 'Message', `${vision}:PartId`, `${vision}:ResultContent`];
  const { events, subscription } = await collectEvents(opened.session, node('VisionSystem'), fields);
  const of = (type: number): readonly OpcuaEvent[] =>
    events.filter(({ EventType }) => (EventType as { readonly value: number }).value === type);

  // It inspects, but nobody has armed the output.
  await waitFor('Halted', async () => (await read('Line/State'))[0] === 'Halted', { withinMs: 90_000 });
  expect(await read('Line/StateReason', 'Output/gate/Armed', 'Output/gate/Valid')).toEqual([
    'no output is armed',
    false,
    false,
  ]);
  const arming = ['plant', 'arm', 'gate', '--by', 'M. Fischer', '--data', dir.join('data')];
  expect(await runProcess(NODE, [LINESIDE, ...arming])).toMatchObject({ code: 0 });
  await waitFor('ContinuousExecution', async () => (await read('Line/State'))[0] === 'ContinuousExecution');
  const machine = 'VisionSystem-VisionStateMachine';
  const states = await read(`${machine}-CurrentState`, `${machine}-AutomaticModeStateMachine-CurrentState`);
  expect(states.map(textOf)).toEqual(['Operational', 'ContinuousExecution']);

  // Nobody but a person at the line halts it.
  const halt = opened.session.call({
    ...{ objectId: resolveNodeId(node(machine)), methodId: resolveNodeId(node(`${machine}-Halt`)) },
    inputArguments: [
      { dataType: 'Int32', value: 1 },
      { dataType: 'String', value: 'a stranger' },
    ],
  } as never);
  expect((await halt).statusCode.name).toBe('BadUserAccessDenied');

  const messages = (): readonly string[] => of(1024).map(({ Message }) => textOf(Message));
  await waitFor(
    'a good and a bad product',
    () => [/piece \d+ is ok$/, /piece \d+ is nok, defect$/].every((form) => messages().some((one) => form.test(one))),
    { withinMs: 60_000 },
  );
  const numbers = ['Good', 'Bad', 'NoResult', 'RejectsDone'].map((name) => `Output/gate/${name}`);
  const before = await waitFor(
    'pieces to have arrived',
    async () => {
      const [good, bad] = await read(...numbers);
      return Number(good) > 0 && Number(bad) > 0 && [Number(good), Number(bad)];
    },
    { withinMs: 60_000 },
  );
  await waitFor(
    'the counters to rise',
    async () => {
      const [good, bad] = await read(...numbers);
      return Number(good) > (before[0] ?? 0) && Number(bad) > (before[1] ?? 0);
    },
    { withinMs: 60_000 },
  );
  // The same as the line says of itself, once the newest has come through.
  await waitFor('the same counters', async () => {
    const [good, bad] = await read(...numbers);
    const [gate] = (await served()).outputs;
    return gate?.counts?.ok === good && gate?.counts?.nok === bad;
  });
  expect((await served()).plantServers).toEqual([{ url: server, up: true, sessions: 1 }]);

  // What happens to the line is reported at once, and again when it is over.
  const visionPid = descendantsOf(line.process.pid).find((pid) => /vision/.test(commandLineOf(pid)));
  if (visionPid === undefined) throw new TypeError('the line has a vision process');
  process.kill(visionPid, 'SIGKILL');
  await waitFor('the error', () => of(1019).length > 0);
  expect(of(1019).map(({ Message }) => textOf(Message))).toContain('Error: the vision process is down');
  const results = messages().length;
  await waitFor('the error to be over', () => of(1020).length > 0, { withinMs: 60_000 });
  await waitFor('results again', () => messages().length > results, { withinMs: 60_000 });
  await subscription.terminate();
}, 600_000);
