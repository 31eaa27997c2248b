import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Time of operations', ru: 'Время операций' },
  description: {
    en: 'Records each operation at a station, and reports one that is too long, too short or missing.',
    ru: 'Записывает каждую операцию на рабочем месте и сообщает о слишком долгой, слишком короткой или отсутствующей.',
  },
  opened: { en: 'An operation at a station', ru: 'Операция на рабочем месте' },
  closed: { en: 'An operation at a station ended', ru: 'Операция на рабочем месте окончена' },
  details: {
    outcome: { en: 'Outcome', ru: 'Итог' },
    seconds: { en: 'Duration in seconds', ru: 'Длительность, с' },
    limitSeconds: { en: 'Limit in seconds', ru: 'Предел, с' },
    operation: { en: 'Number of the operation since the rule started', ru: 'Номер операции с запуска правила' },
    track: { en: 'Track', ru: 'Трек' },
  },
};
