import { connect, type Socket } from 'node:net';
import { aborted, answerWithin, messageOf } from '@lineside/kit';
import modbusSerial from 'modbus-serial';
import { PointError } from '../errors.ts';
import type { BrowsedPoint, PointConnection, PointReading, PointWrite } from '../point-protocol.ts';
import { documentNumber, type ModbusPoint, ORDERS, parsePoint, type Table } from './modbus-point.ts';
import { type ReadGroup, readPlan } from './read-plan.ts';
import { decodeRegisters, encodeRegisters } from './register-values.ts';

export interface ModbusTarget {
  readonly host: string;
  readonly port: number;
  readonly unit: number;
  /** For the connection, and for each answer. */
  readonly timeoutMs: number;
}

/** The library is CommonJS: its class is the `default` of what is imported. */
const ModbusRTU = modbusSerial.default;
type ModbusRTU = InstanceType<typeof ModbusRTU>;

type Request<T> = (client: ModbusRTU) => Promise<T>;

interface Waiting {
  readonly urgent: boolean;
  readonly start: () => Promise<void>;
}

/** Codes of Modbus exceptions (application protocol 1.1b3, 7) in words; those that say that the address is bad. */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  1: 'illegal_function',
  2: 'illegal_address',
  3: 'illegal_value',
  4: 'device_failure',
  5: 'acknowledge',
  6: 'device_busy',
  8: 'memory_parity',
  10: 'gateway_unavailable',
  11: 'gateway_no_answer',
};

/**
 * One TCP connection to one unit. One request is in flight at a time, as many controllers allow no more; writes go ahead
 * of readings. The library gives up no request by itself and leaves sockets behind: here each request has a deadline,
 * and the first one that is not answered as it should ends the connection with its socket, for what comes later would
 * be taken for the answer to something else.
 */
export class ModbusConnection implements PointConnection {
  readonly ended: Promise<Error>;
  readonly #socket: Socket;
  readonly #client: ModbusRTU;
  readonly #target: ModbusTarget;
  readonly #waiting: Waiting[] = [];
  readonly #over = new AbortController();
  #end: (error: Error) => void = () => undefined;
  #endedWith: Error | undefined;
  #isBusy = false;

  private constructor(socket: Socket, client: ModbusRTU, target: ModbusTarget) {
    this.#socket = socket;
    this.#client = client;
    this.#target = target;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    socket.on('error', (error) => this.#fail(lost(target, error)));
    socket.on('close', () => this.#fail(lost(target)));
  }

  /** Rejects with `point_silent` or `point_lost`; no socket is left behind. */
  static async open(target: ModbusTarget, signal: AbortSignal): Promise<ModbusConnection> {
    const socket = connect({ host: target.host, port: target.port, noDelay: true });
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(target.timeoutMs)]);
    try {
      await connected(socket, deadline);
      const client = new ModbusRTU();
      // Its own errors come from the promise of the request; without a listener they would end the process.
      client.on('error', () => undefined);
      await client.linkTCP(socket, { port: target.port });
      client.setID(target.unit);
      client.setTimeout(target.timeoutMs);
      return new ModbusConnection(socket, client, target);
    } catch (error) {
      socket.destroy();
      signal.throwIfAborted();
      const where = `${target.host}:${target.port}`;
      if (deadline.aborted)
        throw new PointError('point_silent', `${where} did not answer within ${target.timeoutMs} ms`);
      throw lost(target, error);
    }
  }

  close(): void {
    this.#fail(new PointError('point_lost', 'the connection was closed'));
  }

  async read(texts: readonly string[]): Promise<readonly PointReading[]> {
    const points = texts.map((text) => parsePoint(text));
    const known = points.flatMap((point, index) => (typeof point === 'string' ? [] : [{ point, index }]));
    const readings: PointReading[] = points.map(() => ({ bad: 'no_point' }));
    const plan = readPlan(known.map(({ point }) => point));
    for (const group of plan) {
      const members = group.points.flatMap((n) => known[n] ?? []);
      const results = await this.#readGroup(
        group,
        members.map(({ point }) => point),
      );
      for (const [n, { index }] of members.entries()) readings[index] = results[n] ?? { bad: 'short_answer' };
    }
    return readings;
  }

  async write(writes: readonly PointWrite[]): Promise<void> {
    for (const { point: text, value } of writes) {
      const point = parsePoint(text);
      if (typeof point === 'string') throw new PointError('point_unknown', `${text} ${point}`);
      if (point.table === 'input' || point.table === 'discrete') {
        throw new PointError('point_refused', `${text} can only be read`);
      }
      const data = encodeRegisters(point, text, value);
      try {
        await this.#request((client) => writeTo(client, point, data), true);
      } catch (error) {
        throw refusal(error, text) ?? error;
      }
    }
  }

  /** Reads each register alone, in all four tables where `from` names none, and shows the four orders of 32-bit values. */
  async browse(from = 'holding:0', limit = 32): Promise<readonly BrowsedPoint[]> {
    const start = parsePoint(from);
    if (typeof start === 'string') throw new PointError('point_unknown', `${from} ${start}`);
    const found: BrowsedPoint[] = [];
    for (let n = 0; n < limit && start.address + n < 65_536; n += 1) {
      const place = { table: start.table, address: start.address + n };
      const text = `${place.table}:${place.address}`;
      const readings = await this.#show(place);
      found.push({ point: text, readings: { document: documentNumber(place), ...readings } });
    }
    return found;
  }

  async #show({ table, address }: { table: Table; address: number }): Promise<Readonly<Record<string, string>>> {
    const name = `${table}:${address}`;
    if (table === 'coil' || table === 'discrete') return { bit: shown((await this.read([name]))[0]) };
    const wide = ORDERS.flatMap((order) => ['uint32', 'float32'].map((type) => `${name}?type=${type}&order=${order}`));
    const texts = [name, `${name}?type=int16`, ...wide];
    const readings = await this.read(texts);
    return Object.fromEntries(
      texts.map((text, n) => [text.split('type=')[1]?.replace('&order=', ' ') ?? 'uint16', shown(readings[n])]),
    );
  }

  /** A group that the controller refuses is read point by point: one bad address must not hide the others. */
  async #readGroup(group: ReadGroup, points: readonly ModbusPoint[]): Promise<readonly PointReading[]> {
    try {
      const data = await this.#request((client) => readFrom(client, group), false);
      return points.map((point) => decodeRegisters(point, data.slice(point.address - group.from)));
    } catch (error) {
      const exception = exceptionOf(error);
      if (exception === undefined) throw error;
      if (points.length === 1) return [{ bad: exception }];
      const readings: PointReading[] = [];
      for (const point of points) {
        const [single] = readPlan([point]);
        if (single !== undefined) readings.push(...(await this.#readGroup(single, [point])));
      }
      return readings;
    }
  }

  #request<T>(request: Request<T>, urgent: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const start = async (): Promise<void> => {
        try {
          resolve(await this.#answered(request));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const place = urgent ? this.#waiting.findIndex((one) => !one.urgent) : -1;
      this.#waiting.splice(place === -1 ? this.#waiting.length : place, 0, { urgent, start });
      void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) await next.start();
    this.#isBusy = false;
  }

  /** An exception is an answer; everything else ends the connection. */
  async #answered<T>(request: Request<T>): Promise<T> {
    if (this.#endedWith !== undefined) throw this.#endedWith;
    const { host, port, timeoutMs } = this.#target;
    const late = (): Error => new PointError('point_silent', `${host}:${port} did not answer within ${timeoutMs} ms`);
    try {
      return await answerWithin(request(this.#client), { withinMs: timeoutMs, late, ended: this.#over.signal });
    } catch (error) {
      if (exceptionOf(error) === undefined) this.#fail(known(error, this.#target));
      throw exceptionOf(error) === undefined ? this.#reasonOf(error) : error;
    }
  }

  /** Why the connection ended, which says more than what a request noticed of it. */
  #reasonOf(error: unknown): unknown {
    return this.#endedWith ?? error;
  }

  #fail(error: Error): void {
    if (this.#endedWith !== undefined) return;
    this.#endedWith = error;
    this.#over.abort(error);
    this.#socket.destroy();
    this.#end(error);
  }
}

function connected(socket: Socket, deadline: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
    void aborted(deadline).then(() => reject(new Error('aborted')));
  });
}

