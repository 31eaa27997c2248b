import { silentLogger, systemClock } from '@lineside/kit';
import { DataType, StatusCodes, Variant, VariantArrayType } from 'node-opcua-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempDir, type TempDir } from '../../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../../tests/support/wait-for.ts';
import { type OpcuaPlc, type OpcuaPlcOptions, openOpcuaPlc } from '../../../../../scripts/twin/src/plc/index.ts';
import {
  listCertificates,
  type PointConnection,
  PointError,
  type PointReading,
  pointProtocolOf,
  trustCertificate,
} from '../index.ts';
import { parseTarget } from './opcua-address.ts';
import { nodeIdOf, parseOpcuaPoint } from './opcua-point.ts';
import { readingOf, variantOf } from './values.ts';

const NEVER = new AbortController().signal;
const node = (name: string): string => `nsu=urn:lineside:twin:line;s=${name}`;

const opcua = pointProtocolOf('opc.tcp://plc');
if (opcua === undefined) throw new TypeError('no protocol');

describe('an address', () => {
  it.each([
    ['opc.tcp://plc#ns=2;s=Speed', 'opc.tcp://plc:4840', 'basic256sha256'],
    ['opc.tcp://10.0.0.9:48010/UA/Line?security=aes256#i=2258', 'opc.tcp://10.0.0.9:48010/UA/Line', 'aes256'],
    ['opc.tcp://me:p%40ss@plc:4841?every=50ms#ns=2;s=A', 'opc.tcp://plc:4841', 'basic256sha256'],
  ])('%s', (url, endpoint, security) => {
    expect(opcua.urlProblem(url)).toBeUndefined();
    expect(parseTarget(url)).toMatchObject({ endpoint, security });
  });

  it('has parts that belong to the connection, and parts that belong to the point', () => {
    expect(opcua.address('opc.tcp://me:p%40ss@plc/X?security=aes256&every=50ms#ns=3;s="DB1"."a b%25"')).toEqual({
      connection: 'opc.tcp://me:p%40ss@plc/X?security=aes256',
      point: 'ns=3;s="DB1"."a b%"',
      everyMs: 50,
    });
    expect(parseTarget('opc.tcp://me:p%40ss@plc')).toMatchObject({ user: { name: 'me', password: 'p@ss' } });
  });

  it.each([
    ['opc.tcp://plc', /no node id/],
    ['opc.tcp://plc#Speed', /nsu=URI/],
    ['opc.tcp://plc#ns=2;i=x', /node id/],
    ['opc.tcp://plc?security=basic128#i=1', /basic256sha256/],
    ['opc.tcp://plc?secure=1#i=1', /known are/],
    ['opc.tcp://me:secret@plc?security=none#i=1', /without encryption/],
    ['opc.tcp://plc?certificate=/a.pem#i=1', /together/],
    ['opc.tcp://plc?every=1ms#i=1', /at least 10ms/],
    ['opc.tcp://#i=1', /HOST/],
  ])('%s is refused with what would be right', (url, problem) => {
    expect(opcua.urlProblem(url)).toMatch(problem);
  });

  it('names a namespace by its URI, wherever the server puts it', () => {
    const point = parseOpcuaPoint('nsu=urn:a;s=x;y');
    if (typeof point === 'string') throw new TypeError(point);
    expect(nodeIdOf(point, ['http://opcfoundation.org/UA/', 'urn:b', 'urn:a'])).toBe('ns=2;s=x;y');
    expect(nodeIdOf(point, ['http://opcfoundation.org/UA/', 'urn:a'])).toBe('ns=1;s=x;y');
    expect(nodeIdOf(point, [])).toBeUndefined();
  });
});

describe('values', () => {
  const good = StatusCodes.Good;

  it('of a bad or uncertain status are none, whatever stands beside it', () => {
    const value = new Variant({ dataType: DataType.Double, value: 12 });
    expect(readingOf({ statusCode: StatusCodes.BadSensorFailure, value })).toEqual({ bad: 'BadSensorFailure' });
    expect(readingOf({ statusCode: StatusCodes.UncertainLastUsableValue, value })).toEqual({
      bad: 'UncertainLastUsableValue',
    });
    expect(readingOf({ statusCode: good, value })).toEqual({ value: 12 });
  });

  it('that are no plain value are bad', () => {
    const array = new Variant({ dataType: DataType.Double, arrayType: VariantArrayType.Array, value: [1, 2] });
    expect(readingOf({ statusCode: good, value: array })).toEqual({ bad: 'array' });
    expect(readingOf({ statusCode: good, value: new Variant({ dataType: DataType.Null }) })).toEqual({
      bad: 'no_value',
    });
    const nan = new Variant({ dataType: DataType.Float, value: Number.NaN });
    expect(readingOf({ statusCode: good, value: nan })).toEqual({ bad: 'not_a_number' });
  });

  it.each([
    [DataType.Int64, -5_000_000_000],
    [DataType.Int64, -1],
    [DataType.UInt64, 2 ** 53 - 1],
    [DataType.Int16, -32_768],
    [DataType.Double, 0.25],
    [DataType.Boolean, true],
    [DataType.String, 'a'],
  ])('of type %s come back as they were', (type, value) => {
    expect(readingOf({ statusCode: good, value: variantOf(type, 'p', value) })).toEqual({ value });
  });

  it.each([
    [DataType.Int16, 40_000],
    [DataType.UInt64, -1],
    [DataType.Byte, 1.5],
    [DataType.Double, 'much'],
    [DataType.Boolean, 2],
    [DataType.DateTime, 1],
  ])('of type %s refuse %s', (type, value) => {
    expect(() => variantOf(type, 'p', value)).toThrow(PointError);
  });
});

