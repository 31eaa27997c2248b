import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { Router } from 'zeromq';
import { freePort } from '../../../../../tests/support/free-port.ts';
import { startProcess, type TestProcess } from '../../../../../tests/support/processes.ts';
import { waitFor } from '../../../../../tests/support/wait-for.ts';
import type { PointConnection } from '../point-protocol.ts';
import { pointProtocolOf } from '../protocols.ts';

const EXAMPLE = join(fileURLToPath(new URL('../../../../../docs/examples/', import.meta.url)), 'controller.py');

const ends: (() => unknown)[] = [];
afterEach(async () => {
  while (ends.length > 0) await ends.pop()?.();
});

async function connect(url: string): Promise<PointConnection> {
  const tools = { clock: systemClock, log: silentLogger };
  const protocol = pointProtocolOf(url);
  if (protocol === undefined) throw new TypeError(`no protocol has the scheme of ${url}`);
  const connection = await protocol.connect(url, tools, new AbortController().signal);
  ends.push(() => connection.close());
  return connection;
}

/** The example in Python, and a connection to it. */
async function python(): Promise<{ controller: TestProcess; connection: PointConnection; url: string }> {
  const port = await freePort();
  const controller = await startProcess('/usr/bin/python3', [EXAMPLE, `tcp://127.0.0.1:${port}`]);
  ends.push(() => controller[Symbol.asyncDispose]());
  const url = `zmq+tcp://127.0.0.1:${port}`;
  return { controller, url, connection: await waitFor('the controller', () => connect(url)) };
}

/** A program that answers as `answer` says; undefined: it does not. */
async function program(answer: (request: Record<string, unknown>) => string | undefined): Promise<string> {
  const url = `zmq+tcp://127.0.0.1:${await freePort()}`;
  const socket = new Router({ linger: 0 });
  await socket.bind(url.replace('zmq+', ''));
  ends.push(() => socket.close());
  void (async () => {
    for await (const [from, , body] of socket) {
      const text = answer(JSON.parse(String(body)) as Record<string, unknown>);
      if (text !== undefined && from !== undefined) await socket.send([from, '', text]);
    }
  })();
  return url;
}

describe('points of a program by ZeroMQ', () => {
  it('are read and written at the example in Python', async () => {
    const { controller, connection } = await python();
    await connection.write([
      { point: 'reject', value: true },
      { point: 'results', value: [1, 2, 3] },
    ]);
    await controller.waitForLine(/\{"reject": true\}/);
    const [reject, encoder, nothing] = await connection.read(['reject', 'encoder', 'nothing']);
    expect([reject, nothing]).toEqual([{ value: true }, { bad: 'unknown' }]);
    expect(encoder).toMatchObject({ value: expect.any(Number) as number });
    await expect(connection.write([{ point: 'nothing', value: 1 }])).rejects.toMatchObject({ code: 'point_refused' });
  });

  it('are off by themselves when nobody writes any more', async () => {
    const { controller, connection } = await python();
    await connection.write([{ point: 'reject', value: true }]);
    await controller.waitForLine(/\{"reject": true\}/);
    connection.close();
    await controller.waitForLine(/\{"reject": false\}/);
    await expect(connection.read(['reject'])).rejects.toMatchObject({ code: 'point_lost' });
  });

  it('end with the program, within a deadline, and are never what was read before', async () => {
    const { controller, connection, url } = await python();
    await connection.read(['reject']);
    controller.freeze();
    ends.push(() => controller.thaw());
    await expect(connection.read(['reject'])).rejects.toMatchObject({ code: 'point_silent' });
    expect(await connection.ended).toMatchObject({ code: 'point_silent' });
    await expect(connect(url)).rejects.toMatchObject({ code: 'point_silent' });
  });

  it('are bad where the answer makes no sense', async () => {
    const hostile = [{ value: { deep: 1 } }, { value: Number.MAX_VALUE }, {}, null, { bad: 'x'.repeat(9_000) }, 7];
    const url = await program(({ id, read }) =>
      JSON.stringify({ id, values: Array.isArray(read) && read.length > 0 ? hostile : [] }),
    );
    const connection = await connect(url);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(await connection.read(names)).toEqual([
      ...[{ bad: 'wrong_type' }, { value: Number.MAX_VALUE }, { bad: 'wrong_type' }, { bad: 'no_answer' }],
      ...[{ bad: 'x'.repeat(256) }, { bad: 'no_answer' }, { bad: 'no_answer' }],
    ]);
  });

  it('of garbage, of another request and of nothing are no answer', async () => {
    const texts = ['', 'garbage', '[]', 'null', '{"id": 99, "ok": true}', '{"id": "1", "ok": true}'];
    const refused = texts.map(async (text) => {
      const url = await program(() => text);
      await expect(connect(url)).rejects.toMatchObject({ code: 'point_silent' });
    });
    await Promise.all(refused);
  });
});

it.each([
  ['zmq+tcp://127.0.0.1:5557/reject?every=50ms', undefined],
  ['zmq+ipc:///run/line?point=reject', undefined],
  ['zmq+tcp://10.0.0.9:5557/reject', 'is not an address of this device alone'],
  ['zmq+tcp://127.0.0.1/reject', 'names no port'],
  ['zmq+tcp://127.0.0.1:5557', 'is no name of a point'],
  ['zmq+tcp://127.0.0.1:5557/a/b', 'is no name of a point'],
  ['zmq+tcp://127.0.0.1:5557/reject?every=now', 'has an every that is none'],
  ['zmq+tcp://127.0.0.1:5557/reject?x=1', 'has the option x'],
])('the problem of the point %s is %s', (url, problem) => {
  const given = pointProtocolOf(url)?.urlProblem(url);
  expect(given).toEqual(problem === undefined ? undefined : expect.stringContaining(problem));
});
