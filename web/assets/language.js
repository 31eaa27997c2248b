/* global localStorage */
/** The language of the document, and texts and formats in it. A page without a choice of language is in English. */
export const LANGUAGES = { en: 'English', ru: 'Русский' };
const LOCALES = { en: 'en-GB', ru: 'ru-RU' };

export function language() {
  const named = document.documentElement.lang;
  return Object.hasOwn(LANGUAGES, named) ? named : 'en';
}

/** Where the browser keeps the choice, for each page by itself. */
const KEY = 'language';

/** The language that was chosen in this browser, else the first of its own that the page has. */
export function firstLanguage() {
  const wanted = [localStorage.getItem(KEY), ...window.navigator.languages.map((tag) => tag.split('-')[0])];
  return wanted.find((name) => name !== null && Object.hasOwn(LANGUAGES, name)) ?? 'en';
}

/** Shows the page in this language, and keeps the choice in this browser. */
export function keepLanguage(name) {
  localStorage.setItem(KEY, name);
  document.documentElement.lang = name;
}

/** For the formats of numbers and dates. */
export const locale = () => LOCALES[language()];

/**
 * Texts of a table `{ key: { en, ru } }` by key. `{name}` stands for a value. Where the form depends on the number `n`, the
 * text of a language is an object of its plural forms (CLDR: one, few, many, other).
 */
export const translator =
  (table) =>
  (key, values = {}) => {
    const words = table[key]?.[language()] ?? table[key]?.en ?? key;
    const text = typeof words === 'string' ? words : formOf(words, values.n);
    return text.replaceAll(/\{(\w+)\}/g, (all, name) => (Object.hasOwn(values, name) ? shown(values[name]) : all));
  };

function formOf(words, n) {
  const form = new Intl.PluralRules(locale()).select(n);
  return words[form] ?? words.other;
}

const shown = (value) => (typeof value === 'number' ? value.toLocaleString(locale()) : String(value));
