import type { Words } from '../../domain/index.ts';

/** Type that events of an output have in the place of a rule's. */
export const OUTPUT_EVENT = 'plant_output';

/** What events of outputs are called, in the form in which rules have theirs. */
export const OUTPUT_WORDS = {
  title: { en: 'Output to the plant', ru: 'Выход на линию' },
  description: {
    en: 'A product was not rejected in time: it was too late, the controller did not answer, or its place was lost.',
    ru: 'Изделие не отбраковано вовремя: слишком поздно, контроллер не ответил или место изделия потеряно.',
  },
  opened: { en: 'A product was not rejected in time', ru: 'Изделие не отбраковано вовремя' },
  closed: { en: 'A product was not rejected in time', ru: 'Изделие не отбраковано вовремя' },
  details: {
    output: { en: 'Output', ru: 'Выход' },
    piece: { en: 'Piece', ru: 'Изделие №' },
    byMs: { en: 'Late by (ms)', ru: 'Опоздание (мс)' },
  },
} as const satisfies Readonly<Record<'title' | 'description' | 'opened' | 'closed', Words>> & {
  readonly details: Readonly<Record<string, Words>>;
};
