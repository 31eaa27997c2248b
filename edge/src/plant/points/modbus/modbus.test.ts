import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../../../../tests/support/wait-for.ts';
import { type PointConnection, PointError, pointProtocolOf } from '../index.ts';
import { ModbusConnection } from './modbus-connection.ts';
import { documentNumber, parsePoint } from './modbus-point.ts';
import { readPlan } from './read-plan.ts';
import { decodeRegisters, encodeRegisters } from './register-values.ts';
import { ORDERS, TYPES, type ModbusPoint } from './modbus-point.ts';

const SERVER = fileURLToPath(new URL('../../../../../tests/support/pymodbus-server.py', import.meta.url));
const NEVER = new AbortController().signal;

function pointOf(text: string): ModbusPoint {
  const point = parsePoint(text);
  if (typeof point === 'string') throw new TypeError(point);
  return point;
}

async function open(port: number): Promise<PointConnection> {
  const url = `modbus+tcp://127.0.0.1:${port}?unit=1`;
  const protocol = pointProtocolOf(url);
  if (protocol === undefined) throw new TypeError('no protocol');
  return protocol.connect(url, { clock: systemClock, log: silentLogger }, NEVER);
}

describe('a point', () => {
  it.each([
    ['holding:100', '40101'],
    ['input:0', '30001'],
    ['coil:0', '00001'],
    ['holding:65535', '465536'],
  ])('%s is %s in documents', (text, number) => {
    expect(documentNumber(pointOf(text))).toBe(number);
  });

  it.each([
    ['40101', /TABLE:ADDRESS/],
    ['holding:70000', /TABLE:ADDRESS/],
    ['holding:1?type=float', /float32/],
    ['holding:1?order=ABDC', /CDAB/],
    ['holding:1?bit=16', /0 to 15/],
    ['coil:1?type=uint16', /one bit/],
    ['holding:1?type=text', /length/],
    ['holding:1?typ=uint16', /known are/],
  ])('%s is refused with what would be right', (text, problem) => {
    expect(parsePoint(text)).toMatch(problem);
  });
});

describe('values in registers', () => {
  it.each(ORDERS.flatMap((order) => Object.keys(TYPES).map((type) => [type, order])))(
    '%s %s comes back as it was',
    (type, order) => {
      const text = `holding:0?type=${type}&order=${order}`;
      const value = type.startsWith('float') ? -12.5 : type.startsWith('u') ? 513 : -513;
      expect(decodeRegisters(pointOf(text), encodeRegisters(pointOf(text), text, value))).toEqual({ value });
    },
  );

  it('has its own bytes in each order', () => {
    const words = (order: string): readonly number[] =>
      encodeRegisters(pointOf(`holding:0?type=uint32&order=${order}`), 'p', 0x0a0b0c0d);
    expect(
      ORDERS.map((order) =>
        words(order)
          .map((word) => word.toString(16).padStart(4, '0'))
          .join(' '),
      ),
    ).toEqual(['0a0b 0c0d', '0c0d 0a0b', '0b0a 0d0c', '0d0c 0b0a']);
  });

  it('takes no number that is none for a value', () => {
    expect(decodeRegisters(pointOf('input:0?type=float32'), [0x7fc0, 0])).toEqual({ bad: 'not_a_number' });
  });

  it.each([
    ['holding:0', 65_536],
    ['holding:0?type=int16', 40_000],
    ['holding:0', 1.5],
    ['holding:0', 'many'],
    ['coil:0', 2],
    ['holding:0?type=text&length=1', 'abc'],
  ])('%s refuses %s', (text, value) => {
    expect(() => encodeRegisters(pointOf(text), text, value)).toThrow(PointError);
  });
});

it('reads neighbours with one request, and divides no value', () => {
  const points = [
    'holding:0',
    'holding:5?type=float32',
    'holding:123?type=uint32',
    'holding:124',
    'input:5',
    'coil:3',
  ].map(pointOf);
  const groups = readPlan(points).map(({ table, from, length }) => `${table} ${from}+${length}`);
  expect(groups).toEqual(['coil 3+1', 'holding 0+7', 'holding 123+2', 'input 5+1']);
  const many = Array.from({ length: 100 }, (_, n) => pointOf(`holding:${2 * n}?type=uint32`));
  const plan = readPlan(many);
  expect(plan.map(({ length }) => length)).toEqual([124, 76]);
  expect(plan.flatMap((group) => group.points)).toHaveLength(100);
});

