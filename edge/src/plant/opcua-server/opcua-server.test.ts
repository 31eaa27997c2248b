import { fileURLToPath } from 'node:url';
import { exitText, silentLogger, SupervisedProcess, systemClock } from '@lineside/kit';
import { AttributeIds, DataType, Variant } from 'node-opcua-client';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../../../tests/support/free-port.ts';
import { chunks, everyNode, openOpcuaSession, VARIABLE } from '../../../../tests/support/opcua-client.ts';
import { FROM_SOURCE, NODE } from '../../../../tests/support/processes.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import {
  listCertificates,
  opcuaServerFolder,
  type PointConnection,
  PointError,
  pointProtocolOf,
  type PointReading,
  trustCertificate,
} from '../points/index.ts';
import {
  OpcuaServerProcess,
  packmlOf,
  parseServerAddress,
  type PublishedLine,
  type PublishedOutput,
  type VisionFacts,
  visionStateOf,
} from './index.ts';
import { isFromServer, type ToServer } from './messages.ts';

const NEVER = new AbortController().signal;
const GOOD: VisionFacts = {
  ...{ wasInspecting: true, isVisionUp: true, hasRecipes: true, recipe: 'milk' },
  ...{ cameras: [{ id: 'a', isDelivering: true, isInspected: true }], outputs: [{ armed: true }, { armed: false }] },
};

describe('the state of machine vision', () => {
  it.each<[string, Partial<VisionFacts>, string]>([
    ['all is well', {}, 'ContinuousExecution'],
    ['it has not seen every camera yet', { wasInspecting: false, isVisionUp: false }, 'Preoperational'],
    ['the vision process is down', { isVisionUp: false }, 'Error'],
    ['a camera is lost', { cameras: [{ id: 'a', isDelivering: false, isInspected: true }] }, 'Error'],
    ['a model gives no results', { cameras: [{ id: 'a', isDelivering: true, isInspected: false }] }, 'Error'],
    ['no output is armed', { outputs: [{ armed: false }] }, 'Halted'],
    ['there are no outputs', { outputs: [] }, 'ContinuousExecution'],
    ['no recipe was chosen', { recipe: '' }, 'Initialized'],
    ['there are no recipes', { recipe: '', hasRecipes: false }, 'ContinuousExecution'],
  ])('when %s', (_when, facts, state) => {
    expect(visionStateOf({ ...GOOD, ...facts }).state).toBe(state);
  });

  it('of PackML is running only where the line is seen to run', () => {
    expect(packmlOf([])).toBeUndefined();
    expect(packmlOf([{ status: 'running' }, { status: 'unknown' }])).toBeUndefined();
    expect(packmlOf([{ status: 'running' }])).toBe('Execute');
    expect(packmlOf([{ status: 'running' }, { status: 'stopped', reason: 'jam' }])).toBe('Held');
    expect(packmlOf([{ status: 'stopped', reason: 'starved' }])).toBe('Suspended');
  });
});

describe('an address', () => {
  it.each([
    ['opc.tcp://127.0.0.1:4841', { host: '127.0.0.1', port: 4841, isOpen: true }],
    ['opc.tcp://[::1]', { host: '::1', port: 4840, isOpen: true }],
    ['opc.tcp://0.0.0.0', { host: '0.0.0.0', port: 4840, isOpen: false }],
    ['opc.tcp://10.0.0.5?security=none', { host: '10.0.0.5', port: 4840, isOpen: true }],
  ])('%s', (url, address) => expect(parseServerAddress(url)).toEqual(address));

  it.each(['opc.tcp://', 'opc.tcp://a/b', 'opc.tcp://u:p@a', 'opc.tcp://a?security=aes256', 'opc.tcp://a?x=1'])(
    '%s is refused',
    (url) => expect(parseServerAddress(url)).toBeTypeOf('string'),
  );
});

const OUTPUT: PublishedOutput = {
  ...{ id: 'reject-1', camera: 'a', readiness: 'ready', armed: true, connected: true, inTransit: 2 },
  ...{ newest: { piece: 17, result: 'nok', reason: 'defect' }, ok: 10, nok: 3, noResult: 1 },
  ...{ rejectsDone: 3, rejectsFailed: 1 },
};
const LINE: PublishedLine = {
  ...{ state: 'ContinuousExecution', why: 'every camera is inspected', recipe: 'milk', product: '4601234567893' },
  ...{ packml: 'Execute', outputs: [OUTPUT] },
};
const node = (path: string): string => `nsu=urn:lineside:line;s=${path}`;

