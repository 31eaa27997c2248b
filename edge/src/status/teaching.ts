import type { FastifyInstance } from 'fastify';
import { StatusError } from './client/index.ts';
import type { StatusSource } from './source.ts';

/** What can be asked of teaching on the page. */
export type TeachingChange =
  /** Collects pieces and shows them; goes on where the same camera and zone were left. */
  | {
      readonly action: 'start';
      readonly camera: string;
      /** The part of the picture that is one piece; all of it when left out. */
      readonly zone?: string;
      readonly minutes: number;
      readonly pieces: number;
      /** Forgets the pieces of before. */
      readonly fresh?: boolean;
    }
  /** Learns again without some pieces: to look at (`review`), or for good (`finish`). */
  | {
      readonly action: 'review' | 'finish';
      readonly id: string;
      readonly strike?: readonly number[];
      readonly mads?: number;
    }
  | { readonly action: 'cancel' }
  /** Names the model in the configuration. */
  | { readonly action: 'use'; readonly id: string }
  /** Lets a taught model report, or only watch again. */
  | { readonly action: 'arm'; readonly id: string; readonly armed: boolean };

const ID = { type: 'string', minLength: 1, maxLength: 64 } as const;

const one = (action: readonly string[], properties: object, required: readonly string[]) => ({
  type: 'object',
  additionalProperties: false,
  required: ['action', ...required],
  properties: { action: { enum: action }, ...properties },
});

const BODY = {
  oneOf: [
    one(
      ['start'],
      {
        ...{ camera: ID, zone: ID, fresh: { type: 'boolean' } },
        minutes: { type: 'number', exclusiveMinimum: 0, maximum: 240 },
        pieces: { type: 'integer', minimum: 10, maximum: 500 },
      },
      ['camera', 'minutes', 'pieces'],
    ),
    one(
      ['review', 'finish'],
      {
        id: ID,
        strike: { type: 'array', maxItems: 500, items: { type: 'integer', minimum: 1, maximum: 100_000 } },
        mads: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000 },
      },
      ['id'],
    ),
    one(['cancel'], {}, []),
    one(['use'], { id: ID }, ['id']),
    one(['arm'], { id: ID, armed: { type: 'boolean' } }, ['id', 'armed']),
  ],
};

const PIECE = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'number'],
  properties: { id: ID, number: { type: 'integer', minimum: 1, maximum: 100_000 } },
};

/** Teaching a model from good pieces. */
export function addTeaching(api: FastifyInstance, source: StatusSource): void {
  const missing = (message: string) =>
    new StatusError({ code: 'not_found', message, advice: 'Ask the service of the line' });
  api.get('/api/v1/teaching', () => source.teaching?.() ?? Promise.reject(missing('This service teaches no models')));
  api.post<{ Body: TeachingChange }>(
    '/api/v1/teaching',
    { schema: { body: BODY } },
    (request) =>
      source.changeTeaching?.(request.body, request.person?.who ?? 'page of the device') ??
      Promise.reject(missing('This service teaches no models')),
  );
  api.get<{ Params: { id: string; number: number } }>(
    '/api/v1/teaching/:id/:number.jpg',
    { schema: { params: PIECE } },
    async ({ params: { id, number } }, reply) => {
      const jpeg = await source.taughtPiece?.(id, number);
      if (jpeg === undefined) throw missing('There is no such piece');
      return reply.type('image/jpeg').send(jpeg);
    },
  );
}
