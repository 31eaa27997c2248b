import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '@lineside/kit';

export interface Temperature {
  /** As the kernel calls the sensor: `cpu-thermal`, `x86_pkg_temp`. */
  readonly name: string;
  readonly celsius: number;
}

/** What the kernel reports of the computer; what it does not report is absent. */
export interface MachineFacts {
  readonly temperatures: readonly Temperature[];
  readonly memory?: { readonly totalBytes: number; readonly availableBytes: number };
  /** Of a Jetson: name of the power mode, such as `MAXN_SUPER`. */
  readonly powerMode?: string;
  /** True while the kernel slows the computer down for heat. */
  readonly throttled: boolean;
}

export interface MachineReaderParts {
  /** Folder above `proc` and `sys`: `/`. */
  readonly root: string;
  /** Monotonic ms. */
  readonly nowMs: () => number;
}

const FRESH_MS = 5_000;
/** A sensor that is off reports absurd values. */
const PLAUSIBLE = { least: -40, most: 150 };

/** Reads heat, memory and power mode, at most every five seconds. */
export class MachineReader {
  readonly #parts: MachineReaderParts;
  #facts: MachineFacts | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: MachineReaderParts) {
    this.#parts = parts;
  }

  facts(): MachineFacts {
    const now = this.#parts.nowMs();
    if (this.#facts === undefined || now - this.#readAtMs >= FRESH_MS) {
      this.#facts = readMachine(this.#parts.root);
      this.#readAtMs = now;
    }
    return this.#facts;
  }
}

function readMachine(root: string): MachineFacts {
  const memory = memoryOf(textOf(root, 'proc/meminfo') ?? '');
  const powerMode = powerModeOf(root);
  return {
    temperatures: temperaturesOf(root),
    throttled: isThrottled(root),
    ...(memory === undefined ? {} : { memory }),
    ...(powerMode === undefined ? {} : { powerMode }),
  };
}

function temperaturesOf(root: string): readonly Temperature[] {
  return thermal(root, 'thermal_zone').flatMap((zone) => {
    const celsius = Number(textOf(zone, 'temp') ?? Number.NaN) / 1000;
    const name = textOf(zone, 'type');
    const isPlausible = celsius > PLAUSIBLE.least && celsius < PLAUSIBLE.most;
    return name === undefined || !isPlausible ? [] : [{ name, celsius }];
  });
}

/** Jetson's kernel has cooling devices whose names say that they answer to an alert, active above state 0. */
function isThrottled(root: string): boolean {
  return thermal(root, 'cooling_device').some(
    (device) => /alert|throttle/i.test(textOf(device, 'type') ?? '') && Number(textOf(device, 'cur_state') ?? 0) > 0,
  );
}

function thermal(root: string, prefix: string): readonly string[] {
  const folder = join(root, 'sys/class/thermal');
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(prefix))
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .map((name) => join(folder, name));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}

function memoryOf(meminfo: string): MachineFacts['memory'] {
  const bytesOf = (name: string): number | undefined => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  };
  const [totalBytes, availableBytes] = [bytesOf('MemTotal'), bytesOf('MemAvailable')];
  return totalBytes === undefined || availableBytes === undefined ? undefined : { totalBytes, availableBytes };
}

/** nvpmodel keeps the number of the mode in force, and the names of all modes. */
function powerModeOf(root: string): string | undefined {
  const id = /pmode:(\d+)/.exec(textOf(root, 'var/lib/nvpmodel/status') ?? '')?.[1];
  if (id === undefined) return undefined;
  const modes = textOf(root, 'etc/nvpmodel.conf') ?? '';
  const named = [...modes.matchAll(/<\s*POWER_MODEL\s+ID=(\d+)\s+NAME=(\S+)\s*>/g)];
  return named.find(([, mode]) => Number(mode) === Number(id))?.[2] ?? `mode ${Number(id)}`;
}

function textOf(...parts: readonly [string, string]): string | undefined {
  try {
    return readFileSync(join(...parts), 'utf8').trim();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
