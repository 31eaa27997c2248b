import { setTimeout as delay } from 'node:timers/promises';
import { type Line, LineError, Scene } from '../scenes/index.ts';
import { isSilentAt, PlantSimulation, type SignalChange } from '../plant/index.ts';
import { type Faults, RtspServer } from '../rtsp/index.ts';
import { type Announcement, Announcer } from './announcer.ts';
import { LiveCamera } from './live-camera.ts';
import { LinePlc, openOpcuaPlc } from '../plc/index.ts';
import { SparkplugLine } from '../sparkplug/index.ts';
import { type SignalLine, signalLine, SignalServer } from './signal-server.ts';

export interface RunOptions {
  readonly line: Line;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly users?: Readonly<Record<string, string>> | undefined;
  /** One JSON object per line instead of text for people. */
  readonly json: boolean;
  /** Gets each line that is printed. */
  readonly print: (line: string) => void;
  /** Serves the plant's signals at this port, and prints them; 0 takes any free one. */
  readonly signalsPort?: number | undefined;
  /** Serves the controller of the line by Modbus TCP at this port; 0 takes any free one. */
  readonly plcPort?: number | undefined;
  /** Serves the controller of the line by OPC UA at this port; 0 takes any free one. */
  readonly opcuaPort?: number | undefined;
  /** Joins this MQTT broker with the plant's signals as an edge node of Sparkplug B: group `twin`, node `line`. */
  readonly sparkplug?: string | undefined;
  /** Gets what can be made to go wrong, before the first client connects. */
  readonly onFaults?: (faults: Faults) => void;
}

/** The first thing that `run --json` prints: where the cameras are. */
export interface StreamsReady {
  readonly type: 'streams';
  /** ISO 8601, UTC, of stream time 0. */
  readonly wallTime: string;
  readonly streams: readonly {
    readonly id: string;
    readonly url: string;
    readonly width: number;
    readonly height: number;
    readonly fps: number;
  }[];
  /** Where the plant's signals are, when they are served: each is at this address followed by a slash and its name. */
  readonly signals?: string;
  /** Where the controller of the line is, when it is served. */
  readonly plc?: string;
  /** Where it is by OPC UA, when it is served so. */
  readonly opcua?: string;
}

const LOOK_MS = 100;
/** Stream time begins a little later, when the threads have painted their backgrounds. */
const HEAD_START_MS = 500;

/**
 * Serves every camera of the line at rtsp://host:port/ID until the signal aborts, and prints its incidents as they
 * begin and end. Rejects when the port is taken or a camera breaks.
 */
export async function runLine(options: RunOptions, signal: AbortSignal): Promise<void> {
  const { line, host, port, users, print } = options;
  const zero = Date.now() + HEAD_START_MS;
  const cameras = line.cameras.map(({ id }) => new LiveCamera(line, id, zero));
  await using server = new RtspServer({ host, port, ...(users ? { users } : {}) });
  options.onFaults?.(server.faults);
  for (const camera of cameras) server.addStream(camera.cameraId, camera);
  const base = `rtsp://${host}:${await server.listen()}`;
  const streams = cameras.map(({ cameraId: id, width, height, fps }) => ({
    id,
    url: `${base}/${id}`,
    width,
    height,
    fps,
  }));
  const isPlantWanted = options.signalsPort !== undefined || options.sparkplug !== undefined;
  const plant = isPlantWanted ? new LivePlant(line, host, options.signalsPort ?? 0, zero) : undefined;
  const sparkplug = options.sparkplug === undefined ? undefined : new SparkplugLine(options.sparkplug, 'twin', 'line');
  const signals = plant ? { signals: `twin://${host}:${await plant.server.listen()}` } : {};
  const plc =
    options.plcPort === undefined && options.opcuaPort === undefined
      ? undefined
      : new LinePlc(line, { host, port: options.plcPort ?? 0, zero }, (gate) => {
          if (options.json) print(JSON.stringify(gate));
        });
  const opcua =
    plc === undefined || options.opcuaPort === undefined
      ? undefined
      : await openOpcuaPlc({ host, port: options.opcuaPort, values: () => plc.values() });
  const controller = {
    ...(plc && options.plcPort !== undefined ? { plc: await plc.listen() } : {}),
    ...(opcua ? { opcua: await opcua.listen() } : {}),
  };
  const ready: StreamsReady = {
    type: 'streams',
    wallTime: new Date(zero).toISOString(),
    streams,
    ...signals,
    ...controller,
  };
  const words = [...streams.map(({ url }) => url), ...Object.values(signals), ...Object.values(controller)].join('\n');
  print(options.json ? JSON.stringify(ready) : words);
  const announcer = new Announcer(
    line.cameras.map(({ id }) => new Scene(line, id)),
    zero,
  );
  // When one fails, the others are stopped, so that nothing is left running.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const parts = [
    ...cameras.map((camera) => camera.run(either)),
    server.run(either),
    ...(plc ? [plc.run(either)] : []),
    ...(opcua ? [opcua.run(either)] : []),
    ...(sparkplug ? [sparkplug.run(either)] : []),
    ...(plc && opcua && (line.plc?.faults.length ?? 0) > 0
      ? [every(LOOK_MS, either, () => void opcua.set(plc.scriptedFault(Math.max(0, (Date.now() - zero) / 1000))))]
      : []),
    every(LOOK_MS, either, () => {
      for (const announcement of announcer.until(Date.now()))
        print(options.json ? JSON.stringify(announcement) : inWords(announcement));
    }),
    ...(plant
      ? [
          plant.server.run(either),
          every(LOOK_MS, either, () => {
            for (const change of plant.until(Date.now())) {
              sparkplug?.publish(change);
              if (options.json) print(JSON.stringify(change));
            }
          }),
        ]
      : []),
  ].map((part) =>
    part.catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const ends = await Promise.allSettled(parts);
  const broken = ends.find((end) => end.status === 'rejected');
  if (broken) throw broken.reason;
}

/** The plant in real time, with the server of its signals. */
class LivePlant {
  readonly server: SignalServer;
  readonly #simulation: PlantSimulation;
  readonly #zero: number;
  #changes: SignalChange[] = [];

  /** Throws LineError where the line declares no plant. */
  constructor(line: Line, host: string, port: number, zero: number) {
    if (!line.plant) throw new LineError('the line declares no plant, so it has no signals; see plant.yaml for one');
    this.server = new SignalServer(host, port);
    this.#zero = zero;
    this.#simulation = new PlantSimulation(line.plant, line.seed, (change) => this.#changes.push(change));
  }

  /** Publishes what changed since the last call, up to `now` (wall time in ms), and returns it. */
  until(now: number): readonly SignalLine[] {
    this.#changes = [];
    const seconds = (now - this.#zero) / 1000;
    this.#simulation.until(seconds);
    this.server.silent = isSilentAt(this.#simulation.plant, seconds);
    const lines = this.#changes.map((change) => signalLine(change, this.#zero));
    for (const line of lines) this.server.publish(line);
    return lines;
  }
}

async function every(ms: number, signal: AbortSignal, run: () => void): Promise<void> {
  while (!signal.aborted) {
    run();
    await delay(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

function inWords(announcement: Announcement): string {
  const what = announcement.detail ? `${announcement.label} (${announcement.detail})` : announcement.label;
  const change = announcement.type === 'incident_begin' ? 'begins' : 'ends';
  return `${announcement.streamSeconds.toFixed(1).padStart(7)} s  ${announcement.camera}: ${what} ${change}, ${announcement.objectId}`;
}
