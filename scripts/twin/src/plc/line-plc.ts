import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerTCP } from 'modbus-serial';
import { Random } from '../raster/index.ts';
import { PlantSimulation, type SignalChange } from '../plant/index.ts';
import { BELT_UNITS, type Flow, type Line, LineError, productFlow } from '../scenes/index.ts';
import type { LineValues, OpcuaFault } from './opcua-plc.ts';
import { GateBook, type GateCounts, type GateRecord } from './gate-book.ts';

/** Counts of the encoder for one unit of the belt. */
export const COUNTS_PER_UNIT = 4;
/** Registers of the results that a vision system writes: heartbeat, READY, and what follows. */
export const RESULTS_AT = 100;
const RESULTS = 20;
/** Register after the results into which it writes the number of the result that it has taken. */
export const ACKNOWLEDGED_AT = RESULTS_AT + RESULTS;
const LOOK_MS = 5;
/** Without a change of the heartbeat for longer, READY counts for nothing. */
const HEARTBEAT_MS = 1_500;
const SLOW_MS = 300;
/** Modbus exceptions 2 and 4. */
const ILLEGAL_ADDRESS = { modbusErrorCode: 2 };
const DEVICE_FAILURE = { modbusErrorCode: 4 };

/** `frozen` and `expired` are faults of a server of OPC UA; by Modbus nothing is wrong meanwhile. */
export type PlcFault = OpcuaFault;

export interface GateLine extends GateCounts {
  readonly type: 'gate';
  readonly bottle: number;
  readonly defect?: string;
  readonly rejected: boolean;
  readonly streamSeconds: number;
}

/**
 * The controller of the simulated line as a Modbus TCP server: input registers say what the line does, coil 0 is the
 * reject gate, coils 1 to 4 are a stack light (red, yellow, green, its heartbeat), holding registers from 100 on take results, and 120 has the number of the result that was taken. Inputs: 0 state (1 running, 0 standing), 1 number of the newest weight, 2
 * encoder (uint32), 4 bottles at the gate (uint32), 6 weight in grams (float32), 8 product code (text, 8 registers), 16
 * packs a minute. 32-bit values have their high word first.
 */
export class LinePlc {
  readonly #flow: Flow;
  readonly #book: GateBook;
  readonly #simulation: PlantSimulation | undefined;
  readonly #line: Line;
  readonly #host: string;
  readonly #zero: number;
  readonly #onGate: (line: GateLine) => void;
  readonly #signals = new Map<string, SignalChange>();
  #holding = new Uint16Array(ACKNOWLEDGED_AT + 1);
  /** Whether it acknowledges valid results. */
  acknowledges = true;
  #gate = false;
  #light = [false, false, false, false];
  #bottles = 0;
  #weights = 0;
  #grams = 500;
  #beat = -1;
  #beatAt = 0;
  #fault: PlcFault | undefined;
  #server: ServerTCP | undefined;
  #port: number;

  /** `zero`: wall time in ms of stream time 0; `port` 0 takes any free one. Throws LineError where nothing moves on a belt. */
  constructor(
    line: Line,
    at: { readonly host: string; readonly port: number; readonly zero: number },
    onGate: (line: GateLine) => void,
  ) {
    const camera = line.cameras.find((one) => one.scene === 'product');
    if (camera?.scene !== 'product')
      throw new LineError('the line has no product camera, so it has no belt with a gate');
    this.#line = line;
    this.#flow = productFlow(line, camera);
    const { pictureWidth, halfBottle } = BELT_UNITS;
    const gate = (line.plc?.gateAt ?? 1.5) * pictureWidth;
    this.#book = new GateBook(this.#flow, { gate, reach: halfBottle, watchedFrom: -pictureWidth / 2 - halfBottle });
    this.#simulation = line.plant && new PlantSimulation(line.plant, line.seed, (change) => this.#note(change));
    this.#host = at.host;
    this.#port = at.port;
    this.#zero = at.zero;
    this.#onGate = onGate;
  }

