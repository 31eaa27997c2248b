import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Product defect', ru: 'Дефект продукции' },
  description: {
    en: 'A product passes the camera with a visible defect.',
    ru: 'Мимо камеры проходит изделие с видимым дефектом.',
  },
  opened: { en: 'A product has a defect', ru: 'Изделие с дефектом' },
  closed: { en: 'A product had a defect', ru: 'Прошло изделие с дефектом' },
  details: {
    framesWithDefect: { en: 'Frames with a defect', ru: 'Кадров с дефектом' },
    mostDefects: { en: 'Most defects at once', ru: 'Наибольшее число дефектов сразу' },
    productDetected: { en: 'Product detected', ru: 'Изделие обнаружено' },
    productTrack: { en: 'Track of the product', ru: 'Трек изделия' },
  },
};
