import {
  AttributeIds,
  BrowseDirection,
  type ClientSession,
  DataType,
  type NodeId,
  setDebugLogger,
  setErrorLogger,
  setWarningLogger,
  Variant,
  VariantArrayType,
} from 'node-opcua-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../../tests/support/free-port.ts';
import {
  chunks,
  collectEvents,
  everyNode,
  type FoundNode,
  METHOD,
  type OpcuaEvent,
  openOpcuaSession,
} from '../../../../tests/support/opcua-client.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { LINE_NAMESPACE, LineServer } from './line-server.ts';
import type { PublishedLine } from './published.ts';
import { MACHINE_VISION } from './vision-system.ts';

const LINE: PublishedLine = {
  ...{ state: 'ContinuousExecution', why: 'every camera is inspected', recipe: 'milk', product: '460' },
  outputs: [],
};

let dir: TempDir;
let server: LineServer;
let url: string;
let ids = 0;

beforeAll(async () => {
  // It has a line for each method that is refused.
  for (const set of [setDebugLogger, setWarningLogger, setErrorLogger]) set(() => undefined);
  dir = await tempDir();
  const port = await freePort();
  const address = { host: '127.0.0.1', port, isOpen: true };
  const newId = (): string => `id-${(ids += 1)}`;
  server = await LineServer.open({ address, folder: dir.join('server'), device: 'line-1', newId });
  url = `opc.tcp://127.0.0.1:${port}`;
});
afterAll(async () => {
  await server.close();
  await dir[Symbol.asyncDispose]();
});

interface Tried {
  readonly method: FoundNode;
  readonly executable: unknown;
  readonly userExecutable: unknown;
  readonly status: string;
}

/** Calls every method of every object and type, with arguments of the types that it wants. */
async function tryMethods(session: ClientSession): Promise<readonly Tried[]> {
  const nodes = await everyNode(session);
  const methods = nodes.filter(({ nodeClass }) => nodeClass === METHOD);
  const tried: Tried[] = [];
  for (const some of chunks(methods)) {
    const attributes = await session.read(
      some.flatMap(({ nodeId }) => [
        { nodeId, attributeId: AttributeIds.Executable },
        { nodeId, attributeId: AttributeIds.UserExecutable },
      ]),
    );
    const wanted = await argumentsOf(session, some, nodes);
    const results = await session.call(
      some.map(({ nodeId, parent }, n) => ({
        ...{ objectId: parent, methodId: nodeId, inputArguments: [...(wanted[n] ?? [])] },
      })),
    );
    for (const [n, method] of some.entries()) {
      const [executable, userExecutable] = attributes
        .slice(2 * n, 2 * n + 2)
        .map(({ value }) => value.value as unknown);
      tried.push({ method, executable, userExecutable, status: results[n]?.statusCode.name ?? '' });
    }
  }
  return tried;
}

interface Argument {
  readonly dataType: NodeId;
  readonly valueRank: number;
}

async function argumentsOf(
  session: ClientSession,
  methods: readonly FoundNode[],
  nodes: readonly FoundNode[],
): Promise<readonly (readonly Variant[])[]> {
  const inputs = methods.map(({ nodeId }) =>
    nodes.find(({ name, parent }) => name === 'InputArguments' && parent.toString() === nodeId.toString()),
  );
  const known = inputs.filter((input) => input !== undefined);
  const values = await session.read(known.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })));
  const types = new Map<string, string>();
  const all: (readonly Variant[])[] = [];
  for (const input of inputs) {
    const wanted = (input && (values[known.indexOf(input)]?.value.value as readonly Argument[] | null)) ?? [];
    for (const { dataType } of wanted) {
      const id = dataType.toString();
      if (!types.has(id)) types.set(id, await builtIn(session, dataType));
    }
    all.push(wanted.map(({ dataType, valueRank }) => someValue(types.get(dataType.toString()) ?? 'Null', valueRank)));
  }
  return all;
}

const ENUMERATION = 29;

/** Name of the built-in type (OPC 10000-6, 5.1.2) that values of this type have. */
async function builtIn(session: ClientSession, dataType: NodeId): Promise<string> {
  const id = dataType.namespace === 0 ? Number(dataType.value) : Number.POSITIVE_INFINITY;
  if (id === ENUMERATION) return 'Int32';
  const own = DataType[id];
  if (own !== undefined) return own;
  const { references } = await session.browse({
    ...{ nodeId: dataType, browseDirection: BrowseDirection.Inverse, referenceTypeId: 'HasSubtype' },
    ...{ includeSubtypes: true, resultMask: 0 },
  });
  const [above] = references ?? [];
  return above === undefined ? 'Null' : builtIn(session, above.nodeId);
}

