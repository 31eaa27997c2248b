/**
 * `modbus+tcp:` points of a controller: `modbus+tcp://HOST[:PORT]/TABLE:ADDRESS[?type=...&order=...&unit=...&every=...]`.
 * The connection alone is `modbus+tcp://HOST[:PORT][?unit=...]`. Addresses count from 0.
 */
import type { PointProtocol } from '../point-protocol.ts';
import type { ModbusTarget } from './modbus-connection.ts';
import { parsePoint } from './modbus-point.ts';

const PORT = 502;
const TIMEOUT_MS = 1_000;
const EVERY_MS = 500;
const MAX_REGISTERS = 123;

export const modbus: PointProtocol = {
  schemes: ['modbus+tcp'],
  urlProblem: (url) => {
    if (targetOf(url) === undefined) return FORM;
    const { pathname, searchParams } = new URL(url);
    if (pathname.length < 2) return FORM;
    const every = searchParams.get('every');
    if (every !== null && everyMsOf(every) === undefined)
      return 'has an every that is none: write every=100ms or every=2s';
    const point = parsePoint(pointOf(url));
    return typeof point === 'string' ? point : undefined;
  },
  connectionProblem: (url) => {
    if (targetOf(url) === undefined) return CONNECTION_FORM;
    return new URL(url).pathname.length > 1 ? CONNECTION_FORM : undefined;
  },
  pointProblem: (text) => {
    const point = parsePoint(text);
    return typeof point === 'string' ? point : undefined;
  },
  address: (url) => {
    const { host, searchParams } = new URL(url);
    const unit = searchParams.get('unit');
    return {
      connection: `modbus+tcp://${host}${unit === null ? '' : `?unit=${unit}`}`,
      point: pointOf(url),
      everyMs: everyMsOf(searchParams.get('every') ?? '') ?? EVERY_MS,
    };
  },
  blockAt: (text) => {
    const point = parsePoint(text);
    return typeof point === 'string' || point.table !== 'holding' ? 0 : MAX_REGISTERS;
  },
  serve: async (url, allow, registers, taken) => {
    const target = targetOf(url);
    if (target === undefined) throw new TypeError(`the form of ${url} was checked`);
    const { serveModbus } = await import('./modbus-server.ts');
    return serveModbus({ host: target.host, port: target.port, allow }, registers, taken);
  },
  connect: async (url, _tools, signal) => {
    const target = targetOf(url);
    if (target === undefined) throw new TypeError(`the form of ${url} was checked`);
    const { ModbusConnection } = await import('./modbus-connection.ts');
    return ModbusConnection.open(target, signal);
  },
};

const CONNECTION_FORM = 'names no controller: write modbus+tcp://HOST:PORT or modbus+tcp://HOST:PORT?unit=1';
const FORM = 'names no point: write modbus+tcp://HOST:PORT/holding:100?type=float32&order=CDAB&unit=1&every=500ms';

/** 255 is the unit of a controller that is no gateway (Modbus messaging on TCP/IP 1.0b, 4.4.2.1). */
function targetOf(url: string): ModbusTarget | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, port, searchParams } = new URL(url);
  const unit = Number(searchParams.get('unit') ?? 255);
  if (hostname === '' || !Number.isInteger(unit) || unit < 0 || unit > 255) return undefined;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: port === '' ? PORT : Number(port), unit, timeoutMs: TIMEOUT_MS };
}

function pointOf(url: string): string {
  const { pathname, searchParams } = new URL(url);
  const kept = ['type', 'order', 'bit', 'length'].flatMap((name) => {
    const value = searchParams.get(name);
    return value === null ? [] : [`${name}=${value}`];
  });
  return decodeURIComponent(pathname.slice(1)) + (kept.length === 0 ? '' : `?${kept.join('&')}`);
}

/** Milliseconds of `50ms` or `2s`; at least 5. */
function everyMsOf(text: string): number | undefined {
  const match = /^(\d{1,6})(ms|s)$/.exec(text);
  const ms = Number(match?.[1]) * (match?.[2] === 's' ? 1000 : 1);
  return match === null || ms < LEAST_MS ? undefined : ms;
}

const LEAST_MS = 5;
