import type { Server, Socket } from 'node:net';
import modbusSerial from 'modbus-serial';
import type { PointServer, ServedRegisters, TakenWrite } from '../point-protocol.ts';
import { PointError } from '../errors.ts';

const { ServerTCP } = modbusSerial;

/** Clients at a time; a client that says nothing for so long is let go. */
const MAX_CLIENTS = 8;
const IDLE_MS = 60_000;
const MAX_REGISTERS = 125;
/** Modbus exceptions (application protocol 1.1b3, 7). */
const ILLEGAL_FUNCTION = { modbusErrorCode: 1 };
const ILLEGAL_ADDRESS = { modbusErrorCode: 2 };
const ILLEGAL_VALUE = { modbusErrorCode: 3 };

type Answer = (error: Error | null, values: number[]) => void;

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Clients that are served; any where it is empty. */
  readonly allow: readonly string[];
}

/**
 * Serves registers by Modbus TCP: the same ones as input and as holding registers. Only those can be written that `taken`
 * takes, and they are not served. The library has no list of clients and no limits: connections that are not allowed, or too many, are closed before it hears of them.
 */
export async function serveModbus(
  { host, port, allow }: ServerAddress,
  source: ServedRegisters,
  taken?: TakenWrite,
): Promise<PointServer> {
  const read = (address: number, length: number, _unit: number, done: Answer): void => {
    const registers = source();
    if (length > MAX_REGISTERS) done(refusal(ILLEGAL_VALUE), []);
    else if (address + length > registers.length) done(refusal(ILLEGAL_ADDRESS), []);
    else done(null, registers.slice(address, address + length));
  };
  const one = (address: number): number => {
    const value = source()[address];
    if (value === undefined) throw refusal(ILLEGAL_ADDRESS);
    return value;
  };
  const refuse = (): never => {
    throw refusal(ILLEGAL_FUNCTION);
  };
  const write = (address: number, values: readonly number[]): void => {
    if (taken === undefined) refuse();
    // All or none: what one value of several may not do, the others do not do either.
    if (values.length !== 1 || taken?.(address, values[0] ?? 0) !== true) throw refusal(ILLEGAL_ADDRESS);
  };
  const vector = {
    ...{ getMultipleInputRegisters: read, getMultipleHoldingRegisters: read, getInputRegister: one },
    ...{ getHoldingRegister: one, getCoil: refuse, getDiscreteInput: refuse, setCoil: refuse },
    setRegister: (address: number, value: number) => write(address, [value]),
    setRegisterArray: (address: number, values: number[]) => write(address, values),
  };
  const server = new ServerTCP(vector, { host, port, unitID: 255 });
  server.on('socketError', () => undefined);
  const clients = guard(Reflect.get(server, '_server') as Server, allow);
  const close = (): void => server.close(() => undefined);
  const { promise, resolve, reject } = Promise.withResolvers<PointServer>();
  server.on('initialized', () => {
    resolve({
      close,
      get clients() {
        return clients.size;
      },
    });
  });
  server.on('serverError', (error) => {
    reject(new PointError('point_lost', `${host}:${port} cannot be served: ${String(error)}`, error));
  });
  return promise;
}

/** Its listener comes before that of the library, because it is asked first. Gives the clients that are let in. */
function guard(server: Server, allow: readonly string[]): ReadonlySet<Socket> {
  const clients = new Set<Socket>();
  server.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    if (clients.size >= MAX_CLIENTS || (allow.length > 0 && !allow.includes(address))) {
      socket.destroy();
      return;
    }
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    socket.setTimeout(IDLE_MS, () => socket.destroy());
  });
  return clients;
}

function refusal(code: { readonly modbusErrorCode: number }): Error {
  return Object.assign(new Error('refused'), code);
}
