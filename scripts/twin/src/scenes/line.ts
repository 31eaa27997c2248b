import { readFile } from 'node:fs/promises';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { GARMENTS } from './people/garments.ts';
import { HEADWEAR } from './people/person.ts';
import { DEFECTS } from './product/bottle.ts';
import { plantSchema } from '../plant/index.ts';
import { printSchema } from '../printing/index.ts';
import { CONDITIONS, STYLE_NAMES } from '../styles/index.ts';

const seconds = z.number().nonnegative();
const perMinute = z.number().nonnegative().max(600);
const fraction = z.number().min(0).max(1);

const pictureSize = z.strictObject({
  width: z.int().multipleOf(2).min(32),
  height: z.int().multipleOf(2).min(32),
});

/** How any camera's pictures look. */
const look = {
  /** The line's when left out. */
  size: pictureSize.optional(),
  /** `plain` when left out. */
  style: z.enum(STYLE_NAMES).optional(),
  /** Conditions of light and camera that hold all the time. */
  conditions: z.array(z.enum(CONDITIONS)).optional(),
  /** How long the shutter is open, in ms: what moves is blurred. Left out, a picture is a moment. */
  exposureMs: z.number().positive().max(200).optional(),
  /** Conditions that hold in a shift of the plant, by its name. */
  light: z.record(z.string(), z.enum(CONDITIONS)).optional(),
};

const productCamera = z.strictObject({
  ...look,
  id: z.string().min(1),
  scene: z.literal('product'),
  bottlesPerMinute: perMinute.positive(),
  /** How long a bottle takes through the picture. */
  secondsInView: z.number().positive().max(60),
  /** Fraction of bottles with a random fault, besides the scripted ones. */
  defectRate: fraction.default(0),
  /** `one`: every bottle is the same product, as on a real line; `mixed`: each looks different, as when left out. */
  product: z.enum(['mixed', 'one']).optional(),
  incidents: z.array(z.strictObject({ at: seconds, kind: z.enum([...DEFECTS, 'any']) })).default([]),
  /** `plant`: bottles are the plant's packs, with its faults, and the belt stands when the plant does. */
  follows: z.literal('plant').optional(),
  /** Packs are cartons instead of bottles. */
  packs: z.enum(['bottles', 'cartons']).optional(),
  /** Every pack is the same product and has a label with a code, a date and a lot; with `follows`, those of the plant. */
  prints: printSchema.optional(),
  /** Times in which no bottle crosses the middle of the picture, of a belt that does not follow the plant. */
  gaps: z.array(z.strictObject({ at: seconds, seconds: z.number().positive() })).optional(),
  /** Hands that reach in over the bottles. */
  hands: z.array(z.strictObject({ at: seconds, seconds: z.number().positive().max(30) })).optional(),
  handsPerMinute: perMinute.optional(),
});

/**
 * Kinds of faults of the controller: bad values, a restart with defaults, slow answers, an address that is gone; and of
 * OPC UA alone open connections over which nothing comes, and a certificate that has expired.
 */
export const PLC_FAULTS = ['bad', 'restart', 'slow', 'gone', 'frozen', 'expired'] as const;

const plcSchema = z.strictObject({
  /** From the middle of the product camera's picture to the gate, in picture widths. */
  gateAt: z.number().positive().max(20).default(1.5),
  /** Seconds from the start of each period. */
  faults: z
    .array(z.strictObject({ at: seconds, seconds: z.number().positive(), kind: z.enum(PLC_FAULTS) }))
    .default([]),
});