interface Twin extends AsyncDisposable {
  readonly plc: OpcuaPlc;
  readonly url: string;
}

async function startTwin(more: Partial<OpcuaPlcOptions> = {}): Promise<Twin> {
  const started = performance.now();
  const plc = await openOpcuaPlc({
    ...{ host: '127.0.0.1', port: 0 },
    values: () => ({
      ...{ running: true, speed: 46.5, bottles: 7, product: '4601234567893', weight: 500.5, weightNumber: 3 },
      encoder: Math.floor(performance.now() - started),
    }),
    ...more,
  });
  const url = await plc.listen();
  const stop = new AbortController();
  const ended = plc.run(stop.signal);
  return {
    ...{ plc, url },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended;
    },
  };
}

describe('with the controller of the twin', () => {
  let twin: Twin;
  let dir: TempDir;

  beforeAll(async () => {
    dir = await tempDir();
    twin = await startTwin();
  });
  afterAll(async () => {
    await twin[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  const open = async (query = '?security=none', at = twin): Promise<PointConnection> =>
    opcua.connect(at.url + query, { clock: systemClock, log: silentLogger, dataDir: dir.path }, NEVER);

  it('reads and writes nodes of each type; one that is not there spoils no other', async () => {
    const connection = await open();
    const names = ['Line.Running', 'Line.Speed', 'Line.Bottles', 'Line.Nothing', 'Line.Product', 'Scale.Weight'];
    expect(await connection.read([...names.map(node), 'nsu=urn:other;s=x'])).toEqual([
      { value: true },
      { value: 46.5 },
      { value: 7 },
      { bad: 'BadNodeIdUnknown' },
      { value: '4601234567893' },
      { value: 500.5 },
      { bad: 'BadNodeIdUnknown' },
    ]);
    await connection.write([{ point: node('Line.SetSpeed'), value: '12' }]);
    expect(await connection.read([node('Line.SetSpeed')])).toEqual([{ value: 12 }]);
    for (const [point, value, code, message] of [
      [node('Line.Speed'), 1, 'point_refused', /BadNotWritable|BadUserAccessDenied/],
      [node('Line.Nothing'), 1, 'point_refused', /no such node.*BadNodeIdUnknown/],
      [node('Line.SetSpeed'), 'fast', 'point_value', /no number/],
    ] as const) {
      await expect(connection.write([{ point, value }])).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as string,
      });
    }
    // What a node refuses does not end the connection.
    expect(await connection.read([node('Line.Speed')])).toEqual([{ value: 46.5 }]);
    const browsed = await connection.browse?.(node('Line'), 20);
    expect(browsed?.find(({ point }) => point === node('Line.SetSpeed'))?.readings).toEqual({
      ...{ name: 'Line.SetSpeed', type: 'Int32', access: 'read-write', value: '12' },
    });
    expect(browsed?.find(({ point }) => point === node('Line.Speed'))?.readings['access']).toBe('read');
    connection.close();
    await waitFor('the session to be closed', () => twin.plc.kept.sessions === 0);
  });

  it('reports changes at the pace that was asked for, and says what is wrong with a node', async () => {
    const connection = await open();
    const seen = new Map<number, PointReading[]>([0, 1, 2].map((index) => [index, []]));
    let signs = 0;
    const points = ['Line.Encoder', 'Line.Product', 'Line.Nothing'].map((name) => ({ point: node(name), everyMs: 20 }));
    await connection.watch?.(points, {
      changed: (index, reading) => void seen.get(index)?.push(reading),
      alive: () => void (signs += 1),
    });
    const last = (index: number): PointReading | undefined => seen.get(index)?.at(-1);
    await waitFor('changes', () => (seen.get(0)?.length ?? 0) > 20);
    const numbers = seen.get(0)?.map((reading) => ('value' in reading ? Number(reading.value) : Number.NaN)) ?? [];
    // The library's own floor of 50 ms would leave gaps of 50 counts and more between any two of them.
    expect(Math.min(...numbers.slice(1).map((number, n) => number - (numbers[n] ?? 0)))).toBeLessThan(45);
    expect(last(1)).toEqual({ value: '4601234567893' });
    expect(last(2)).toEqual({ bad: 'BadNodeIdUnknown' });
    await twin.plc.set('bad');
    await waitFor('a bad reading', () => JSON.stringify(last(1)) === '{"bad":"BadSensorFailure"}');
    await twin.plc.set(undefined);
    await waitFor('a good reading', () => JSON.stringify(last(1)) === '{"value":"4601234567893"}');
    await twin.plc.set('gone');
    await waitFor('the node to be gone', () => JSON.stringify(last(1)).includes('BadNodeId'));
    await twin.plc.set(undefined);
    await waitFor('the node to be there again', () => JSON.stringify(last(1)) === '{"value":"4601234567893"}', {
      withinMs: 30_000,
    });
    expect(signs).toBeGreaterThan(0);
    // The connection stays open, and nothing comes over it.
    await twin.plc.set('frozen');
    expect(await connection.ended).toMatchObject({ code: 'point_silent' });
    await twin.plc.set(undefined);
  });

  it('has a deadline for each request, and for connecting', async () => {
    const connection = await open();
    await twin.plc.set('frozen');
    await expect(connection.read([node('Line.Speed')])).rejects.toMatchObject({ code: 'point_silent' });
    expect(await connection.ended).toMatchObject({ code: 'point_silent' });
    await expect(open()).rejects.toMatchObject({ code: expect.stringMatching(/point_silent|point_lost/) as string });
    await twin.plc.set(undefined);
  });

  it('ends when the server goes, and says why it cannot be reached', async () => {
    const connection = await open();
    await twin.plc.set('restart');
    expect(await connection.ended).toMatchObject({ code: 'point_lost' });
    await expect(open()).rejects.toMatchObject({
      code: 'point_lost',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
    await expect(open('')).rejects.toMatchObject({
      code: 'point_lost',
      message: expect.stringMatching(/ECONNREFUSED|cannot be reached/) as string,
    });
    await twin.plc.set(undefined);
    (await open()).close();
  });

  it('leaves no session and no subscription, however often it connects', async () => {
    const opener = opcua.opener?.({ clock: systemClock, log: silentLogger, dataDir: dir.path });
    // The controller allows 20 at a time.
    for (let n = 0; n < 200; n += 1) {
      const connection = await opener?.connect(`${twin.url}?security=none`, NEVER);
      await connection?.watch?.([{ point: node('Line.Encoder'), everyMs: 100 }], {
        changed: () => undefined,
        alive: () => undefined,
      });
      connection?.close();
    }
    await waitFor('the last to be closed', () => twin.plc.kept.sessions === 0);
    expect(twin.plc.kept).toEqual({ sessions: 0, subscriptions: 0 });
    opener?.close();
  });
});

describe('certificates', () => {
  it('have to be trusted by a person; one that has expired is named; users have their passwords checked', async () => {
    await using dir = await tempDir();
    await using twin = await startTwin({ users: { line: 'right' } });
    const tools = { clock: systemClock, log: silentLogger, dataDir: dir.path };
    const open = (login: string, query = ''): Promise<PointConnection> =>
      opcua.connect(`${twin.url.replace('//', `//${login}`)}${query}`, tools, NEVER);
    const rejected = async (): Promise<string> => {
      const certificates = await listCertificates(dir.path);
      return certificates.find(({ state }) => state === 'rejected')?.fingerprint ?? '';
    };
    await expect(open('line:right@')).rejects.toMatchObject({
      code: 'point_certificate',
      message: expect.stringMatching(/not trusted.*BadCertificateUntrusted/) as string,
    });
    await expect(trustCertificate(dir.path, '0000')).rejects.toMatchObject({ code: 'point_unknown' });
    await expect(trustCertificate(dir.path, '0'.repeat(64))).rejects.toMatchObject({ code: 'point_unknown' });
    await trustCertificate(dir.path, (await rejected()).slice(0, 12).toUpperCase());
    const states = (await listCertificates(dir.path)).map(({ role, state }) => `${role} ${state}`);
    expect(states).toEqual(['client own', 'client trusted']);
    for (const query of ['', '?security=aes256', '?security=aes128&mode=sign']) {
      const connection = await open('line:right@', query);
      expect(await connection.read([node('Line.Speed')])).toEqual([{ value: 46.5 }]);
      connection.close();
    }
    await expect(open('line:wrong@')).rejects.toMatchObject({ code: 'point_access' });
    await expect(open('')).rejects.toMatchObject({ code: 'point_access' });
    await twin.plc.set('expired');
    await expect(open('line:right@')).rejects.toMatchObject({ code: 'point_certificate' });
    await trustCertificate(dir.path, await rejected());
    await expect(open('line:right@')).rejects.toMatchObject({
      code: 'point_certificate',
      message: expect.stringMatching(/expired.*BadCertificateTimeInvalid/) as string,
    });
  });
});
