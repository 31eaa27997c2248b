import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Spill or litter', ru: 'Разлив или мусор' },
  description: {
    en: 'A liquid, dry goods or litter lies on the floor for too long.',
    ru: 'На полу слишком долго лежит жидкость, рассыпанный продукт или мусор.',
  },
  opened: { en: 'Something lies on the floor', ru: 'На полу что-то лежит' },
  closed: { en: 'Something lay on the floor', ru: 'На полу что-то лежало' },
  details: {
    zoneFraction: { en: 'Fraction in the zone', ru: 'Доля в зоне' },
    sightings: { en: 'Frames in which it was seen', ru: 'Кадров с обнаружением' },
  },
};
