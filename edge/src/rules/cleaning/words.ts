import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Cleaning', ru: 'Уборка' },
  description: {
    en: 'Records each cleaning of a zone that is observed, and reports one that is overdue.',
    ru: 'Записывает каждую замеченную уборку зоны и сообщает о просроченной.',
  },
  opened: { en: 'Cleaning of a zone', ru: 'Уборка зоны' },
  closed: { en: 'Cleaning of a zone ended', ru: 'Уборка зоны окончена' },
  details: {
    state: { en: 'State', ru: 'Состояние' },
    reason: { en: 'Overdue by', ru: 'Просрочено по' },
    hoursSince: { en: 'Hours since the last cleaning', ru: 'Часов с последней уборки' },
    limitHours: { en: 'Longest time in hours', ru: 'Предел в часах' },
    cleanedBy: { en: 'Last cleaning', ru: 'Последняя уборка' },
  },
};
