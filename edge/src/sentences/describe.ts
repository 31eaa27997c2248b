import type { Condition, Language, RuleDraft, ServiceCondition } from './draft.ts';

const GARMENT_RU = {
  ...{ mask: 'маски', gloves: 'перчаток', coat: 'халата', apron: 'фартука', helmet: 'каски' },
  ...{ goggles: 'очков', vest: 'жилета' },
} as const;
const FLOOR = {
  en: { any: 'spill or litter', spill: 'spill', litter: 'litter' },
  ru: { any: 'разлив или мусор', spill: 'разлив', litter: 'мусор' },
} as const;
const SEVERITY = {
  en: { default: 'is a violation', info: 'is a note', warning: 'is a warning', critical: 'is a critical violation' },
  ru: { default: '— нарушение', info: '— заметка', warning: '— предупреждение', critical: '— критическое нарушение' },
} as const;
const DAYS = {
  en: { weekdays: 'on weekdays', weekend: 'at the weekend' },
  ru: { weekdays: 'по будням', weekend: 'по выходным' },
} as const;

/** A rule as the sentence that `parseSentence` reads as the same rule. */
export function describeRule(draft: RuleDraft, language: Language): string {
  const { condition, camera, zone, severity, durationMs, hours, days, shift } = draft;
  const english = language === 'en';
  const parts = [
    english ? conditionEn(condition) : conditionRu(condition),
    ...(zone === undefined ? [] : [english ? `in zone ${zone}` : `в зоне ${zone}`]),
    english ? `at camera ${camera}` : `на камере ${camera}`,
    ...limitOf(condition, durationMs, language),
    ...(hours === undefined ? [] : [english ? `from ${hours.from} to ${hours.to}` : `с ${hours.from} до ${hours.to}`]),
    ...(days === undefined ? [] : [DAYS[language][days]]),
    ...(shift === undefined ? [] : [english ? `in shift ${shift}` : `в смену ${shift}`]),
  ];
  // The sentence of a service says what must be, every other one what must not.
  const otherwise = english ? ', otherwise it' : ', иначе';
  const link = condition.about === 'service' ? otherwise : '';
  return `${parts.join(' ')}${link} ${SEVERITY[language][severity ?? 'default']}`;
}

function limitOf(condition: Condition, ms: number | undefined, language: Language): readonly string[] {
  if (condition.about === 'service') return [serviceLimit(condition, ms ?? 0, language)];
  return ms === undefined ? [] : [duration(condition, ms, language)];
}

function conditionEn(condition: Condition): string {
  switch (condition.about) {
    case 'headwear':
      return 'no hairnet';
    case 'garment':
      return `no ${condition.garment}`;
    case 'defect':
      return 'defect';
    case 'floor':
      return FLOOR.en[condition.matter];
    case 'more':
      return `more than ${condition.people} people`;
    case 'fewer':
      return `fewer than ${condition.people} people`;
    case 'alone':
      return 'somebody alone';
    case 'cleaning':
      return 'no cleaning';
    case 'stop':
      return 'line stands';
    case 'operation':
      return 'operation';
    case 'service':
      return 'the machine must be serviced';
  }
}

function conditionRu(condition: Condition): string {
  switch (condition.about) {
    case 'headwear':
      return 'нет сетки на голове';
    case 'garment':
      return `нет ${GARMENT_RU[condition.garment]}`;
    case 'defect':
      return 'дефект';
    case 'floor':
      return FLOOR.ru[condition.matter];
    case 'more':
      return `больше ${condition.people} человек`;
    case 'fewer':
      return `меньше ${condition.people} человек`;
    case 'alone':
      return 'сотрудник один';
    case 'cleaning':
      return 'нет уборки';
    case 'stop':
      return 'линия стоит';
    case 'operation':
      return 'операция';
    case 'service':
      return 'обслуживать оборудование';
  }
}

const UNITS = [
  { ms: 86_400_000, en: ['day', 'days'], ru: ['дня', 'дней'], each: ['день', 'дня', 'дней'] },
  { ms: 3_600_000, en: ['hour', 'hours'], ru: ['часа', 'часов'], each: ['час', 'часа', 'часов'] },
  { ms: 60_000, en: ['minute', 'minutes'], ru: ['минуты', 'минут'], each: ['минуту', 'минуты', 'минут'] },
  { ms: 1000, en: ['second', 'seconds'], ru: ['секунды', 'секунд'], each: ['секунду', 'секунды', 'секунд'] },
  { ms: 1, en: ['ms', 'ms'], ru: ['мс', 'мс'], each: ['мс', 'мс', 'мс'] },
] as const;
const RUSSIAN_PLURAL = new Intl.PluralRules('ru');
const COUNTS = {
  en: ['count', 'counts'],
  each: ['срабатывание', 'срабатывания', 'срабатываний'],
} as const;

/** In the largest unit of which it is a whole number. */
function inUnits(ms: number): { readonly count: number; readonly unit: (typeof UNITS)[number] } {
  const unit = UNITS.find((one) => ms % one.ms === 0) ?? UNITS[4];
  return { count: ms / unit.ms, unit };
}

/** `every 100 hours of running by signal line-state`; «раз в» has the accusative. */
function serviceLimit(condition: ServiceCondition, ms: number, language: Language): string {
  const { count, unit } = condition.by === 'count' ? { count: condition.count, unit: COUNTS } : inUnits(ms);
  if (language === 'en') {
    const signal = condition.by === 'time' ? '' : ` by signal ${condition.signal}`;
    const running = condition.by === 'running' ? ' of running' : '';
    return `every ${count} ${unit.en[count === 1 ? 0 : 1]}${running}${signal}`;
  }
  const signal = condition.by === 'time' ? '' : ` по сигналу ${condition.signal}`;
  const running = condition.by === 'running' ? ' работы' : '';
  const plural = RUSSIAN_PLURAL.select(count);
  const form = unit.each[plural === 'one' ? 0 : plural === 'few' ? 1 : 2];
  return `раз в ${count} ${form}${running}${signal}`;
}

function duration(condition: Condition, ms: number, language: Language): string {
  const isShorter = condition.about === 'operation' && condition.limit === 'shorter';
  const [en, ru] = isShorter ? ['shorter than', 'короче'] : ['for longer than', 'дольше'];
  const { count, unit } = inUnits(ms);
  // After a comparison Russian has the genitive: singular for numbers that end with 1, but not with 11.
  const isOne = language === 'en' ? count === 1 : count % 10 === 1 && count % 100 !== 11;
  return `${language === 'en' ? en : ru} ${count} ${unit[language][isOne ? 0 : 1]}`;
}