/** Values of types that take neither a number nor a text. */
const VALUES: Readonly<Record<string, unknown>> = {
  ...{ Boolean: true, Int64: [0, 1], UInt64: [0, 1], ByteString: Buffer.from([1]), ExtensionObject: null },
  ...{ LocalizedText: { text: 'x' }, DateTime: new Date(0) },
};
const NUMBERS = ['SByte', 'Byte', 'Int16', 'UInt16', 'Int32', 'UInt32', 'Float', 'Double'];

function someValue(type: string, valueRank: number): Variant {
  if (valueRank >= 1) return new Variant({ dataType: type, arrayType: VariantArrayType.Array, value: [] });
  if (NUMBERS.includes(type)) return new Variant({ dataType: type, value: 1 });
  if (type in VALUES) {
    return new Variant({ dataType: type, arrayType: VariantArrayType.Scalar, value: VALUES[type] });
  }
  return new Variant({ dataType: DataType.String, value: 'x' });
}

/** What the server itself offers a client for its own subscriptions (OPC 10000-5, 9.1 and 9.2). */
const FOR_SUBSCRIPTIONS = ['GetMonitoredItems', 'ResendData'];
const OF_THE_LINE = ['Reset', 'Halt', 'StartSingleJob', 'StartContinuous', 'Stop', 'Abort'];

describe('methods', () => {
  it('of machine vision may be called by nobody, on objects and on types; of the standard, none does anything', async () => {
    await using opened = await openOpcuaSession(url, dir.join('client'));
    const { session } = opened;
    const uris = await session.readNamespaceArray();
    const ours = [MACHINE_VISION, LINE_NAMESPACE].map((uri) => uris.indexOf(uri));
    const answers = (await tryMethods(session)).map(({ method, ...answer }) => ({
      name: method.name,
      method,
      ...answer,
    }));
    const isOurs = ({ method }: Tried): boolean => ours.includes(method.nodeId.namespace);
    const open = answers.filter(isOurs).filter(({ status }) => status !== 'BadUserAccessDenied');
    expect(open).toEqual([]);
    expect(answers.filter(isOurs).filter((one) => one.executable !== true || one.userExecutable !== false)).toEqual([]);
    const ofTheLine = answers.filter(({ method }) => method.nodeId.namespace === uris.indexOf(LINE_NAMESPACE));
    expect(ofTheLine.map(({ name }) => name)).toEqual(expect.arrayContaining(OF_THE_LINE));
    const standard = answers.filter((one) => !isOurs(one));
    expect(standard.length).toBeGreaterThan(100);
    const executable = standard.filter((one) => one.executable === true);
    expect(executable.map(({ name }) => name)).toEqual(FOR_SUBSCRIPTIONS);
    expect(new Set(executable.map(({ status }) => status))).toEqual(new Set(['BadSubscriptionIdInvalid']));
    // Arguments are looked at first; whoever has them right hears that the method cannot be executed.
    const refusals = new Set(standard.filter((one) => !executable.includes(one)).map(({ status }) => status));
    expect(
      [...refusals].filter((status) => !/^Bad(NotExecutable|ArgumentsMissing|InvalidArgument)$/.test(status)),
    ).toEqual([]);
    expect(refusals).toContain('BadNotExecutable');
  });
});

const STATE = { changed: 1018, error: 1019, resolved: 1020, result: 1024 };

