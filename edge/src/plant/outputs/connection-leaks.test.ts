import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { silentLogger } from '@lineside/kit';
import { afterEach, expect, it } from 'vitest';
import { HandClock } from '../../../../tests/support/test-journal.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { pointProtocolOf } from '../points/index.ts';
import { ModbusConnection } from '../points/modbus/modbus-connection.ts';
import { ConnectionKeeper } from './connection-keeper.ts';

/** A day in which the controller, or a switch before it, breaks the connection every minute. */
const BREAKS = 24 * 60;
const MINUTE = 60_000;

const sockets = new Set<Socket>();
let server: Server | undefined;
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server?.close();
  if (server !== undefined) await once(server, 'close');
  server = undefined;
});

/** A controller that does this with each client; it answers nothing by itself. */
async function controller(treat: (socket: Socket) => void): Promise<number> {
  const made = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    treat(socket);
  });
  server = made;
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  const address = made.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('a listening server has an address');
  return address.port;
}

/** Files, sockets and timers of this process. */
function held(): { readonly files: number; readonly resources: number } {
  const counted = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name));
  return { files: readdirSync('/proc/self/fd').length, resources: counted.length };
}

/** Answers every reading of one register with 7 (function 3, application protocol 1.1b3, 6.3). */
function answer(socket: Socket): void {
  socket.on('data', (request) => {
    const [high = 0, low = 0] = request;
    socket.write(Buffer.from([high, low, 0, 0, 0, 5, request[6] ?? 0, 3, 2, 0, 7]));
  });
}

it('a day of broken connections leaves no socket, no timer and no file behind, and the next one works', async () => {
  const port = await controller(answer);
  const clock = new HandClock();
  const protocol = pointProtocolOf('modbus+tcp://x');
  if (protocol === undefined) throw new TypeError('Modbus is built in');
  const url = `modbus+tcp://127.0.0.1:${port}`;
  const keeper = new ConnectionKeeper(protocol, url, url, { clock, log: silentLogger });
  let opened = 0;
  let wake: () => void = () => undefined;
  keeper.onChange((connection) => {
    if (connection !== undefined) opened += 1;
    wake();
  });
  /** Lets the pause before the next connection pass, by the hand clock. */
  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached()) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const soon = new Promise<void>((resolve) => void setTimeout(resolve, 5));
      await Promise.race([changed, soon]);
      if (keeper.connection === undefined) clock.advance(2_000);
    }
  };
  const stop = new AbortController();
  const running = keeper.run(stop.signal);
  await until(() => keeper.connection !== undefined);
  const before = held();
  for (let n = 1; n <= BREAKS; n += 1) {
    const ways = [
      (one: Socket) => void one.resetAndDestroy(),
      (one: Socket) => void one.end(),
      (one: Socket) => void one.destroy(),
    ];
    for (const socket of [...sockets]) ways[n % ways.length]?.(socket);
    await until(() => opened > n);
    clock.advance(MINUTE);
  }
  expect(opened).toBe(BREAKS + 1);
  expect(await keeper.connection?.read(['holding:0'])).toEqual([{ value: 7 }]);
  await waitFor('the sockets of the day to be gone', () => sockets.size === 1);
  await waitFor('as much to be held as before', () => held().resources <= before.resources + 1);
  expect(held().files).toBeLessThanOrEqual(before.files + 1);
  stop.abort();
  await running;
  await waitFor('the last socket to be gone', () => sockets.size === 0);
});

it('clients that give up, and controllers that are silent or answer half, leave nothing behind', async () => {
  let n = 0;
  const port = await controller((socket) => {
    n += 1;
    if (n % 4 === 0) socket.on('data', () => void socket.write(Buffer.from([0, 1, 0, 0, 0, 5])));
    if (n % 4 === 1) socket.on('data', () => void socket.destroy());
    if (n % 4 === 2) answer(socket);
    // A silent one reads too, or it would not hear that the other end has gone.
    socket.resume();
  });
  const target = { host: '127.0.0.1', port, unit: 255, timeoutMs: 30 };
  const before = held();
  for (let round = 0; round < 200; round += 1) {
    const stop = new AbortController();
    const opening = ModbusConnection.open(target, stop.signal);
    if (round % 5 === 0) stop.abort();
    const connection = await opening.catch(() => undefined);
    await connection?.read(['holding:0']).catch(() => undefined);
    connection?.close();
  }
  await waitFor('all sockets to be gone', () => sockets.size === 0);
  await waitFor('as much to be held as before', () => held().resources <= before.resources);
  expect(held().files).toBeLessThanOrEqual(before.files);
});

it('a server of results serves as well after a day of clients that come and go', async () => {
  const free = await controller(() => undefined);
  server?.close();
  server = undefined;
  const url = `modbus+tcp://127.0.0.1:${free}`;
  const before = held();
  const served = await pointProtocolOf(url)?.serve?.(url, [], () => [7]);
  for (let n = 0; n < BREAKS; n += 1) {
    const client = connect({ host: '127.0.0.1', port: free });
    client.on('error', () => undefined);
    await once(client, 'connect');
    if (n % 3 === 1) client.write(Buffer.from([0, 1, 0, 0, 0, 6, 255, 3, 0]));
    if (n % 3 === 2) client.resetAndDestroy();
    else client.destroy();
    await once(client, 'close');
  }
  const stop = AbortSignal.timeout(600_000);
  // Eight clients at a time: those that have gone do not count.
  const target = { host: '127.0.0.1', port: free, unit: 255, timeoutMs: 5_000 };
  const last = await Promise.all(Array.from({ length: 8 }, () => ModbusConnection.open(target, stop)));
  for (const one of last) expect(await one.read(['holding:0'])).toEqual([{ value: 7 }]);
  for (const one of last) one.close();
  served?.close();
  await waitFor('as much to be held as before', () => held().files <= before.files);
});
