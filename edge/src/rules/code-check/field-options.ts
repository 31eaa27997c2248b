import { z } from 'zod';
import { dateFormat, gtin14, lotFormat, parseDate, parseShelfLife, SYMBOLOGIES } from '../../codes/index.ts';
import { fraction, id, key } from '../../fields/index.ts';

export const FIELD_KINDS = ['code', 'date', 'lot', 'phrase', 'label'] as const;

const text = (longest: number) => z.string().min(1).max(longest);

/** One thing that is checked on each pack. Texts may hold `{facts}` of the recipe. */
export const FieldOptions = z
  .strictObject({
    id: id().meta(
      key({ description: 'Name of the field in events and counts.', restart: 'rule', example: 'best-before' }),
    ),
    kind: z.enum(FIELD_KINDS).meta(
      key({
        description:
          'What is checked: `code` a barcode, Data Matrix or QR code; `date`; `lot`; `phrase` a fixed text; `label` that a label is there, and where.',
        restart: 'rule',
        example: 'date',
      }),
    ),
    region: z
      .tuple([
        z.number().min(-1).max(2),
        z.number().min(-1).max(2),
        z.number().min(-1).max(2),
        z.number().min(-1).max(2),
      ])
      .refine(([left, top, right, bottom]) => right > left && bottom > top, 'must be left, top, right, bottom')
      .default([0, 0, 1, 1])
      .meta(
        key({
          description: "Where it is read: left, top, right and bottom as fractions of the product's box.",
          unit: 'fractions of the box',
          restart: 'rule',
          example: [0.1, 0.6, 0.9, 0.8],
        }),
      ),
    of: z
      .enum(['product', 'picture'])
      .default('product')
      .meta(
        key({
          description: 'What `region` is a part of: the box of the product, or the picture of the camera.',
          restart: 'rule',
          example: 'picture',
        }),
      ),
    symbologies: z
      .array(z.enum(SYMBOLOGIES))
      .min(1)
      .optional()
      .meta(
        key({
          description: 'Of a code: only these count; the fewer, the faster. Default: all.',
          restart: 'rule',
          example: ['EAN13'],
        }),
      ),
    gtin: text(64)
      .optional()
      .meta(
        key({
          description: 'Of a code: the GTIN of the product, 8 to 14 digits, whatever symbol carries it.',
          restart: 'rule',
          example: '{product}',
        }),
      ),
    content: text(512)
      .optional()
      .meta(
        key({ description: 'Of a code: its complete content.', restart: 'rule', example: 'https://example.com/a' }),
      ),
    elements: z
      .record(z.string().regex(/^\d{2,4}$/, 'must be an application identifier of GS1'), text(90))
      .default({})
      .meta(
        key({
          description: 'Of a GS1 code: values by application identifier, dates as 2027-05-31.',
          restart: 'rule',
          example: { '17': '{bestBefore}' },
        }),
      ),
    selectsRecipe: z
      .boolean()
      .default(false)
      .meta(
        key({
          description:
            'Of a code: it is not compared, it chooses the recipe whose `product` or `id` it holds, read on `selectAfter` packs in a row.',
          restart: 'rule',
          example: true,
        }),
      ),
    format: text(64)
      .optional()
      .meta(
        key({
          description:
            "Of a date: `DD.MM.YY`, `TT.MM.JJ`, `DD MMM YYYY`, `MM/YY`. Of a lot: `9` a digit, `A` a letter, `*` either, `'text'` itself.",
          restart: 'rule',
          example: 'DD.MM.YY',
        }),
      ),
    date: text(64)
      .optional()
      .meta(key({ description: 'Of a date: the date that must be there.', restart: 'rule', example: '2027-05-31' })),
    shelfLife: text(64)
      .optional()
      .meta(
        key({
          description:
            'Of a date: how long the product keeps; the date is that of the production day and this: `21d`, `26w`, `12mo`, `2y`. `0d` is the production day itself.',
          restart: 'rule',
          example: '{shelfLife}',
        }),
      ),
    productionDay: z
      .enum(['calendar', 'shift'])
      .default('calendar')
      .meta(
        key({
          description: 'Of a date with `shelfLife`: the day of the calendar, or the day on which the shift began.',
          restart: 'rule',
          example: 'shift',
        }),
      ),
    lot: text(64)
      .optional()
      .meta(
        key({
          description: 'Of a lot: the lot that must be there. Default: any of its form.',
          restart: 'rule',
          example: '{lot}',
        }),
      ),
    phrase: text(256)
      .optional()
      .meta(
        key({
          description: 'Of a phrase: the text, whatever its case and lines.',
          restart: 'rule',
          example: 'Contains milk',
        }),
      ),
    forbidden: z
      .boolean()
      .default(false)
      .meta(key({ description: 'Of a phrase: it must not be there.', restart: 'rule', example: true })),
    place: z
      .tuple([z.number(), z.number()])
      .optional()
      .meta(
        key({
          description: 'Of a label: where its code, or its print, must be, as fractions of the region.',
          unit: 'fractions of the region',
          restart: 'rule',
          example: [0.5, 0.4],
        }),
      ),
    placeTolerance: fraction()
      .default(0.1)
      .meta(
        key({
          description: 'Of a label: how far from its place it may be.',
          unit: 'fraction of the region',
          restart: 'rule',
          example: 0.05,
        }),
      ),
    angle: z
      .number()
      .min(-180)
      .max(360)
      .optional()
      .meta(
        key({
          description: 'Of a label: by how much it must be turned.',
          unit: 'degrees clockwise',
          restart: 'rule',
          example: 0,
        }),
      ),
    angleTolerance: z
      .number()
      .min(0)
      .max(180)
      .default(10)
      .meta(
        key({
          description: 'Of a label: how many degrees it may be off.',
          unit: 'degrees',
          restart: 'rule',
          example: 5,
        }),
      ),
  })
  .superRefine((field, context) => {
    const problem = problemOf(field);
    if (problem === undefined) return;
    const [at, message] = problem;
    context.addIssue({ code: 'custom', path: [at], message, input: field });
  })
  .meta({ description: 'One thing that is checked on each pack.' });
