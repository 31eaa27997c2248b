import type { Words } from '../../domain/index.ts';

/** Type that events of an output have in the place of a rule's. */
export const OUTPUT_EVENT = 'plant_output';

/** What events of outputs are called, in the form in which rules have theirs. */
export const OUTPUT_WORDS = {
  title: { en: 'Output to the plant', ru: 'Выход на линию' },
  description: {
    en: 'A product was not rejected in time, or its place was lost; a verdict came when its product had arrived; the controller takes no results.',
    ru: 'Изделие не отбраковано вовремя или место изделия потеряно; решение пришло, когда изделие уже прошло; контроллер не принимает результаты.',
  },
  opened: { en: 'The output to the plant has failed', ru: 'Сбой выхода на линию' },
  closed: { en: 'The output to the plant has failed', ru: 'Сбой выхода на линию' },
  details: {
    output: { en: 'Output', ru: 'Выход' },
    piece: { en: 'Piece', ru: 'Изделие №' },
    byMs: { en: 'Late by (ms)', ru: 'Опоздание (мс)' },
  },
} as const satisfies Readonly<Record<'title' | 'description' | 'opened' | 'closed', Words>> & {
  readonly details: Readonly<Record<string, Words>>;
};
