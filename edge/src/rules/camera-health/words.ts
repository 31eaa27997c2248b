import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Camera health', ru: 'Состояние камеры' },
  description: {
    en: 'A camera is lost, or its picture or stream is not what it should be.',
    ru: 'Камера потеряна, или её изображение или поток не такие, какими должны быть.',
  },
  opened: { en: 'A camera needs attention', ru: 'Камера требует внимания' },
  closed: { en: 'A camera needed attention', ru: 'Камера требовала внимания' },
  details: {
    problem: { en: 'Problem', ru: 'Неисправность' },
    code: { en: 'Code', ru: 'Код' },
    message: { en: 'Message', ru: 'Сообщение' },
    luma: { en: 'Brightness', ru: 'Яркость' },
    sharpness: { en: 'Sharpness', ru: 'Резкость' },
    similarity: { en: 'Similarity with the accepted view', ru: 'Сходство с принятым видом' },
    fps: { en: 'Frames a second', ru: 'Кадров в секунду' },
    bitsPerS: { en: 'Bits a second', ru: 'Бит в секунду' },
  },
};