  get counts(): GateCounts {
    return this.#book.counts;
  }

  /** The stack light: red, yellow, green, and the heartbeat of who drives it. */
  get light(): readonly boolean[] {
    return this.#light;
  }

  /** From now on, until it is set again. */
  set fault(fault: PlcFault | undefined) {
    if (fault === 'restart' && this.#fault !== 'restart') this.#stop();
    if (this.#fault === 'restart' && fault !== 'restart' && this.#port !== 0) void this.#start();
    this.#fault = fault;
  }

  /** Begins to listen; gives the address. */
  async listen(): Promise<string> {
    if (this.#port === 0) this.#port = await freePort(this.#host);
    await this.#start();
    return `modbus+tcp://${this.#host}:${this.#port}`;
  }

  /** Moves the gate's bottles until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        this.#look((Date.now() - this.#zero) / 1000);
        await delay(LOOK_MS, undefined, { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
      }
    } finally {
      this.#stop();
    }
  }

  #look(seconds: number): void {
    if (seconds < 0) return;
    this.#simulation?.until(seconds);
    const scripted = this.scriptedFault(seconds);
    if (scripted !== this.#fault && (this.#line.plc?.faults.length ?? 0) > 0) this.fault = scripted;
    for (const record of this.#book.look(seconds, this.#gate, this.#isReady())) this.#report(record);
  }

  #report({ bottle, defect, rejected, atSeconds }: GateRecord): void {
    this.#bottles += 1;
    if (this.#simulation === undefined) this.#weigh(bottle);
    const found = defect === undefined ? {} : { defect };
    this.#onGate({ type: 'gate', bottle, ...found, rejected, streamSeconds: atSeconds, ...this.#book.counts });
  }

  /** Without a plant the bottles are 500 g, less or more by what the seed gives. */
  #weigh(bottle: number): void {
    this.#weights = (this.#weights + 1) % 0x10000;
    this.#grams = 500 + new Random('plc', this.#line.seed, bottle).between(-4, 4);
  }

  /** It takes each result that is valid, and writes its number back. */
  #acknowledge(): void {
    const [number = 0, , valid] = this.#holding.subarray(RESULTS_AT + 3);
    if (this.acknowledges && valid === 1) this.#holding[ACKNOWLEDGED_AT] = number;
  }

  /** READY holds while the heartbeat changes: a vision system that hangs is not ready, whatever it wrote last. */
  #isReady(): boolean {
    const beat = this.#holding[RESULTS_AT] ?? 0;
    if (beat !== this.#beat) [this.#beat, this.#beatAt] = [beat, Date.now()];
    return this.#holding[RESULTS_AT + 1] === 1 && Date.now() - this.#beatAt < HEARTBEAT_MS;
  }

  /** The fault that the line's file declares for this moment of the stream. */
  scriptedFault(seconds: number): PlcFault | undefined {
    const within = seconds % this.#line.periodSeconds;
    return this.#line.plc?.faults.find((one) => within >= one.at && within < one.at + one.seconds)?.kind;
  }

  #note(change: SignalChange): void {
    this.#signals.set(change.signal, change);
    if (change.signal === 'weight') this.#weights = (this.#weights + 1) % 0x10000;
  }

