import type { Severity, Zone } from '../domain/index.ts';

/** When an incident opens, goes on and closes. All times on the frames' own clock. */
export interface Timing {
  /** The condition must have lasted this long. */
  readonly minDurationMs: number;
  /** Debounce: share of the latest observations (over `minDurationMs`) in which the condition must have been seen. */
  readonly minFraction: number;
  /** It must have been seen in at least so many frames. */
  readonly minSightings: number;
  /** Results further apart are not continuous: time between them counts neither for nor against. */
  readonly maxGapMs: number;
  /** An open incident closes after so much time of contrary observations. */
  readonly clearAfterMs: number;
  /** While it lasts it is told again this often. */
  readonly updateEveryMs: number;
  /** After it closed, the same subject opens no other for so long. */
  readonly coolDownMs: number;
  /** A camera without results for longer closes what is open: `camera_lost`. */
  readonly expireAfterMs: number;
}

interface CommonSpec {
  readonly id: string;
  /** Id of the model whose tracks the rule judges. */
  readonly model: string;
  readonly severity: Severity;
  /** The whole picture when left out. */
  readonly zone?: Zone | undefined;
  readonly timing?: Partial<Timing> | undefined;
}

/** A person in the zone without the required headwear for longer than T. */
export interface MissingHeadwearSpec extends CommonSpec {
  readonly type: 'missing_headwear';
  readonly labels?:
    | {
        readonly person?: readonly string[] | undefined;
        readonly headwear?: readonly string[] | undefined;
        readonly bareHead?: readonly string[] | undefined;
      }
    | undefined;
}

/** A product on which a defect is seen in at least `timing.minSightings` frames of its passage. */
export interface ProductDefectSpec extends CommonSpec {
  readonly type: 'product_defect';
  readonly labels?:
    | { readonly product?: readonly string[] | undefined; readonly defect?: readonly string[] | undefined }
    | undefined;
}

/** Spilled or scattered matter or litter in the zone for longer than T. */
export interface SpillSpec extends CommonSpec {
  readonly type: 'dirt';
  readonly labels?: { readonly dirt?: readonly string[] | undefined } | undefined;
  /** Least share of the object's box that lies in the zone (or of the zone that it covers). */
  readonly minZoneFraction?: number | undefined;
}

export type RuleSpec = MissingHeadwearSpec | ProductDefectSpec | SpillSpec;

const COMMON: Timing = {
  minDurationMs: 5000,
  minFraction: 0.6,
  minSightings: 2,
  maxGapMs: 2000,
  clearAfterMs: 3000,
  updateEveryMs: 10_000,
  coolDownMs: 5000,
  expireAfterMs: 10_000,
};

export const TIMING_DEFAULTS: Readonly<Record<RuleSpec['type'], Timing>> = {
  missing_headwear: { ...COMMON, clearAfterMs: 2000 },
  // Not judged by time: any two sightings of its passage, and it closes when the product is gone.
  product_defect: { ...COMMON, minDurationMs: 0, minFraction: 0, clearAfterMs: 1000, coolDownMs: 0 },
  dirt: { ...COMMON, minDurationMs: 10_000 },
};

export function timingOf(spec: RuleSpec): Timing {
  return { ...TIMING_DEFAULTS[spec.type], ...spec.timing };
}