async function readFrom(client: ModbusRTU, { table, from, length }: ReadGroup): Promise<readonly number[]> {
  switch (table) {
    case 'coil':
      return (await client.readCoils(from, length)).data.map(Number);
    case 'discrete':
      return (await client.readDiscreteInputs(from, length)).data.map(Number);
    case 'input':
      return (await client.readInputRegisters(from, length)).data;
    case 'holding':
      return (await client.readHoldingRegisters(from, length)).data;
  }
}

async function writeTo(client: ModbusRTU, { table, address }: ModbusPoint, data: readonly number[]): Promise<unknown> {
  if (table === 'coil') {
    return data.length === 1
      ? client.writeCoil(address, data[0] === 1)
      : client.writeCoils(
          address,
          data.map((bit) => bit === 1),
        );
  }
  return data.length === 1 ? client.writeRegister(address, data[0] ?? 0) : client.writeRegisters(address, [...data]);
}

/** The word for a Modbus exception; undefined for any other failure. */
function exceptionOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('modbusCode' in error)) return undefined;
  const code = error.modbusCode;
  return typeof code === 'number' ? (EXCEPTIONS[code] ?? `exception_${code}`) : undefined;
}

function refusal(error: unknown, point: string): PointError | undefined {
  const exception = exceptionOf(error);
  if (exception === undefined) return undefined;
  return new PointError('point_refused', `the controller refuses to write ${point}: ${exception}`);
}

function known(error: unknown, { host, port, timeoutMs }: ModbusTarget): PointError {
  if (error instanceof PointError) return error;
  // The library's own timeout is no Error at all.
  const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  if (name === 'TransactionTimedOutError') {
    return new PointError('point_silent', `${host}:${port} did not answer within ${timeoutMs} ms`);
  }
  const what =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : messageOf(error);
  return new PointError('point_lost', `${host}:${port}: ${what}`, error);
}

function lost({ host, port }: ModbusTarget, error?: unknown): PointError {
  const why = error === undefined ? 'it closed the connection' : messageOf(error);
  return new PointError('point_lost', `no connection to ${host}:${port}: ${why}`, error);
}

function shown(reading: PointReading | undefined): string {
  if (reading === undefined) return '';
  return 'bad' in reading ? `bad (${reading.bad})` : String(reading.value);
}
