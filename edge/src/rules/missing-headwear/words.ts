import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Missing headwear', ru: 'Нет головного убора' },
  description: {
    en: 'A person works without a cap or hairnet for too long.',
    ru: 'Сотрудник слишком долго находится без головного убора.',
  },
  opened: { en: 'A person is without headwear', ru: 'Сотрудник без головного убора' },
  closed: { en: 'A person was without headwear', ru: 'Сотрудник был без головного убора' },
  details: {
    framesAbsent: { en: 'Frames without headwear', ru: 'Кадров без убора' },
    framesPresent: { en: 'Frames with headwear', ru: 'Кадров с убором' },
    framesNotVisible: { en: 'Frames in which the head is not visible', ru: 'Кадров, где голова не видна' },
    personDetected: { en: 'Person detected', ru: 'Человек обнаружен' },
    personTrack: { en: 'Track of the person', ru: 'Трек человека' },
  },
};
