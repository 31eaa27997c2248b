/** Numbers, sizes, times and durations as text in the language of the page: one format each, on both pages. */
import { COMMON_TEXTS } from './common-texts.js';
import { language, locale, translator } from './language.js';

const t = translator(COMMON_TEXTS);
const UNITS = {
  en: { bytes: ['B', 'kB', 'MB', 'GB', 'TB'], s: 's', min: 'min', h: 'h', days: 'days' },
  ru: { bytes: ['Б', 'кБ', 'МБ', 'ГБ', 'ТБ'], s: 'с', min: 'мин', h: 'ч', days: 'сут' },
};
const units = () => UNITS[language()];

export const number = (value) => value.toLocaleString(locale());

/** With exactly so many decimals. */
export const decimal = (value, digits = 1) =>
  value.toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });

export const sum = (counts) => Object.values(counts).reduce((total, value) => total + value, 0);

/** A size in decimal units, as the configuration writes them: `12 kB`, `3.4 MB`. */
export function bytes(value) {
  const names = units().bytes;
  const power = Math.min(names.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${scaled < 10 && power > 0 ? decimal(scaled) : Math.round(scaled)} ${names[power]}`;
}

/** A fraction in percent; 100 and 0 are shown only where it is exactly that. */
export function percent(part, total) {
  if (total === 0) return '–';
  const value = (100 * part) / total;
  if (part < total && value > 99.9) return `>${decimal(99.9)} %`;
  if (part > 0 && value < 0.1) return `<${decimal(0.1)} %`;
  return `${decimal(value, value === 100 || value === 0 ? 0 : 1)} %`;
}

/** A duration: `0.4 s`, `12 s`, `12 min`, `3 h 20 min`, `5 days`. */
export function span(ms) {
  const unit = units();
  const s = Math.max(0, ms / 1000);
  if (s < 10) return `${decimal(s)} ${unit.s}`;
  if (s < 90) return `${Math.round(s)} ${unit.s}`;
  if (s < 5400) return `${Math.round(s / 60)} ${unit.min}`;
  const minutes = Math.round(s / 60);
  if (minutes < 48 * 60) {
    const rest = minutes % 60 === 0 ? '' : ` ${minutes % 60} ${unit.min}`;
    return `${Math.floor(minutes / 60)} ${unit.h}${rest}`;
  }
  return `${Math.round(s / 86_400)} ${unit.days}`;
}

/** How long ago, by the clock of whoever sent `nowMs`; `never` for null. */
export function ago(atMs, nowMs) {
  if (atMs === null) return t('never');
  const ms = nowMs - atMs;
  if (ms < 2000) return t('justNow');
  return t('ago', { span: ms < 10_000 ? `${Math.round(ms / 1000)} ${units().s}` : span(ms) });
}

const FORMAT = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
};

/**
 * `28 Nov 2026, 02:14:00 UTC`: wall time with date and zone of the browser; a `~` before it says that the clock that gave it
 * could not be trusted (`quality` other than `synced`).
 */
export function time(atMs, quality = 'synced') {
  if (atMs === null) return t('unknownTime');
  const text = new Date(atMs).toLocaleString(locale(), FORMAT);
  return quality === 'synced' ? text : `~ ${text}`;
}
