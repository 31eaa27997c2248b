import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Product defect', ru: 'Дефект продукции' },
  description: {
    en: 'A product passes the camera with a visible defect, without a part, with a wrong part, or looking unusual.',
    ru: 'Мимо камеры проходит изделие с видимым дефектом, без детали, с неверной деталью или необычного вида.',
  },
  opened: { en: 'A product has a defect', ru: 'Изделие с дефектом' },
  closed: { en: 'A product had a defect', ru: 'Прошло изделие с дефектом' },
  details: {
    framesWithDefect: { en: 'Frames with a defect', ru: 'Кадров с дефектом' },
    mostDefects: { en: 'Most defects at once', ru: 'Наибольшее число дефектов сразу' },
    found: { en: 'Found by', ru: 'Обнаружено по' },
    missingParts: { en: 'Missing parts', ru: 'Нет деталей' },
    wrongParts: { en: 'Wrong parts', ru: 'Неверные детали' },
    anomalyScore: { en: 'Highest anomaly score', ru: 'Наибольшая оценка аномалии' },
    productDetected: { en: 'Product detected', ru: 'Изделие обнаружено' },
    productTrack: { en: 'Track of the product', ru: 'Трек изделия' },
  },
};
