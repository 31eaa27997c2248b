/** What one camera costs, as it was measured. */
export interface CameraCost {
  readonly camera: string;
  /** CPU cores that decoding, scaling and reading its frames keep busy, at the rate that is wanted. */
  readonly decodeCores: number;
}

/** What one inference of a model costs, as it was measured. */
export interface ModelCost {
  readonly model: string;
  /** What runs it; models on the same accelerator share its time. */
  readonly provider: string;
  /** From a frame to its detections: a model does one inference after the other. */
  readonly latencyMs: number;
  /** CPU time of all threads. */
  readonly cpuMs: number;
}

/** What is wanted of a model on a camera. */
export interface InferenceDemand {
  readonly camera: string;
  readonly model: string;
  /** Inferences a second: frames a second times tiles or crops of a frame. */
  readonly perSecond: number;
}

export interface CapacityFacts {
  readonly cores: number;
  readonly cameras: readonly CameraCost[];
  readonly models: readonly ModelCost[];
  readonly demands: readonly InferenceDemand[];
}

/** One thing of which there is only so much. */
export interface CapacityUse {
  /** `cpu`, `model ID` or the name of an accelerator. */
  readonly resource: string;
  /** Cores or, for a model or accelerator, parts of its time; and how much of that there may be. */
  readonly used: number;
  readonly usable: number;
}

export interface Capacity {
  readonly fits: boolean;
  readonly uses: readonly CapacityUse[];
  /** What is used most, for its size. */
  readonly tightest: string;
  /** As many cameras like these, on average, fit; at the rates that are wanted. */
  readonly camerasThatFit: number;
  /** Of these cameras all rates times this factor fit; 0 where decoding alone is too much. */
  readonly rateFactor: number;
}

/** The rest is for the main process, the database, the uplink, and moments in which more happens. */
const USABLE_CPU = 0.75;
/** A queue in front of something that is busier than this grows in moments in which more happens. */
const USABLE_TIME = 0.8;

/** Whether cameras and models fit on a device, and how many would. Pure. */
export function capacityOf({ cores, cameras, models, demands }: CapacityFacts): Capacity {
  const perSecond = (model: string): number =>
    demands.reduce((sum, demand) => sum + (demand.model === model ? demand.perSecond : 0), 0);
  const decodeCores = cameras.reduce((sum, camera) => sum + camera.decodeCores, 0);
  const inferCores = models.reduce((sum, { model, cpuMs }) => sum + (perSecond(model) * cpuMs) / 1000, 0);
  const ofModels = models.map(({ model, latencyMs }) => ({
    resource: `model ${model}`,
    used: (perSecond(model) * latencyMs) / 1000,
    usable: USABLE_TIME,
  }));
  const accelerators = [...new Set(models.map(({ provider }) => provider).filter((provider) => provider !== 'cpu'))];
  const ofAccelerators = accelerators.map((provider) => ({
    resource: provider,
    used: models.reduce(
      (sum, { model, latencyMs, ...cost }) =>
        sum + (cost.provider === provider ? (perSecond(model) * latencyMs) / 1000 : 0),
      0,
    ),
    usable: USABLE_TIME,
  }));
  const cpu = { resource: 'cpu', used: decodeCores + inferCores, usable: USABLE_CPU * cores };
  const uses = [cpu, ...ofModels, ...ofAccelerators];
  const [tightest = cpu] = uses.toSorted((a, b) => b.used / b.usable - a.used / a.usable);
  const scale = tightest.used === 0 ? Number.POSITIVE_INFINITY : tightest.usable / tightest.used;
  const forInference = Math.max(0, cpu.usable - decodeCores);
  const factors = [
    inferCores === 0 ? (forInference > 0 ? Number.POSITIVE_INFINITY : 0) : forInference / inferCores,
    ...[...ofModels, ...ofAccelerators].map(({ used, usable }) =>
      used === 0 ? Number.POSITIVE_INFINITY : usable / used,
    ),
  ];
  return {
    fits: scale >= 1,
    uses,
    tightest: tightest.resource,
    camerasThatFit: Math.floor(cameras.length * scale),
    rateFactor: Math.min(...factors),
  };
}
