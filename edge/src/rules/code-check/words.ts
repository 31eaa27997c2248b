import type { RuleWords } from '../rule-definition.ts';

export const WORDS: RuleWords = {
  title: { en: 'Codes and dates', ru: 'Коды и даты' },
  description: {
    en: 'What is printed on a pack is not what the recipe requires, cannot be read, or is missing.',
    ru: 'Напечатанное на упаковке не соответствует рецепту, не читается или отсутствует.',
  },
  opened: { en: 'Packs are printed wrongly', ru: 'На упаковках неверная печать' },
  closed: { en: 'Packs were printed wrongly', ru: 'На упаковках была неверная печать' },
  details: {
    verdict: { en: 'Verdict', ru: 'Заключение' },
    field: { en: 'Field', ru: 'Поле' },
    expected: { en: 'Expected', ru: 'Ожидается' },
    read: { en: 'Read', ru: 'Прочитано' },
    corrections: { en: 'Characters taken for others', ru: 'Исправленные символы' },
    packs: { en: 'Packs with the fault', ru: 'Упаковок с ошибкой' },
    inARow: { en: 'Most in a row', ru: 'Наибольшее число подряд' },
    unreadableBecause: { en: 'Not readable because', ru: 'Не читается, причина' },
    packTrack: { en: 'Track of the pack', ru: 'Трек упаковки' },
    contrast: { en: 'Contrast', ru: 'Контраст' },
    contrastBefore: { en: 'Contrast before', ru: 'Контраст раньше' },
  },
};