describe('with a pymodbus server', () => {
  let server: ChildProcess;
  let port: number;

  beforeAll(async () => {
    server = spawn('/usr/bin/python3', [SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(server.stdout!, 'data')) as [Buffer];
    port = Number(line.toString().trim());
  });
  afterAll(async () => {
    server.kill();
    await once(server, 'exit');
  });

  it('reads values of each type, and a bad address spoils no other', async () => {
    const connection = await open(port);
    const points = [
      'input:10?type=float32&order=CDAB',
      'input:12?type=uint32',
      'input:14?type=int16',
      'input:14?bit=0',
      'input:14?bit=1',
      'input:198',
      'input:205',
      'coil:0',
    ];
    expect(await connection.read(points)).toEqual([
      { value: 1.5 },
      { value: 70_000 },
      { value: -2 },
      { value: false },
      { value: true },
      { value: 0 },
      { bad: 'illegal_address' },
      { value: false },
    ]);
    connection.close();
  });

  it('writes coils, registers and blocks, and mbpoll reads them', async () => {
    const connection = await open(port);
    await connection.write([
      { point: 'coil:3', value: true },
      { point: 'holding:20?type=float32', value: -2.25 },
      { point: 'holding:30', value: [1, 2, 65_535] },
    ]);
    expect(await connection.read(['coil:3', 'holding:20?type=float32', 'holding:32'])).toEqual([
      { value: true },
      { value: -2.25 },
      { value: 65_535 },
    ]);
    connection.close();
    expect(await mbpoll(port, ['-t', '4:float', '-B', '-r', '21'])).toMatch(/\[21\]:\s+-2\.25/);
    expect(await mbpoll(port, ['-t', '4', '-r', '31', '-c', '3'])).toMatch(/\[33\]:\s+65535/);
    expect(await mbpoll(port, ['-t', '0', '-r', '4'])).toMatch(/\[4\]:\s+1/);
  });

  it('refuses to write where there is nothing, and goes on', async () => {
    const connection = await open(port);
    await expect(connection.write([{ point: 'holding:500', value: 1 }])).rejects.toMatchObject({
      code: 'point_refused',
    });
    await expect(connection.write([{ point: 'input:1', value: 1 }])).rejects.toMatchObject({ code: 'point_refused' });
    expect(await connection.read(['input:12?type=uint32'])).toEqual([{ value: 70_000 }]);
    connection.close();
  });

  it('reads 200 times over new connections and leaves no socket', async () => {
    const before = sockets();
    for (let n = 0; n < 40; n += 1) {
      const connection = await open(port);
      for (let m = 0; m < 5; m += 1) await connection.read(['input:14']);
      connection.close();
      await connection.ended;
    }
    await expect.poll(sockets).toBe(before);
  });
});

describe('a connection that stays up', () => {
  /** Answers every request for registers with zeros, at once. */
  const zeros = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (; received.length >= 12; received = received.subarray(12)) {
        const bytes = 2 * received.readUInt16BE(10);
        const answer = Buffer.alloc(9 + bytes);
        received.copy(answer, 0, 0, 8);
        answer.writeUInt16BE(3 + bytes, 4);
        answer[8] = bytes;
        socket.write(answer);
      }
    });
  });
  afterAll(() => void zeros.close());

  it('keeps nothing of the requests that were answered', async () => {
    zeros.listen(0, '127.0.0.1');
    await once(zeros, 'listening');
    const { port } = zeros.address() as AddressInfo;
    const target = { host: '127.0.0.1', port, unit: 1, timeoutMs: 60_000 };
    const connection = await ModbusConnection.open(target, NEVER);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heapAfter = async (requests: number): Promise<number> => {
      for (let n = 0; n < requests; n += 1) await connection.read(['holding:1']);
      collect();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await heapAfter(500);
    const grown = (await heapAfter(5000)) - before;
    connection.close();
    // A race with the end of the connection kept a kilobyte of each.
    expect(grown / 5000).toBeLessThan(300);
  });
});