/** One process for all connections of a test: loading the library takes longer than all that is asked of it. */
function clientOf(dataDir: string): { connect(url: string): Promise<PointConnection>; close(): void } {
  const opener = pointProtocolOf('opc.tcp:')?.opener?.({ clock: systemClock, log: silentLogger, dataDir });
  if (opener === undefined) throw new TypeError('no protocol');
  return { connect: (url) => opener.connect(url, NEVER), close: () => opener.close() };
}

/** Against a test that hangs. Waits have fair deadlines of their own, so a busy machine may use much of it. */
const HANGS_MS = 600_000;

describe('the line as a server', () => {
  it(
    'shows states, recipe and results; nobody writes, and no result is never valid',
    async () => {
      await using dir = await tempDir();
      const port = await freePort();
      const url = `opc.tcp://127.0.0.1:${port}`;
      let line = LINE;
      const server = new OpcuaServerProcess({
        ...{ url, folder: opcuaServerFolder(dir.path), device: 'line-1', line: () => line },
        ...{ clock: systemClock, log: silentLogger },
      });
      await using running = new AsyncDisposableStack();
      const stop = new AbortController();
      const ended = server.run(stop.signal);
      running.defer(async () => {
        stop.abort();
        await ended;
      });
      await waitFor('the server', () => server.isUp, { withinMs: 60_000 });
      const client = clientOf(dir.path);
      running.defer(() => client.close());
      const connection = await client.connect(`${url}?security=none`);
      const values = async (paths: readonly string[]): Promise<readonly unknown[]> =>
        (await connection.read(paths.map(node))).map((reading) => ('value' in reading ? reading.value : reading.bad));
      const output = (name: string): string => `Output/reject-1/${name}`;
      await waitFor('the first values', async () => (await values(['Line/Recipe']))[0] === 'milk');
      expect(
        await values(['Line/State', 'Line/Product', 'Line/PackMLState', 'Line/PackMLStateNumber', 'Line/StopReason']),
      ).toEqual(['ContinuousExecution', '4601234567893', 'Execute', 6, '']);
      const names = ['Ready', 'Result', 'Valid', 'Reason', 'Piece', 'Good', 'Bad', 'NoResult', 'RejectsDone'];
      expect(await values(names.map(output))).toEqual([true, 2, true, 'defect', 17, 10, 3, 1, 3]);
      const [beat] = await values(['Line/Heartbeat']);
      await waitFor('the next heartbeat', async () => (await values(['Line/Heartbeat']))[0] !== beat);

      const states = ['VisionSystem-VisionStateMachine', 'VisionSystem-VisionStateMachine-AutomaticModeStateMachine'];
      const current = (): Promise<readonly unknown[]> => values(states.map((machine) => `${machine}-CurrentState`));
      expect(await current()).toEqual(['Operational', 'ContinuousExecution']);
      line = { ...LINE, state: 'Ready' };
      await waitFor('Ready', async () => JSON.stringify(await current()) === '["Operational","Ready"]');
      line = { ...LINE, state: 'Error', why: 'no pictures from a' };
      await waitFor('Error', async () => (await current())[0] === 'Error');
      expect((await current())[1]).toBe('BadStateNotActive');
      line = {
        ...{ state: 'Halted', why: 'no output is armed', recipe: '', product: '' },
        outputs: [{ ...OUTPUT, newest: { piece: 18, result: 'no_result', reason: 'undecided' } }],
      };
      await waitFor('no result', async () => (await values([output('Result')]))[0] === 3);
      expect(await values([output('Valid'), output('Piece')])).toEqual([false, 18]);
      expect((await values(['Line/PackMLState']))[0]).toMatch(/^Bad/);
      // Without READY the last good result counts for nothing.
      line = {
        ...LINE,
        outputs: [{ ...OUTPUT, readiness: 'disarmed', newest: { piece: 19, result: 'ok', reason: 'none' } }],
      };
      await waitFor('READY to be gone', async () => (await values([output('Ready')]))[0] === false);
      expect(await values([output('Result'), output('Valid')])).toEqual([3, false]);

      await expectNothingWritable(url, dir.join('stranger'));
    },
    HANGS_MS,
  );

  it(
    'is closed to strangers where other machines reach it, and shows nothing when nobody says how the line is',
    async () => {
      await using dir = await tempDir();
      const port = await freePort();
      const url = `opc.tcp://127.0.0.1:${port}`;
      const entry = fileURLToPath(new URL('main.ts', import.meta.url));
      let isUp = false;
      let problem: string | undefined;
      await using child = new SupervisedProcess({
        ...{ command: NODE, args: [...FROM_SOURCE, entry], stdout: 'ignore', ipc: true },
        onMessage: (message) => {
          if (!isFromServer(message)) return;
          if (message.type === 'up') isUp = true;
          else if (message.type === 'failed') problem = message.message;
        },
      });
      void child.exited.then((exit) => (problem ??= `${exitText(exit)} ${child.stderr}`));
      const send = (message: ToServer): void => child.send(message);
      const folder = opcuaServerFolder(dir.path);
      send({ type: 'serve', address: { host: '127.0.0.1', port, isOpen: false }, folder, device: 'line-1' });
      await waitFor('the server', () => isUp || problem, { withinMs: 60_000 });
      expect(problem).toBeUndefined();

      await using running = new AsyncDisposableStack();
      const client = clientOf(dir.path);
      running.defer(() => client.close());
      /** How a connection is refused. One that ran out of time on a busy machine says nothing. */
      const refusal = (at: string): Promise<string> =>
        waitFor('an answer', async () => {
          const outcome = await client.connect(at).then(() => 'it was let in', codeOf);
          return outcome === 'point_silent' ? undefined : outcome;
        });
      expect(await refusal(`${url}?security=none`)).toMatch(/^point_/);
      // The server is not trusted here, then this client is not trusted there.
      expect(await refusal(url)).toBe('point_certificate');
      const rejected = async (role: string): Promise<string> =>
        (await listCertificates(dir.path)).find((one) => one.role === role && one.state === 'rejected')?.fingerprint ??
        '';
      expect(await rejected('server')).toBe('');
      await trustCertificate(dir.path, await rejected('client'));
      expect(await refusal(url)).toBe('point_certificate');
      await trustCertificate(dir.path, await rejected('server'));
      const connection = await waitFor('the trusted client', () => client.connect(url), { withinMs: 300_000 });
      const recipe = async (): Promise<PointReading | undefined> => (await connection.read([node('Line/Recipe')]))[0];
      await waitFor('a value', async () => {
        send({ type: 'line', line: LINE });
        return 'value' in ((await recipe()) ?? {});
      });
      // From now on nothing more comes from the main process.
      await waitFor('no value', async () => 'bad' in ((await recipe()) ?? {}));
      expect(await connection.read(['Output/reject-1/Result', 'Line/State'].map(node))).toEqual([
        { bad: 'BadWaitingForInitialData' },
        { bad: 'BadWaitingForInitialData' },
      ]);
    },
    HANGS_MS,
  );
});

