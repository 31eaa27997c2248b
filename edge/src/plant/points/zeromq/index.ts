/**
 * `zmq+tcp:` and `zmq+ipc:` points of a program on this device that drives the plant: it answers requests in JSON with a
 * REP or ROUTER socket. `zmq+tcp://127.0.0.1:PORT/NAME[?every=...]`, `zmq+ipc:///PATH?point=NAME[&every=...]`.
 */
import type { PointProtocol } from '../point-protocol.ts';
import { everyOf, pointNameProblem, zeromqConnection, zeromqProblem } from './zeromq-point.ts';

const EVERY_MS = 100;
/** Registers of a result block in one request. */
const MAX_BLOCK = 123;

export const zeromq: PointProtocol = {
  schemes: ['zmq+tcp', 'zmq+ipc'],
  urlProblem: (url) => zeromqProblem(url) ?? pointNameProblem(zeromqConnection(url).point) ?? everyOf(url).problem,
  connectionProblem: (url) =>
    zeromqProblem(url) ??
    (zeromqConnection(url).point === ''
      ? undefined
      : 'names a point: write zmq+tcp://127.0.0.1:PORT or zmq+ipc:///PATH'),
  pointProblem: pointNameProblem,
  address: (url) => {
    const { connection, point } = zeromqConnection(url);
    return { connection, point, everyMs: everyOf(url).ms ?? EVERY_MS };
  },
  blockAt: () => MAX_BLOCK,
  connect: async (url, _tools, signal) => {
    const { ZeromqConnection } = await import('./zeromq-connection.ts');
    return ZeromqConnection.open(zeromqConnection(url).endpoint, signal);
  },
};