describe('a controller that does not behave', () => {
  it.each<[string, (socket: Socket, request: Buffer) => void, string]>([
    ['says nothing', () => undefined, 'point_silent'],
    ['closes', (socket) => socket.end(), 'point_lost'],
    ['resets', (socket) => socket.resetAndDestroy(), 'point_lost'],
    [
      'sends half an answer',
      (socket, request) => socket.write(Buffer.concat([request.subarray(0, 5), Buffer.from([7])])),
      'point_silent',
    ],
  ])('%s: the connection ends within its deadline', async (_how, answer, code) => {
    await using server = await listening(answer);
    const connection = await open(server.port);
    await expect(connection.read(['holding:0'])).rejects.toMatchObject({ code });
    expect(await connection.ended).toBeInstanceOf(PointError);
    // Nothing more is tried on it.
    await expect(connection.write([{ point: 'coil:0', value: true }])).rejects.toMatchObject({ code });
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('is not there: point_lost at once', async () => {
    const server = await listening(() => undefined);
    await server[Symbol.asyncDispose]();
    await expect(open(server.port)).rejects.toMatchObject({ code: 'point_lost' });
  });
});

function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

async function mbpoll(port: number, args: readonly string[]): Promise<string> {
  const child = spawn('mbpoll', ['-1', '-q', '-a', '1', '-p', String(port), ...args, '127.0.0.1']);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text;
}

async function listening(
  answer: (socket: Socket, request: Buffer) => void,
): Promise<AsyncDisposable & { readonly port: number; readonly sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (request: Buffer) => answer(socket, request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('served registers', () => {
  it('are read by mbpoll as input and holding registers, and cannot be written', async () => {
    const port = await unusedPort();
    const url = `modbus+tcp://127.0.0.1:${port}`;
    const server = await pointProtocolOf(url)?.serve?.(url, [], () => [7, 0x3fc0, 0, 65_535]);
    expect(await mbpoll(port, ['-t', '3', '-r', '1', '-c', '4'])).toMatch(/\[1\]:\s+7\n.*\n.*\n\[4\]:\s+65535/);
    expect(await mbpoll(port, ['-t', '4:float', '-B', '-r', '2'])).toMatch(/\[2\]:\s+1\.5/);
    const connection = await open(port);
    expect(await connection.read(['input:3', 'holding:4', 'coil:0'])).toEqual([
      { value: 65_535 },
      { bad: 'illegal_address' },
      { bad: 'illegal_function' },
    ]);
    for (const point of ['holding:0', 'coil:0']) {
      await expect(connection.write([{ point, value: 1 }])).rejects.toMatchObject({ code: 'point_refused' });
    }
    await expect(connection.write([{ point: 'holding:0', value: [1, 2] }])).rejects.toMatchObject({
      code: 'point_refused',
    });
    expect(await connection.read(['holding:0'])).toEqual([{ value: 7 }]);
    connection.close();
    server?.close();
  });

  it('are for the clients that are named, and for eight at a time', async () => {
    const port = await unusedPort();
    const url = `modbus+tcp://127.0.0.1:${port}`;
    const closed = await pointProtocolOf(url)?.serve?.(url, ['10.0.0.9'], () => [7]);
    await expect(open(port).then((connection) => connection.read(['input:0']))).rejects.toMatchObject({
      code: 'point_lost',
    });
    expect(closed?.clients).toBe(0);
    closed?.close();
    const other = await unusedPort();
    const served = `modbus+tcp://127.0.0.1:${other}`;
    const server = await pointProtocolOf(served)?.serve?.(served, ['127.0.0.1'], () => [7]);
    const clients = await Promise.all(Array.from({ length: 8 }, () => open(other)));
    for (const client of clients) expect(await client.read(['input:0'])).toEqual([{ value: 7 }]);
    await expect(open(other).then((connection) => connection.read(['input:0']))).rejects.toMatchObject({
      code: 'point_lost',
    });
    expect(server?.clients).toBe(8);
    for (const client of clients) client.close();
    await waitFor('nobody to be connected', () => server?.clients === 0);
    server?.close();
  });
});

async function unusedPort(): Promise<number> {
  await using server = await listening(() => undefined);
  return server.port;
}
