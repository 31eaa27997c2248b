import type { CameraDeclaration } from '@lineside/twin';
import type { CellChoice } from '../cells.ts';

/** The kind as it is named beside the kinds of events. */
export const PACKS_KIND = 'code_check';

type ProductCamera = Extract<CameraDeclaration, { scene: 'product' }>;
type Prints = NonNullable<ProductCamera['prints']>;

/** Packs at one speed of the line under one condition. */
export interface PackCondition {
  readonly id: string;
  readonly what: string;
  readonly packsPerMinute: number;
  readonly prints?: Partial<Prints>;
  readonly camera?: Partial<ProductCamera>;
}

const SPEEDS = [120, 300] as const;

/** Fractions of packs with each fault: so few that a missed one is hardly ever near a false one. */
const FAULTS: Prints['faults'] = {
  wrong_label: 0.008,
  wrong_date: 0.008,
  missing_date: 0.008,
  missing_label: 0.006,
  unreadable_date: 0.006,
  smeared: 0.006,
  overprinted: 0.006,
  faded: 0.02,
  crooked: 0.02,
};

const UNDER: readonly Omit<PackCondition, 'packsPerMinute'>[] = [
  { id: 'ordinary', what: 'bottles with a Data Matrix of GTIN, date and lot, and the date as text' },
  { id: 'glare', what: 'the reflection of a lamp runs over every third print', prints: { glare: 0.33 } },
  { id: 'moved', what: 'a shutter that is open for 2 ms', prints: { exposureMs: 2 } },
  {
    id: 'dark',
    what: 'less than half of the light, and the noise of a camera that amplifies',
    camera: { conditions: ['dark'] },
  },
  { id: 'blurred', what: 'a lens out of focus', camera: { conditions: ['blurred'] } },
  {
    id: 'smeared',
    what: 'ink that is wet: one print in twelve is wiped',
    prints: { faults: { ...FAULTS, smeared: 0.08 } },
  },
  {
    id: 'cartons',
    what: 'cartons with an EAN-13, and the date as text after its words',
    prints: { symbol: 'ean13', prefix: 'MHD ' },
    camera: { packs: 'cartons', size: { width: 1600, height: 900 } },
  },
];

export const PACK_CONDITIONS: readonly PackCondition[] = UNDER.flatMap((one) =>
  SPEEDS.map((speed) => ({ ...one, id: `${one.id}_${speed}`, packsPerMinute: speed })),
);

/** Units between two packs, as on a belt without gaps to spare. */
const PITCH = 130;
const WAY = 724;

/** One film of packs. */
export interface PackCell {
  readonly id: string;
  readonly condition: PackCondition;
  readonly seed: number;
  readonly seconds: number;
  readonly fps: number;
  readonly camera: ProductCamera;
}

/** All cells of a run; none where another kind is asked for. */
export function packCells({
  kinds,
  conditions,
  seed,
  secondsPerKind,
  mostConditions,
}: CellChoice): readonly PackCell[] {
  if (kinds !== undefined && !kinds.includes(PACKS_KIND)) return [];
  const all = PACK_CONDITIONS.slice(0, mostConditions);
  const seconds = Math.ceil(secondsPerKind / all.length);
  return all
    .filter(({ id }) => conditions?.includes(id) ?? true)
    .map((condition) => ({
      id: `${PACKS_KIND}.${condition.id}`,
      condition,
      seed: seed + 5000 + PACK_CONDITIONS.indexOf(condition),
      seconds,
      // Three frames for each step of a pack into the place of the next.
      fps: Math.max(10, Math.ceil(condition.packsPerMinute / 20)),
      camera: cameraOf(condition),
    }));
}

/** How long a pack of this camera is in the picture. */
export function secondsInView({ packsPerMinute }: Pick<PackCondition, 'packsPerMinute'>): number {
  return WAY / ((PITCH * packsPerMinute) / 60);
}

function cameraOf({ packsPerMinute, prints, camera }: PackCondition): ProductCamera {
  return {
    id: 'labels',
    scene: 'product',
    size: { width: 1280, height: 720 },
    bottlesPerMinute: packsPerMinute,
    secondsInView: secondsInView({ packsPerMinute }),
    defectRate: 0,
    incidents: [],
    ...camera,
    prints: {
      ...{
        symbol: 'gs1datamatrix',
        product: '460123456789',
        other: '460123456790',
        bestBefore: '2026-03-16',
        lot: 'A7',
      },
      ...{ prefix: '', faults: FAULTS, incidents: [], exposureMs: 0.5, glare: 0 },
      ...prints,
    },
  };
}
