import { shapesBody } from '../status/index.ts';

/** What the page may send, as JSON schemas. */
const NAME = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' } as const;

export const CHANGE = shapesBody;

const rectangle = (least: number, most: number) =>
  ({ type: 'array', minItems: 4, maxItems: 4, items: { type: 'number', minimum: least, maximum: most } }) as const;

export const PACK = {
  type: 'object',
  additionalProperties: false,
  required: ['box'],
  properties: { box: rectangle(0, 1) },
} as const;

export const RIGHT_PACK = {
  type: 'object',
  additionalProperties: false,
  required: ['fields', 'recipe', 'labels'],
  properties: {
    fields: {
      type: 'array',
      maxItems: 32,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id'],
        properties: { id: NAME, region: rectangle(-1, 2) },
      },
    },
    recipe: NAME,
    labels: { type: 'array', minItems: 1, maxItems: 20, items: { type: 'string', minLength: 1, maxLength: 64 } },
  },
} as const;