export type FieldOptions = z.output<typeof FieldOptions>;

/** A fact of the recipe that is not filled in yet. */
export const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9_]{0,63})\}/;

/** Keys that each kind needs, one of them at least. */
const NEEDED: Readonly<Record<FieldOptions['kind'], readonly (keyof FieldOptions)[]>> = {
  code: ['gtin', 'content', 'elements'],
  date: ['date', 'shelfLife'],
  lot: ['format'],
  phrase: ['phrase'],
  label: [],
};

type Problem = readonly [key: keyof FieldOptions, message: string];

function problemOf(field: FieldOptions): Problem | undefined {
  const { kind, elements, selectsRecipe } = field;
  if (selectsRecipe && kind !== 'code') return ['selectsRecipe', 'is an option of a code'];
  const needed = NEEDED[kind];
  const isGiven = needed.some(
    (one) => field[one] !== undefined && (one !== 'elements' || Object.keys(elements).length > 0),
  );
  if (needed.length > 0 && !isGiven && !selectsRecipe) {
    return [needed[0] ?? 'kind', `is missing: a field of the kind ${kind} needs ${needed.join(' or ')}`];
  }
  if (kind === 'date' && field.format === undefined)
    return ['format', 'is missing: a date needs the form in which it is printed'];
  return formProblem(field);
}

/** What is wrong with a text that holds no fact of the recipe. */
function formProblem({ kind, gtin, format, date, shelfLife }: FieldOptions): Problem | undefined {
  const isGiven = (value: string | undefined): value is string => value !== undefined && !PLACEHOLDER.test(value);
  if (isGiven(gtin) && gtin14(gtin) === undefined)
    return ['gtin', 'is no GTIN: 8, 12, 13 or 14 digits with a right check digit'];
  if (isGiven(date) && parseDate(date) === undefined) return ['date', 'is no date such as 2027-05-31'];
  if (isGiven(shelfLife) && !isShelfLife(shelfLife))
    return ['shelfLife', 'is no shelf life such as 21d, 26w, 12mo or 2y'];
  if (!isGiven(format) || (kind !== 'date' && kind !== 'lot')) return undefined;
  try {
    if (kind === 'date') dateFormat(format);
    else lotFormat(format);
    return undefined;
  } catch (error) {
    return ['format', error instanceof TypeError ? error.message : 'is no format'];
  }
}

function isShelfLife(text: string): boolean {
  return text === '0d' || parseShelfLife(text) !== undefined;
}