const peopleCamera = z.strictObject({
  ...look,
  id: z.string().min(1),
  scene: z.literal('people'),
  /** Random visitors besides the scripted ones. */
  visitsPerMinute: perMinute.default(0),
  /** Fraction of random visitors who wear nothing on their head. */
  violationRate: fraction.default(0),
  visits: z
    .array(
      z.strictObject({
        at: seconds,
        seconds: z.number().positive(),
        headwear: z.enum([...HEADWEAR, 'any', 'none']),
        /** How far from the camera; by chance when left out. */
        lane: z.enum(['far', 'behind_table', 'front']).optional(),
        facing: z.enum(['front', 'back', 'side']).optional(),
        /** Place of work as a fraction of the picture's width. */
        place: fraction.optional(),
        /** Sides at which somebody comes in and leaves; by chance when left out. */
        enters: z.enum(['left', 'right']).optional(),
        leaves: z.enum(['left', 'right']).optional(),
        /** People who stand around this one. */
        companions: z.int().min(0).max(8).optional(),
        /** Garments that are missing, where `garments` is set. */
        without: z.array(z.enum(GARMENTS)).optional(),
      }),
    )
    .default([]),
  /** Everybody wears mask, gloves and coat unless declared otherwise, and each garment is a part with its own label. */
  garments: z.boolean().optional(),
  /** Fractions of random visitors who lack a garment. */
  missingRates: z.partialRecord(z.enum(GARMENTS), fraction).optional(),
  /** `front`: violators stand in front, alone. `anywhere`: also far, behind the table, turned away, in a crowd. */
  violators: z.enum(['front', 'anywhere']).optional(),
});

const floorCamera = z.strictObject({
  ...look,
  id: z.string().min(1),
  scene: z.literal('floor'),
  /** People who only walk through, half of them with a mop. */
  passersPerMinute: perMinute.default(0),
  incidents: z
    .array(z.strictObject({ at: seconds, seconds: z.number().positive(), kind: z.enum(['spill', 'litter']) }))
    .default([]),
  /** Times in which somebody mops the floor although nothing is spilled. With it people and mops are labelled. */
  cleanings: z.array(z.strictObject({ at: seconds, seconds: z.number().positive() })).optional(),
});

const lineSchema = z
  .strictObject({
    seed: z.int(),
    size: pictureSize,
    fps: z.number().positive().max(60),
    /** Scripted incidents repeat after this time, with other people, bottles and places. */
    periodSeconds: z.number().positive(),
    /** Where the controller of the line has its reject gate, and what goes wrong with it. */
    plc: plcSchema.optional(),
    cameras: z.array(z.discriminatedUnion('scene', [productCamera, peopleCamera, floorCamera])).min(1),
    /** The plant behind the cameras; a line without it has pictures only. */
    plant: plantSchema.optional(),
  })
  .refine(({ plant, cameras }) => plant || cameras.every(({ light }) => light === undefined), {
    error: 'a camera has light by shift, and no plant with shifts is declared',
    path: ['cameras'],
  })
  .refine(
    ({ plant, cameras }) => plant || cameras.every((one) => one.scene !== 'product' || one.follows === undefined),
    {
      error: 'a camera follows the plant, and no plant is declared',
      path: ['cameras'],
    },
  );

/** A simulated line as declared. */
export type Line = z.infer<typeof lineSchema>;
export type CameraDeclaration = Line['cameras'][number];
export type ProductCamera = z.infer<typeof productCamera>;
export type PeopleCamera = z.infer<typeof peopleCamera>;
export type FloorCamera = z.infer<typeof floorCamera>;

/** A declaration that cannot be used; the message names file, place and reason. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/** Reads and checks a declaration. Throws LineError with every fault at once. */
export async function loadLine(path: string): Promise<Line> {
  return parseLine(await readFile(path, 'utf8'), path);
}

export function parseLine(text: string, path: string): Line {
  const result = lineSchema.safeParse(parseYaml(text, path));
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `  ${issue.path.join('.') || '(top)'}: ${issue.message}`);
    throw new LineError(`${path} is not a valid line declaration:\n${faults.join('\n')}`);
  }
  const ids = result.data.cameras.map((camera) => camera.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new LineError(`${path}: two cameras are called ${twice}`);
  return result.data;
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof YAMLParseError) throw new LineError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}
