/** Names of the months in the languages in which dates are printed: full, and the short forms in use. */
const NAMES: readonly (readonly string[])[] = [
  ['JANUARY', 'JAN', 'JANUAR', 'ЯНВАРЯ', 'ЯНВАРЬ', 'ЯНВ'],
  ['FEBRUARY', 'FEB', 'FEBRUAR', 'ФЕВРАЛЯ', 'ФЕВРАЛЬ', 'ФЕВ'],
  ['MARCH', 'MAR', 'MÄRZ', 'MRZ', 'МАРТА', 'МАРТ', 'МАР'],
  ['APRIL', 'APR', 'АПРЕЛЯ', 'АПРЕЛЬ', 'АПР'],
  ['MAY', 'MAI', 'МАЯ', 'МАЙ'],
  ['JUNE', 'JUN', 'JUNI', 'ИЮНЯ', 'ИЮНЬ', 'ИЮН'],
  ['JULY', 'JUL', 'JULI', 'ИЮЛЯ', 'ИЮЛЬ', 'ИЮЛ'],
  ['AUGUST', 'AUG', 'АВГУСТА', 'АВГУСТ', 'АВГ'],
  ['SEPTEMBER', 'SEP', 'SEPT', 'СЕНТЯБРЯ', 'СЕНТЯБРЬ', 'СЕН', 'СЕНТ'],
  ['OCTOBER', 'OCT', 'OKTOBER', 'OKT', 'ОКТЯБРЯ', 'ОКТЯБРЬ', 'ОКТ'],
  ['NOVEMBER', 'NOV', 'НОЯБРЯ', 'НОЯБРЬ', 'НОЯ', 'НОЯБ'],
  ['DECEMBER', 'DEC', 'DEZEMBER', 'DEZ', 'ДЕКАБРЯ', 'ДЕКАБРЬ', 'ДЕК'],
];

/** Every name with its month, `01` to `12`; longer names first, so that a short form does not cut a long one off. */
export const MONTH_WORDS: readonly { readonly text: string; readonly value: string }[] = NAMES.flatMap((names, index) =>
  names.map((text) => ({ text, value: String(index + 1).padStart(2, '0') })),
).toSorted((a, b) => b.text.length - a.text.length);
