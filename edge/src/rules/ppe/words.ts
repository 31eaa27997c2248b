import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Protective clothing', ru: 'Спецодежда' },
  description: {
    en: 'A person works for too long without the clothing that is required in the zone.',
    ru: 'Сотрудник слишком долго находится в зоне без обязательной спецодежды.',
  },
  opened: { en: 'A person is without required clothing', ru: 'Сотрудник без обязательной спецодежды' },
  closed: { en: 'A person was without required clothing', ru: 'Сотрудник был без обязательной спецодежды' },
  details: {
    missing: { en: 'Missing now', ru: 'Сейчас нет' },
    everMissing: { en: 'Missing at any time of the event', ru: 'Не было за время события' },
    worn: { en: 'Worn', ru: 'Надето' },
    notVisible: { en: 'Not visible', ru: 'Не видно' },
    personTrack: { en: 'Track of the person', ru: 'Трек человека' },
  },
};
