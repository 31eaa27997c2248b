/**
 * `opc.tcp:` nodes of a server of OPC UA: `opc.tcp://HOST:4840/PATH?security=aes256&every=100ms#ns=2;s=Line.Speed`. The
 * connection alone has no fragment. The library is loaded by a process of its own when it is needed.
 */
import type { PointConnection, PointProtocol } from '../point-protocol.ts';
import { decoded, parseTarget } from './opcua-address.ts';
import { parseOpcuaPoint } from './opcua-point.ts';

const EVERY_MS = 500;
const LEAST_MS = 10;

export const opcua: PointProtocol = {
  schemes: ['opc.tcp'],
  notForOutputs: 'is too slow for rejects: an OPC UA server may take tens of milliseconds. Use Modbus or GPIO',
  urlProblem: (url) => {
    const target = parseTarget(url);
    if (typeof target === 'string') return target;
    const every = new URL(url).searchParams.get('every');
    if (every !== null && everyMsOf(every) === undefined) {
      return 'has an every that is none: write every=100ms or every=2s, at least 10ms';
    }
    const point = parseOpcuaPoint(pointOf(url));
    return typeof point === 'string' ? `${point}, after a #` : undefined;
  },
  connectionProblem: (url) => {
    const target = parseTarget(url);
    if (typeof target === 'string') return target;
    return new URL(url).hash === '' ? undefined : 'names a node: leave # and what follows away';
  },
  pointProblem: (text) => {
    const point = parseOpcuaPoint(text);
    return typeof point === 'string' ? point : undefined;
  },
  address: (url) => {
    const connection = new URL(url);
    const everyMs = everyMsOf(connection.searchParams.get('every') ?? '') ?? EVERY_MS;
    connection.searchParams.delete('every');
    connection.hash = '';
    return { connection: connection.href, point: pointOf(url), everyMs };
  },
  blockAt: () => 0,
  opener: (tools) => {
    let loading: Promise<import('./opcua-host.ts').OpcuaHost> | undefined;
    return {
      connect: async (url, signal) => {
        loading ??= import('./opcua-host.ts').then(({ OpcuaHost }) => new OpcuaHost(tools));
        return (await loading).connect(url, signal);
      },
      close: () => void loading?.then((host) => host.close()),
    };
  },
  connect: async (url, tools, signal) => {
    const { OpcuaHost } = await import('./opcua-host.ts');
    const host = new OpcuaHost(tools);
    try {
      const connection: PointConnection = await host.connect(url, signal);
      void connection.ended.then(() => host.close());
      return connection;
    } catch (error) {
      host.close();
      throw error;
    }
  },
};

function pointOf(url: string): string {
  return decoded(new URL(url).hash.slice(1));
}

/** Milliseconds of `50ms` or `2s`. */
function everyMsOf(text: string): number | undefined {
  const match = /^(\d{1,6})(ms|s)$/.exec(text);
  const ms = Number(match?.[1]) * (match?.[2] === 's' ? 1000 : 1);
  return match === null || ms < LEAST_MS ? undefined : ms;
}
