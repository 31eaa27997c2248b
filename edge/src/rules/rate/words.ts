import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Rate', ru: 'Темп' },
  description: {
    en: 'Too few or too many products a minute cross a line.',
    ru: 'Линию пересекает слишком мало или слишком много изделий в минуту.',
  },
  opened: { en: 'The rate is outside of its limits', ru: 'Темп вне допустимых пределов' },
  closed: { en: 'The rate was outside of its limits', ru: 'Темп был вне допустимых пределов' },
  details: {
    perMinute: { en: 'Products a minute', ru: 'Изделий в минуту' },
    limit: { en: 'Limit', ru: 'Предел' },
    condition: { en: 'Condition', ru: 'Условие' },
  },
};
