import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Spill, scattered goods or litter', ru: 'Разлив, россыпь или мусор' },
  description: {
    en: 'A liquid, dry goods or litter lies on the floor for too long.',
    ru: 'На полу слишком долго лежит жидкость, рассыпанный продукт или мусор.',
  },
  opened: { en: 'Something lies on the floor', ru: 'На полу что-то лежит' },
  closed: { en: 'Something lay on the floor', ru: 'На полу что-то лежало' },
  details: {
    matter: { en: 'Matter', ru: 'Вещество' },
    zoneCovered: { en: 'Fraction of the zone covered', ru: 'Занятая доля зоны' },
    mostZoneCovered: { en: 'Greatest fraction of the zone covered', ru: 'Наибольшая занятая доля зоны' },
    areaM2: { en: 'Area in square metres', ru: 'Площадь, м²' },
    zoneFraction: { en: 'Fraction in the zone', ru: 'Доля в зоне' },
    sightings: { en: 'Frames in which it was seen', ru: 'Кадров с обнаружением' },
  },
};
