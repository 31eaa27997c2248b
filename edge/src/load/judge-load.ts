/** What was measured over the latest seconds. Rates are per second, over all cameras and models. */
export interface LoadFigures {
  /** Frames that the configuration asks for, of cameras that deliver or are being opened. */
  readonly wantedPerS: number;
  /** Frames that arrived in time to be offered to a model that was due. */
  readonly offeredPerS: number;
  readonly inspectedPerS: number;
  /** Frames for which there was no time: a newer one came first. */
  readonly skippedPerS: number;
  readonly cores: number;
  /** Cores that Lineside used, with its vision process and its decoders. */
  readonly ownCores: number;
  /** Cores that all other programs used. */
  readonly otherCores: number;
  /** Part of the time in which Lineside had work to do and waited for a CPU, 0 to 1. */
  readonly waitedFraction: number;
}

/**
 * What is left out while the device is overloaded, in this order. Snapshots of events are never left out, and nothing is
 * ended. Frames are left out evenly: each model takes the newest frame of each camera in turn.
 */
export type WorkLeftOut = 'live_pictures' | 'frames';

export interface LoadReport extends LoadFigures {
  readonly state: 'normal' | 'overloaded';
  /** Present when overloaded: other programs take the CPUs, or the cameras and models are too many for the device. */
  readonly cause?: 'other_programs' | 'too_many_cameras';
  /** Cores that the wanted rate would need, estimated from what the inspected frames needed. */
  readonly neededCores: number;
  readonly leftOut: readonly WorkLeftOut[];
}

export interface OverloadFinding {
  readonly code: 'overloaded';
  readonly message: string;
  readonly advice: string;
  /** The figures of the message. */
  readonly args: Readonly<Record<string, string | number>>;
}

/** Fewer inspected frames than this part of the wanted ones are too few; more than the second end an overload. */
const TOO_FEW = 0.9;
const ENOUGH = 0.97;
/** Skipped frames from this part of the wanted ones show a lack of time. */
const SKIPPED = 0.05;
/** CPUs are short when this part of them is used and this part of Lineside's time was spent waiting. */
const CORES_USED = 0.85;
const WAITED = 0.4;
/** Part of the cores from which other programs are worth naming. */
const OTHERS = 0.2;

/**
 * Judges the figures. `wasOverloaded`: by the judgement before. Frames that are missing for another reason
 * (a camera that delivers nothing, a model that failed) are no overload: time must be short, too.
 */
export function judgeLoad(figures: LoadFigures, wasOverloaded: boolean): LoadReport {
  const {
    wantedPerS: wanted,
    inspectedPerS: inspected,
    skippedPerS: skipped,
    cores,
    ownCores,
    otherCores,
    waitedFraction,
  } = figures;
  const cpuShort = ownCores + otherCores >= CORES_USED * cores && waitedFraction >= WAITED;
  const timeShort = cpuShort || skipped >= SKIPPED * wanted;
  const missing = inspected < (wasOverloaded ? ENOUGH : TOO_FEW) * wanted;
  const neededCores = inspected <= 0 ? ownCores : ownCores * Math.max(1, wanted / inspected);
  if (wanted <= 0 || !timeShort || !missing) return { ...figures, state: 'normal', neededCores, leftOut: [] };
  const others = otherCores >= OTHERS * cores && neededCores <= cores;
  return {
    ...figures,
    state: 'overloaded',
    cause: others ? 'other_programs' : 'too_many_cameras',
    neededCores,
    leftOut: skipped > 0 ? ['live_pictures', 'frames'] : ['live_pictures'],
  };
}

/** What health, page, command line, doctor and log report; undefined while the device keeps up. */
export function overloadFinding(load: LoadReport): OverloadFinding | undefined {
  if (load.state !== 'overloaded') return undefined;
  const {
    wantedPerS: wanted,
    inspectedPerS: inspected,
    cores,
    ownCores,
    otherCores,
    neededCores,
    waitedFraction,
    cause,
  } = load;
  const missing = percent(1 - inspected / wanted);
  const rates = `${one(inspected)} of ${one(wanted)} frames a second are inspected, ${missing} are missing`;
  const use = `Lineside uses ${one(ownCores)} of ${cores} cores and other programs use ${one(otherCores)}`;
  const waits = `it waits for a CPU for ${percent(waitedFraction)} of its working time`;
  return {
    code: 'overloaded',
    args: {
      ...{ inspected: one(inspected), wanted: one(wanted), missing: Math.round(100 * (1 - inspected / wanted)) },
      ...{ own: one(ownCores), cores, other: one(otherCores) },
    },
    message: `The device is overloaded: ${rates}. ${use}; ${waits}`,
    advice:
      cause === 'other_programs'
        ? 'Other programs take the CPUs (`top` shows which): end them, or move them to another machine; or lower `fps`'
        : `The cameras need about ${one(neededCores)} cores: lower \`fps\`, use fewer or smaller models, or distribute the cameras over more devices`,
  };
}

function one(value: number): string {
  return value.toFixed(1);
}

function percent(fraction: number): string {
  return `${Math.round(100 * Math.min(1, Math.max(0, fraction)))} %`;
}
