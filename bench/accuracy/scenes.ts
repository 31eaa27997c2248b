import type { CameraDeclaration, Plant } from '@lineside/twin';

/** What the twin shows or signals, and what a camera of the product makes of it. Rules of several kinds share one. */
export interface MeasuredScene {
  readonly id: string;
  /** `film`: pictures through FFmpeg and the models. `signals`: signals of the plant; a camera that sees nothing. */
  readonly medium: 'film' | 'signals';
  readonly models: readonly string[];
  readonly camera: CameraDeclaration;
  readonly fps: number;
  readonly periodSeconds: number;
  readonly zones?: readonly { readonly id: string; readonly polygon: readonly (readonly [number, number])[] }[];
  /** Of each condition, the plant behind the signals. */
  readonly plants?: Readonly<Record<string, Plant>>;
  readonly signals?: readonly Readonly<Record<string, unknown>>[];
  readonly conditions: readonly string[];
}

const EVERYWHERE = [
  'ordinary',
  'sketch',
  'gloss',
  'fabric',
  'cctv',
  'dark',
  'noisy',
  'blurred',
  'low_bitrate',
] as const;
const SOME = ['ordinary', 'sketch', 'gloss', 'dark', 'low_bitrate'] as const;

/** Scripts put true events far enough apart that a rule's clearing time and cool-down do not join two of them. */
export const PEOPLE: MeasuredScene = {
  id: 'people',
  medium: 'film',
  models: ['ppe'],
  fps: 5,
  periodSeconds: 60,
  camera: {
    id: 'people',
    scene: 'people',
    visitsPerMinute: 1,
    violationRate: 0,
    visits: [
      { at: 1, seconds: 22, headwear: 'any' },
      { at: 8, seconds: 18, headwear: 'none' },
      { at: 20, seconds: 17, headwear: 'any' },
      { at: 33, seconds: 18, headwear: 'none' },
      { at: 40, seconds: 16, headwear: 'any' },
    ],
  },
  conditions: [...EVERYWHERE, 'crowded'],
};

export const PRODUCT: MeasuredScene = {
  id: 'product',
  medium: 'film',
  models: ['defect'],
  fps: 5,
  periodSeconds: 60,
  camera: {
    id: 'product',
    scene: 'product',
    bottlesPerMinute: 46,
    secondsInView: 6,
    defectRate: 0,
    incidents: [3, 13, 22, 34].map((at) => ({ at, kind: 'any' as const })),
  },
  conditions: [...EVERYWHERE, 'fast'],
};

export const FLOOR: MeasuredScene = {
  id: 'floor',
  medium: 'film',
  models: ['sanitation'],
  fps: 5,
  periodSeconds: 60,
  camera: {
    id: 'floor',
    scene: 'floor',
    passersPerMinute: 3,
    incidents: [
      { at: 4, seconds: 20, kind: 'spill' },
      { at: 34, seconds: 20, kind: 'litter' },
    ],
  },
  conditions: [...EVERYWHERE, 'crowded'],
};

/** A strip of the floor from left to right, in fractions of the picture. */
function strip(id: string, left: number, right: number): NonNullable<MeasuredScene['zones']>[number] {
  return {
    id,
    polygon: [
      [left, 0],
      [right, 0],
      [right, 1],
      [left, 1],
    ],
  };
}

const CAPPED = { headwear: 'any', lane: 'front', companions: 0 } as const;

/** Two work at the station, two enter the forbidden zone, one washes the middle while a second person is there. */
export const STATION: MeasuredScene = {
  id: 'station',
  medium: 'film',
  models: ['ppe'],
  fps: 5,
  periodSeconds: 60,
  zones: [strip('bench', 0.12, 0.32), strip('wash', 0.41, 0.59), strip('robot', 0.68, 0.88)],
  camera: {
    id: 'station',
    scene: 'people',
    visitsPerMinute: 0,
    violationRate: 0,
    visits: [
      { at: 1, seconds: 15, place: 0.22, enters: 'left', leaves: 'left', ...CAPPED },
      { at: 19, seconds: 13, place: 0.78, enters: 'right', leaves: 'right', ...CAPPED },
      { at: 21, seconds: 13, place: 0.5, enters: 'left', leaves: 'left', ...CAPPED },
      { at: 40, seconds: 11, place: 0.22, enters: 'left', leaves: 'left', ...CAPPED },
      { at: 52, seconds: 8, place: 0.78, enters: 'right', leaves: 'right', ...CAPPED },
    ],
  },
  conditions: SOME,
};

/** A belt on which no bottle comes for 25 s of each minute. */
export const BELT: MeasuredScene = {
  id: 'belt',
  medium: 'film',
  models: ['defect'],
  fps: 5,
  periodSeconds: 60,
  camera: {
    id: 'belt',
    scene: 'product',
    bottlesPerMinute: 46,
    secondsInView: 6,
    defectRate: 0,
    incidents: [],
    gaps: [{ at: 20, seconds: 25 }],
  },
  conditions: [...SOME, 'fast', 'motion_blur'],
};

const PLANT: Plant = {
  startsAt: '2026-03-02T06:00:00Z',
  packsPerMinute: 46,
  shifts: [{ name: 'early', from: '06:00', staff: 6 }],
  products: [{ code: '460123456789', name: 'Apple juice', nominalGrams: 500, sigmaGrams: 3, shelfLifeDays: 14 }],
  batchPacks: 1_000_000,
  changeoverSeconds: 600,
  faults: {},
  stops: [
    { reason: 'jam', perHour: 4, seconds: 60 },
    { reason: 'operator', perHour: 4, seconds: 40 },
  ],
  belt: { lifeHours: 1000, startWear: 0 },
  scale: { sigmaGrams: 0.4, driftGramsPerHour: 0 },
  temperature: { meanC: 19, swingC: 0 },
  effects: [],
  // A pack in 400 is short by more than twice the tolerance of 15 g, one too heavy, and for 3 minutes of 20 all are light.
  filler: {
    overfillGrams: 2,
    badFills: [
      { rate: 0.0025, grams: -42 },
      { rate: 0.0025, grams: 42 },
    ],
    sags: { everySeconds: 1200, seconds: 180, grams: -6 },
  },
};

/** Scale and state of the line, without pictures. */
export const PLANT_SIGNALS: MeasuredScene = {
  id: 'plant',
  medium: 'signals',
  models: ['defect'],
  fps: 2,
  periodSeconds: 3600,
  camera: { id: 'scale', scene: 'product', bottlesPerMinute: 46, secondsInView: 6, defectRate: 0, incidents: [] },
  plants: {
    good_signals: PLANT,
    scale_drift: { ...PLANT, scale: { sigmaGrams: 0.8, driftGramsPerHour: 0.1 } },
    bad_signals: {
      ...PLANT,
      signalFaults: { bad: { weight: 0.02, state: 0.02 }, silences: { everySeconds: 600, seconds: 20 } },
    },
  },
  signals: [
    { id: 'weight', type: 'number', unit: 'g', source: 'push:', staleAfter: '5s' },
    { id: 'state', type: 'text', source: 'push:', staleAfter: '5s' },
    { id: 'stop_reason', type: 'text', source: 'push:', staleAfter: '5s' },
  ],
  conditions: ['good_signals', 'scale_drift', 'bad_signals'],
};

export const SCENES: readonly MeasuredScene[] = [PEOPLE, PRODUCT, FLOOR, STATION, BELT, PLANT_SIGNALS];
