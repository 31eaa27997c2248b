import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { silentLogger, systemClock } from '@lineside/kit';
import { setDebugLogger, setErrorLogger, setWarningLogger } from 'node-opcua-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../../tests/support/free-port.ts';
import { commandLineOf, descendantsOf } from '../../../../tests/support/processes.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { type PointConnection, pointProtocolOf } from '../points/index.ts';
import { LineServer } from './line-server.ts';

/**
 * Times that the connection breaks. `OPCUA_BREAKS=1440` is a day in which it breaks every minute: a connection and its end
 * take some tenths of a second, so that the suite has fewer.
 */
const BREAKS = Number(process.env['OPCUA_BREAKS'] ?? 60);
/** Connections without OPC UA, which cost next to nothing. */
const STRANGERS = 4 * BREAKS;
/** A session whose client was cut off stays so long, which on a device is a minute. */
const SESSION_MS = 2_000;
/** Of the twenty that a server has at most. */
const MANY_SESSIONS = 12;
/** Of the hundred that it has at most. */
const MANY_SUBSCRIPTIONS = 80;
const NEVER = new AbortController().signal;
const STATE = 'nsu=urn:lineside:line;s=Line/State';

/** A switch between client and server that can break every connection. */
class Switch implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(to: number) {
    this.#server = createServer((near) => {
      const far = connect({ host: '127.0.0.1', port: to });
      for (const [one, other] of [[near, far] as const, [far, near] as const]) {
        this.#sockets.add(one);
        one.on('error', () => undefined);
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new TypeError('a listening server has an address');
    return address.port;
  }

  get open(): number {
    return this.#sockets.size;
  }

  cut(way: (socket: Socket) => void): void {
    for (const socket of this.#sockets) way(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut((socket) => void socket.destroy());
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const WAYS: readonly ((socket: Socket) => void)[] = [
  (socket) => void socket.resetAndDestroy(),
  (socket) => void socket.end(),
  (socket) => void socket.destroy(),
];

let dir: TempDir;
let port: number;
let server: LineServer;

beforeAll(async () => {
  for (const set of [setDebugLogger, setWarningLogger, setErrorLogger]) set(() => undefined);
  dir = await tempDir();
  port = await freePort();
  let ids = 0;
  server = await LineServer.open({
    ...{ address: { host: '127.0.0.1', port, isOpen: true }, folder: dir.join('server'), device: 'line-1' },
    ...{ newId: () => String((ids += 1)), maxSessionMs: SESSION_MS },
  });
  server.publish({ state: 'Ready', why: 'there are no cameras', recipe: '', product: '', outputs: [] });
});
afterAll(async () => {
  await server.close();
  await dir[Symbol.asyncDispose]();
});

/** Files, and what keeps a process alive, of this one. */
function held(): { readonly files: number; readonly resources: number } {
  const counted = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name));
  return { files: filesOf(process.pid), resources: counted.length };
}

function filesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

it('connections that end in every way leave no session, subscription, channel or file, at the server and at the client', async () => {
  await using between = new Switch(port);
  const url = `opc.tcp://127.0.0.1:${await between.listen()}?security=none`;
  const opener = pointProtocolOf(url)?.opener?.({ clock: systemClock, log: silentLogger, dataDir: dir.path });
  if (opener === undefined) throw new TypeError('OPC UA is built in');
  const open = async (): Promise<PointConnection> => {
    // Subscriptions of clients that were cut off live on for a while; the server has a limit for all of them.
    const isFree = (): boolean =>
      server.kept.sessions < MANY_SESSIONS && server.kept.subscriptions < MANY_SUBSCRIPTIONS;
    await waitFor('a free session', isFree, { withinMs: 120_000, everyMs: 100 });
    const connection = await opener.connect(url, NEVER);
    await connection.watch?.([{ point: STATE, everyMs: 100 }], { changed: () => undefined, alive: () => undefined });
    return connection;
  };
  const settled = async (): Promise<void> => {
    await waitFor(
      'the server to have let go of everything',
      () => JSON.stringify(server.kept) === '{"sessions":0,"subscriptions":0,"channels":0}',
      { withinMs: 60_000, everyMs: 100 },
    );
    await waitFor('the switch to be empty', () => between.open === 0);
  };
  (await open()).close();
  await settled();
  const [client] = descendantsOf(process.pid).filter((pid) => commandLineOf(pid).includes('opcua'));
  if (client === undefined) throw new TypeError('the client is a process of its own');
  const before = { here: held(), client: filesOf(client) };
  for (let n = 1; n <= BREAKS; n += 1) {
    const connection = await open();
    const cut = WAYS[n % (WAYS.length + 1)];
    if (cut === undefined) connection.close();
    else if (n % 2 === 0) between.cut(cut);
    else {
      // In the middle of a question.
      const answer = connection.read([STATE]).catch((error: unknown) => error);
      between.cut(cut);
      await answer;
    }
    await connection.ended;
  }
  const last = await open();
  expect(await last.read([STATE])).toEqual([{ value: 'Ready' }]);
  expect(server.kept).toMatchObject({ channels: 1 });
  last.close();
  await settled();
  expect(descendantsOf(process.pid)).toContain(client);
  await waitFor('the client to have let go of everything', () => filesOf(client) <= before.client);
  await waitFor('this process to hold as much as before', () => held().resources <= before.here.resources + 1);
  expect(held().files).toBeLessThanOrEqual(before.here.files + 1);
  opener.close();
}, 3_600_000);

it('strangers that connect and go, or say what is no OPC UA, leave the server as it was', async () => {
  const before = held();
  for (let n = 0; n < STRANGERS; n += 1) {
    const stranger = connect({ host: '127.0.0.1', port });
    stranger.on('error', () => undefined);
    await once(stranger, 'connect');
    if (n % 4 === 1) stranger.write('GET / HTTP/1.1\r\n\r\n');
    // The beginning of a hello that is said to be long (OPC 10000-6, 7.1.2.2).
    if (n % 4 === 2) stranger.write(Buffer.from([0x48, 0x45, 0x4c, 0x46, 0xff, 0xff, 0, 0]));
    if (n % 4 === 3) stranger.resetAndDestroy();
    else stranger.destroy();
    await once(stranger, 'close');
  }
  await waitFor('the server to have let go of them', () => server.kept.channels === 0, { withinMs: 60_000 });
  const url = `opc.tcp://127.0.0.1:${port}?security=none`;
  const opener = pointProtocolOf(url)?.opener?.({ clock: systemClock, log: silentLogger, dataDir: dir.path });
  const connection = await opener?.connect(url, NEVER);
  expect(await connection?.read([STATE])).toEqual([{ value: 'Ready' }]);
  connection?.close();
  opener?.close();
  await waitFor('as much to be held as before', () => held().resources <= before.resources + 1);
  expect(held().files).toBeLessThanOrEqual(before.files + 1);
}, 600_000);