  /** What the line does at this moment, for every protocol that serves it. */
  values(): LineValues {
    const seconds = Math.max(0, (Date.now() - this.#zero) / 1000);
    const valueOf = (name: string): string | number | undefined => this.#signals.get(name)?.value;
    return {
      running: this.#simulation === undefined || valueOf('state') === 'running',
      speed: Number(valueOf('speed') ?? 46),
      encoder: Math.floor(this.#flow.travelled(seconds) * COUNTS_PER_UNIT) % 2 ** 32,
      bottles: this.#bottles,
      product: String(valueOf('product') ?? '4601234567893'),
      weight: Number(valueOf('weight') ?? this.#grams),
      weightNumber: this.#weights,
    };
  }

  #inputs(): Uint16Array {
    const { running, speed, encoder, bottles, product, weight, weightNumber } = this.values();
    const view = new DataView(new ArrayBuffer(40));
    view.setUint16(0, running ? 1 : 0);
    view.setUint16(2, weightNumber);
    view.setUint32(4, encoder);
    view.setUint32(8, bottles);
    view.setFloat32(12, weight);
    for (const [n, character] of Array.from(product.slice(0, 16)).entries())
      view.setUint8(16 + n, character.charCodeAt(0));
    view.setUint16(32, Math.round(speed));
    return Uint16Array.from({ length: 20 }, (_, n) => view.getUint16(2 * n));
  }

  async #read(table: ArrayLike<number>, address: number, length: number): Promise<number[]> {
    if (this.#fault === 'slow') await delay(SLOW_MS);
    if (this.#fault === 'bad') throw Object.assign(new Error('a value is bad'), DEVICE_FAILURE);
    const end = address + length;
    if (end > table.length || this.#fault === 'gone')
      throw Object.assign(new Error('no such address'), ILLEGAL_ADDRESS);
    return Array.from({ length }, (_, n) => table[address + n] ?? 0);
  }

  async #start(): Promise<void> {
    // After a restart a controller has its defaults.
    this.#holding = new Uint16Array(ACKNOWLEDGED_AT + 1);
    this.#gate = false;
    this.#light = this.#light.map(() => false);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const write = (address: number, values: readonly number[]): void => {
      if (address < RESULTS_AT || address + values.length > ACKNOWLEDGED_AT) {
        throw Object.assign(new Error('no such address'), ILLEGAL_ADDRESS);
      }
      this.#holding.set(values, address);
      this.#acknowledge();
    };
    const coil = (address: number): void => {
      if (address < 0 || address > this.#light.length)
        throw Object.assign(new Error('no such address'), ILLEGAL_ADDRESS);
    };
    const vector = {
      // The library knows no promises of several registers, only a function of four parameters.
      getMultipleInputRegisters: (address: number, length: number, _unit: number, done: Answer) =>
        void this.#read(this.#inputs(), address, length).then((values) => done(null, values), refused(done)),
      getMultipleHoldingRegisters: (address: number, length: number, _unit: number, done: Answer) =>
        void this.#read(this.#holding, address, length).then((values) => done(null, values), refused(done)),
      getInputRegister: async (address: number) => (await this.#read(this.#inputs(), address, 1))[0] ?? 0,
      getHoldingRegister: async (address: number) => (await this.#read(this.#holding, address, 1))[0] ?? 0,
      getCoil: async (address: number) => {
        coil(address);
        return address === 0 ? this.#gate : (this.#light[address - 1] ?? false);
      },
      setCoil: async (address: number, value: boolean) => {
        if (this.#fault === 'slow') await delay(SLOW_MS);
        coil(address);
        if (address === 0) this.#gate = value;
        else this.#light[address - 1] = value;
      },
      setRegister: async (address: number, value: number) => write(address, [value]),
      setRegisterArray: async (address: number, values: number[]) => write(address, values),
    };
    this.#server = new ServerTCP(vector, { host: this.#host, port: this.#port, unitID: 255 });
    this.#server.on('initialized', () => resolve(undefined));
    this.#server.on('serverError', (error) => reject(error instanceof Error ? error : new Error('the port is taken')));
    this.#server.on('socketError', () => undefined);
    await promise;
  }

  #stop(): void {
    this.#server?.close(() => undefined);
    this.#server = undefined;
  }
}

type Answer = (error: Error | null, values: number[]) => void;

function refused(done: Answer): (error: unknown) => void {
  return (error) => done(error instanceof Error ? error : new Error(String(error)), []);
}

async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new TypeError('a listening server has an address');
  return address.port;
}
