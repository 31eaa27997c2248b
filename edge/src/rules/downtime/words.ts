import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Downtime', ru: 'Простой' },
  description: {
    en: 'The line stands: no product is seen, or the plant reports a stop.',
    ru: 'Линия стоит: изделий не видно, или оборудование сообщает об остановке.',
  },
  opened: { en: 'The line stands', ru: 'Линия стоит' },
  closed: { en: 'The line stood', ru: 'Линия стояла' },
  details: {
    source: { en: 'Known from', ru: 'Источник' },
    state: { en: 'State of the line', ru: 'Состояние линии' },
    reason: { en: 'Reason', ru: 'Причина' },
    noProductMs: { en: 'Milliseconds without a product', ru: 'Миллисекунд без изделий' },
  },
};
