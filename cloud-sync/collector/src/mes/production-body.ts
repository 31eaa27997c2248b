import { z } from 'zod';
import { plainText } from '../records/index.ts';

const word = (most: number) => z.string().max(most).transform(plainText);
/** The last millisecond of a year with four digits: what every calendar can show. */
const LAST_MS = 253_402_300_799_999;
const ms = z.number().min(0).max(Number.MAX_SAFE_INTEGER).transform(Math.round);
const whole = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER).transform(Math.round);

/** What a record of kind `production` says that is delivered: everything of one place since its shift began. */
const Body = z.object({
  camera: word(128),
  rule: word(128),
  shift: word(64),
  shiftFromMs: z.number().min(0).max(LAST_MS),
  /** Day on which the shift starts, at the line. */
  date: z.iso.date(),
  product: word(256).optional(),
  batch: word(256).optional(),
  /** The counts of this rule are what the line made. */
  counter: z.boolean().default(false),
  planned: whole.optional(),
  station: z.string().max(32).optional(),
  runningMs: ms.default(0),
  downMs: ms.default(0),
  unknownMs: ms.default(0),
  counts: z.record(z.string().max(64), z.record(z.string().max(256), whole)).default({}),
});
export type ProductionBody = z.infer<typeof Body>;

/** The body of a stored record; undefined where it is none that can be delivered, as of a device with an older version. */
export function readProductionBody(json: string): ProductionBody | undefined {
  let record: unknown;
  try {
    record = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const body: unknown = typeof record === 'object' && record !== null && 'b' in record ? record.b : undefined;
  return Body.safeParse(body).data;
}
