import { z } from 'zod';
import { SIGNAL_NAMES } from './signals.ts';

/** What can be wrong with a pack: seen on the product, on its label, or in what is printed on it. */
export const PLANT_FAULTS = [
  'crack',
  'stain',
  'torn_label',
  'dent',
  'missing_cap',
  'wrong_label',
  'wrong_date',
  'missing_date',
  'unreadable_date',
] as const;
export type PlantFault = (typeof PLANT_FAULTS)[number];

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 06:00');
const rate = z.number().min(0).max(1);
const id = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be lower case letters, digits and _');

const shift = z.strictObject({ name: id, from: clock, staff: z.int().min(0).max(200) });

const product = z.strictObject({
  /** What is printed as EAN-13: 12 digits; the check digit is added. */
  code: z.string().regex(/^\d{12}$/, 'must have 12 digits'),
  name: z.string().min(1),
  nominalGrams: z.number().positive(),
  /** Standard deviation of what the scale shows. */
  sigmaGrams: z.number().positive(),
  shelfLifeDays: z.int().positive(),
});

const stopReason = z.strictObject({
  reason: id,
  /** How often, per hour in which the line runs. */
  perHour: z.number().min(0).max(60),
  /** Mean length; lengths are spread exponentially, 5 s at least. */
  seconds: z.number().positive(),
});

/**
 * One declared effect. `factor`: of `weight_spread` on the standard deviation, of a fault on its odds, from where the cause
 * is absent (0) to where it is fully there (1). A shift is there or not; the belt's wear goes from 0 to 1.
 */
const effect = z.discriminatedUnion('cause', [
  z.strictObject({
    id,
    cause: z.literal('shift'),
    when: id,
    on: z.enum(['weight_spread', ...PLANT_FAULTS]),
    factor: z.number().positive(),
  }),
  z.strictObject({
    id,
    cause: z.literal('belt_wear'),
    on: z.enum(['weight_spread', ...PLANT_FAULTS]),
    factor: z.number().positive(),
  }),
  z.strictObject({ id, cause: z.literal('temperature'), on: z.literal('scale_bias'), gramsPerDegree: z.number() }),
  z.strictObject({
    id,
    cause: z.literal('jam'),
    on: z.literal('stop'),
    probability: rate,
    withinSeconds: z.number().positive().max(600),
  }),
]);

const filler = z.strictObject({
  /** Mean weight of a good pack above the nominal one. */
  overfillGrams: z.number().default(0),
  /** Packs that are filled badly: their fraction, and by how much they differ. */
  badFills: z.array(z.strictObject({ rate, grams: z.number() })).default([]),
  /** Times, again and again, in which every pack differs by so much. */
  sags: z
    .strictObject({ everySeconds: z.number().positive(), seconds: z.number().positive(), grams: z.number() })
    .optional(),
});

const signalFaults = z.strictObject({
  /** Fraction of the readings of a signal that are bad. */
  bad: z.partialRecord(z.enum(SIGNAL_NAMES), rate).default({}),
  /** Times, again and again, in which nothing arrives, so that every signal becomes stale. */
  silences: z.strictObject({ everySeconds: z.number().positive(), seconds: z.number().positive() }).optional(),
});

export const plantSchema = z
  .strictObject({
    /** Wall time of stream time 0 for shifts, dates and tables; UTC. */
    startsAt: z.iso.datetime(),
    packsPerMinute: z.number().positive().max(1200),
    shifts: z.array(shift).min(1),
    products: z.array(product).min(1),
    batchPacks: z.int().positive(),
    changeoverSeconds: z.number().nonnegative(),
    /** Probability of each fault where no effect changes it. */
    faults: z.partialRecord(z.enum(PLANT_FAULTS), rate).default({}),
    /** A stop for the reason `jam` is the state `jam`; all others are `stopped`. */
    stops: z.array(stopReason).default([]),
    /** How long a belt runs until it is replaced; its wear goes from 0 to 1 in that time. */
    belt: z.strictObject({ lifeHours: z.number().positive(), startWear: rate.default(0) }),
    scale: z.strictObject({
      /** Standard deviation of the scale's own error. */
      sigmaGrams: z.number().nonnegative(),
      /** Drift since the scale was calibrated, at each beginning of a shift. */
      driftGramsPerHour: z.number(),
    }),
    /** How full packs are. Without it their mean is the nominal weight, and none is filled badly. */
    filler: filler.optional(),
    /** What is wrong with the signals themselves. Without it each is good and comes at once. */
    signalFaults: signalFaults.optional(),
    temperature: z.strictObject({ meanC: z.number(), swingC: z.number().nonnegative() }),
    effects: z.array(effect).default([]),
  })
  .refine(({ scale, products }) => products.every(({ sigmaGrams }) => sigmaGrams > scale.sigmaGrams), {
    error: "each product's sigmaGrams must be above that of the scale, which is part of it",
    path: ['products'],
  })
  .refine(
    ({ effects, shifts }) => effects.every((one) => one.cause !== 'shift' || shifts.some((s) => s.name === one.when)),
    {
      error: 'an effect names a shift that is not declared',
      path: ['effects'],
    },
  );

export type Plant = z.infer<typeof plantSchema>;
export type Effect = Plant['effects'][number];
export type Product = Plant['products'][number];
export type StopReason = Plant['stops'][number];