function codeOf(error: unknown): string {
  return error instanceof PointError ? error.code : String(error);
}

/** Tries to write every variable that the server has, and to have a session that is kept for hours. */
async function expectNothingWritable(url: string, rootFolder: string): Promise<void> {
  await using opened = await openOpcuaSession(url, rootFolder, 3 * 3_600_000);
  const { session } = opened;
  expect(session.timeout).toBe(60_000);
  const nodes = new Map((await everyNode(session)).map((node) => [node.nodeId.toString(), node]));
  const variables = [...nodes.values()].filter(({ nodeClass }) => nodeClass === VARIABLE);
  const written: string[] = [];
  for (const some of chunks(variables)) {
    const values = await session.read(some.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value })));
    const statuses = await session.write(
      some.map(({ nodeId }, n) => {
        const given = values[n]?.value;
        const isGiven = given !== undefined && given.dataType !== DataType.Null;
        const value = isGiven ? given : new Variant({ dataType: DataType.Int32, value: 1 });
        return { nodeId, attributeId: AttributeIds.Value, value: { value } };
      }),
    );
    written.push(...some.flatMap(({ nodeId }, n) => (statuses[n]?.isGood() === false ? [] : [nodeId.toString()])));
  }
  expect(written).toEqual([]);
  expect(variables.length).toBeGreaterThan(1_000);
}