describe('events', () => {
  it('tell of each state that is entered and of each result, and of nothing else', async () => {
    await using opened = await openOpcuaSession(url, dir.join('client'));
    const { session } = opened;
    const vision = (await session.readNamespaceArray()).indexOf(MACHINE_VISION);
    const of = (name: string): string => `${vision}:${name}`;
    const fields = [
      'EventType',
      'SourceName',
      'Message',
      'Severity',
      'FromState',
      'ToState',
      'ToState.Id',
      'Transition',
    ];
    const result = ['ResultId', 'PartId', 'JobId', 'ResultState', 'ResultContent', 'InternalRecipeId', 'ProductId'];
    const more = ['CreationTime', 'IsPartial', 'InternalConfigurationId'];
    const { events, subscription } = await collectEvents(session, 'i=2253', [
      ...fields,
      ...[...result, ...more].map(of),
    ]);
    const gate = { output: 'gate', reason: 'none', atMs: 1_700_000_000_000 };
    // Before anything is known of the line, nobody says of what a result is.
    server.result({ ...gate, piece: 1, result: 'ok' });
    server.publish({ ...LINE, state: 'Preoperational', why: 'starting' });
    server.publish(LINE);
    server.publish(LINE);
    server.result({ ...gate, piece: 2, result: 'nok', reason: 'defect' });
    server.result({ ...gate, piece: 3, result: 'no_result', reason: 'undecided' });
    server.publish({ ...LINE, state: 'Error', why: 'no pictures from a' });
    server.publish({ ...LINE, state: 'Initialized', why: 'no recipe was chosen' });
    server.lose();
    server.publish(LINE);
    const all = 12;
    await waitFor('the events', () => events.length >= all, { withinMs: 60_000 });
    const typeOf = ({ EventType }: OpcuaEvent): number => (EventType as { readonly value: number }).value;
    const textOf = (value: unknown): unknown => (value as { readonly text: string } | null)?.text ?? null;
    const states = events.filter((event) => typeOf(event) !== STATE.result);
    expect(
      states.map((event) => [
        typeOf(event),
        ...['FromState', 'ToState', 'Transition'].map((name) => textOf(event[name])),
      ]),
    ).toEqual([
      [STATE.changed, null, 'Preoperational', null],
      [STATE.changed, 'Preoperational', 'Operational', 'PreoperationalToOperationalAuto'],
      [STATE.changed, null, 'ContinuousExecution', null],
      [STATE.changed, 'Operational', 'Error', 'OperationalToErrorAuto'],
      [STATE.error, 'Operational', 'Error', 'OperationalToErrorAuto'],
      [STATE.changed, 'Error', 'Operational', 'ErrorToOperationalAuto'],
      [STATE.resolved, 'Error', 'Operational', 'ErrorToOperationalAuto'],
      [STATE.changed, null, 'Initialized', null],
      [STATE.changed, null, 'Operational', null],
      [STATE.changed, null, 'ContinuousExecution', null],
    ]);
    expect(states.filter((event) => typeOf(event) === STATE.error)).toMatchObject([
      { Message: { text: 'Error: no pictures from a' }, Severity: 800, SourceName: 'VisionStateMachine' },
    ]);
    const results = events.filter((event) => typeOf(event) === STATE.result);
    expect(results.map((event) => event[of('PartId')])).toMatchObject([{ id: 'gate/2' }, { id: 'gate/3' }]);
    expect(results.map((event) => event[of('ResultState')])).toEqual([1, 4]);
    expect(results[0]).toMatchObject({
      ...{ Message: { text: 'gate: piece 2 is nok, defect' }, SourceName: 'AutomaticModeStateMachine' },
      [of('IsPartial')]: false,
      [of('CreationTime')]: new Date(gate.atMs),
      [of('InternalRecipeId')]: { id: 'milk' },
      [of('ProductId')]: { id: '460' },
      [of('ResultContent')]: [{ value: 'gate' }, { value: 2 }, { value: 2 }, { value: 'defect' }],
    });
    const idOf = (event: OpcuaEvent | undefined, name: string): unknown =>
      (event?.[of(name)] as { readonly id: string } | undefined)?.id;
    // Each result has a name of its own, and those of one stretch of inspection have that in common.
    expect(new Set(results.map((event) => idOf(event, 'ResultId'))).size).toBe(2);
    expect(idOf(results[0], 'JobId')).toMatch(/^id-/);
    expect(idOf(results[1], 'JobId')).toBe(idOf(results[0], 'JobId'));
    await subscription.terminate();
  });

  it.each(['VisionSystem', 'VisionSystem-VisionStateMachine'])('reach those who listen at %s alone', async (name) => {
    await using opened = await openOpcuaSession(url, dir.join('client'));
    const { session } = opened;
    const own = (await session.readNamespaceArray()).indexOf(LINE_NAMESPACE);
    const { events, subscription } = await collectEvents(session, `ns=${own};s=${name}`, ['Message']);
    server.publish({ ...LINE, state: 'Halted', why: 'no output is armed' });
    server.publish(LINE);
    server.result({ output: 'gate', piece: 9, result: 'ok', reason: 'none', atMs: 0 });
    const last = (): unknown => (events.at(-1)?.['Message'] as { readonly text: string } | undefined)?.text;
    await waitFor('the result', () => last() === 'gate: piece 9 is ok', { withinMs: 60_000 });
    await subscription.terminate();
  });
});
