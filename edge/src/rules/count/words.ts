import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Count', ru: 'Подсчёт' },
  description: {
    en: 'Products that cross a line are counted, by label and direction; products that move backward are an event.',
    ru: 'Изделия, пересекающие линию, подсчитываются по меткам и направлению; движение назад — событие.',
  },
  opened: { en: 'Products move backward', ru: 'Изделия движутся назад' },
  closed: { en: 'Products moved backward', ru: 'Изделия двигались назад' },
  details: {
    forward: { en: 'Counted forward', ru: 'Вперёд' },
    backward: { en: 'Counted backward', ru: 'Назад' },
    count: { en: 'Count', ru: 'Количество' },
  },
};
