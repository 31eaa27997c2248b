import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Weight', ru: 'Вес' },
  description: {
    en: 'Items are too light or too heavy, one by one or on average.',
    ru: 'Изделия слишком лёгкие или слишком тяжёлые, поштучно или в среднем.',
  },
  opened: { en: 'The weight is outside of its limits', ru: 'Вес вне допустимых пределов' },
  closed: { en: 'The weight was outside of its limits', ru: 'Вес был вне допустимых пределов' },
  details: {
    condition: { en: 'Condition', ru: 'Условие' },
    weight: { en: 'Weight', ru: 'Вес' },
    average: { en: 'Average', ru: 'Среднее' },
    nominal: { en: 'Nominal weight', ru: 'Номинальный вес' },
    items: { en: 'Items with the fault', ru: 'Изделий с отклонением' },
    t1Fraction: { en: 'Fraction in class T1', ru: 'Доля класса T1' },
  },
};
