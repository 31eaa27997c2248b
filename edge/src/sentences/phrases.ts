import type { Condition, Language } from './draft.ts';

/** Words of one language: patterns over words that are separated by single spaces. The first that fits is taken. */
export interface Phrases {
  readonly conditions: readonly (readonly [pattern: string, condition: (count: string) => Condition])[];
  readonly severities: readonly (readonly [pattern: string, severity: 'info' | 'warning' | 'critical' | 'default'])[];
  readonly units: readonly (readonly [pattern: string, ms: number])[];
  /** With two groups: a number and a unit. */
  readonly longer: string;
  readonly shorter: string;
  /** With two groups: from and to. */
  readonly hours: string;
  readonly days: readonly (readonly [pattern: string, days: 'weekdays' | 'weekend'])[];
  /** With a group: the name of the shift. */
  readonly shift: string;
  /** Before the name of a place; with a group for the word that says which kind of place it is. */
  readonly place: string;
  readonly camera: string;
  readonly service: ServicePhrases;
  readonly fillers: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** How a sentence says when a machine must be serviced. */
interface ServicePhrases {
  /** Before the name of a place that is the subject of the sentence, and the words after it; the group as in `place`. */
  readonly subject: string;
  readonly verb: string;
  /** With two groups: a number, which may be left out, and a unit. */
  readonly every: string;
  /** With two groups: a number and a unit, of time in which the machine runs. */
  readonly running: string;
  /** With a group: how often the machine counts. */
  readonly counts: string;
  /** With a group: the name of the signal. */
  readonly signal: string;
}

const about = (condition: Condition) => (): Condition => condition;
const counted =
  (name: 'more' | 'fewer') =>
  (count: string): Condition => ({ about: name, people: Number(count) });

const SERVED = '(?:must|has to|needs to|should|is to) be (?:serviced|maintained)|is not (?:serviced|maintained)';
const SOMEBODY =
  '(?:(?:an? |any |the )?(?:person|people|worker|workers|employee|somebody|someone|anybody|anyone) (?:with )?)?';
const NO = `${SOMEBODY}(?:is |are |with |works |work )?(?:no|without(?: an?| any)?|missing|not wearing(?: an?| any)?|does not wear(?: an?)?) `;
const N = '(\\d+)';
const PEOPLE = '(?:people|persons|workers|employees|person)';

const EN: Phrases = {
  conditions: [
    [`${NO}(?:hairnets?|hair nets?|headwear|head covering|caps?|hats?)`, about({ about: 'headwear' })],
    [`${SOMEBODY}(?:is |with )?(?:a )?bare head(?:ed)?`, about({ about: 'headwear' })],
    [`${NO}(?:face )?masks?`, about({ about: 'garment', garment: 'mask' })],
    [`${NO}gloves?`, about({ about: 'garment', garment: 'gloves' })],
    [`${NO}(?:lab |work )?coats?`, about({ about: 'garment', garment: 'coat' })],
    [`${NO}aprons?`, about({ about: 'garment', garment: 'apron' })],
    [`${NO}(?:hard |safety )?(?:helmets?|hat)`, about({ about: 'garment', garment: 'helmet' })],
    [`${NO}(?:safety )?goggles`, about({ about: 'garment', garment: 'goggles' })],
    [`${NO}(?:safety |high-visibility )?vests?`, about({ about: 'garment', garment: 'vest' })],
    [
      `(?:a |any )?(?:defects?|defective products?|damaged products?|faulty products?)(?: on (?:a|the) products?)?`,
      about({ about: 'defect' }),
    ],
    [
      `(?:a |any )?(?:spills? or litter|litter or (?:a )?spills?|dirt)(?: on the floor)?`,
      about({ about: 'floor', matter: 'any' }),
    ],
    [
      `(?:a |any )?(?:spills?|spilled liquids?|liquids? on the floor|puddles?)(?: on the floor)?`,
      about({ about: 'floor', matter: 'spill' }),
    ],
    [`(?:any )?(?:litter|rubbish|trash|waste)(?: on the floor)?`, about({ about: 'floor', matter: 'litter' })],
    [`more than ${N} ${PEOPLE}`, counted('more')],
    [`(?:fewer|less) than ${N} ${PEOPLE}`, counted('fewer')],
    [`(?:a |any )?(?:person|people|anybody|anyone|somebody|someone) (?:is |are )?(?:alone)`, about({ about: 'alone' })],
    [`(?:no cleaning|not cleaned|nobody cleans|no one cleans)`, about({ about: 'cleaning' })],
    [
      `(?:(?:the |a |any )?(?:machine|equipment) (?:[|] )?)?(?:${SERVED}|not serviced)|no service|(?:the )?service is (?:over)?due`,
      about({ about: 'service', by: 'time' }),
    ],
    [`(?:nobody|no people|no person)`, about({ about: 'fewer', people: 1 })],
    [`(?:a |any )?(?:person|people|anybody|anyone|somebody|someone)`, about({ about: 'more', people: 0 })],
    [`(?:(?:the )?line (?:stands(?: still)?|is stopped|stops)|(?:a )?downtime|no products?)`, about({ about: 'stop' })],
    [
      `(?:an |the |any )?operation(?: that takes| takes| lasts| that lasts)?`,
      about({ about: 'operation', limit: 'longer' }),
    ],
  ],
  severities: [
    ['(?:is|are|counts as|means) (?:an? )?(?:critical|serious)(?: violation| event| defect| problem)?', 'critical'],
    ['(?:is|are|counts as|means) (?:a )?warning', 'warning'],
    ['(?:is|are|counts as|means) (?:a )?(?:note|information)', 'info'],
    ['(?:is|are|counts as|means) (?:an? )?(?:violation|violations|event|incident|problem)', 'default'],
    ['(?:is|are) (?:not allowed|forbidden|prohibited)|must be reported|must not (?:happen|be)', 'default'],
  ],
  units: [
    ['milliseconds?|ms', 1],
    ['seconds?|secs?|s', 1000],
    ['minutes?|mins?|m', 60_000],
    ['hours?|h', 3_600_000],
    ['days?|d', 86_400_000],
    ['weeks?', 7 * 86_400_000],
  ],
  longer: `(?:for )?(?:(?:longer|more) than|over|after|for|at least) (\\d+(?:[.]\\d+)?) ?(UNIT)`,
  shorter: `(?:for )?(?:(?:shorter|less) than|under) (\\d+(?:[.]\\d+)?) ?(UNIT)`,
  hours: '(?:from|between) (\\d{1,2}:\\d{2}) (?:to|until|and) (\\d{1,2}:\\d{2})',
  days: [
    ['(?:on )?(?:weekdays|working days)', 'weekdays'],
    ['(?:on |at )?(?:the )?(?:weekends?)', 'weekend'],
  ],
  shift: '(?:in|during|on) (?:the )?shift (NAME)',
  place: '(?:in|at|on|of|near)(?: the)?(?: (zone|area|camera))?',
  camera: 'camera',
  service: {
    subject: '(?:the )?(?:(zone|area|camera) )?',
    verb: SERVED,
    every: '(?:at least |once )?every (?:(\\d+(?:[.]\\d+)?) ?)?(UNIT)',
    running: '(?:every|after|(?:for )?(?:longer|more) than) (\\d+(?:[.]\\d+)?) ?(UNIT) of running(?: time)?',
    counts: '(?:every|after|(?:for )?more than) (\\d+) (?:counts?|cycles?|strokes?|packs?|pieces?)',
    signal: '(?:by|on|from) (?:the )?signal (NAME)',
  },
  fillers: 'there|is|are|if|when|whenever|then|it|this|that|otherwise',
  numbers: { one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
};

const SERVED_RU =
  '(?:(?:нужно|надо|необходимо|следует) )?(?:обслуживать|обслужить)|не (?:обслуживали|обслуживается|обслужена?|обслужено)';
const WHO = '(?:(?:человек|люди|сотрудник|сотрудники|работник|работники|кто-то) )?(?:работает |находится )?';
const BEZ = `${WHO}(?:нет|без|отсутствует|отсутствуют|отсутствие|не надета|не надеты|не надет|не носит)`;
const PEOPLE_RU = '(?:человека?|людей|сотрудников|сотрудника|работников|работника)';

const RU: Phrases = {
  conditions: [
    [
      `${BEZ} (?:сетки|сетка|сетку|сеточки|шапочки|шапочка|шапочку|шапки|шапка|чепчика|колпака|кепки|головного убора|головной убор)(?: на голове)?`,
      about({ about: 'headwear' }),
    ],
    [`${WHO}с? ?непокрыт(?:ая|ой) голов(?:а|ой)`, about({ about: 'headwear' })],
    [`${BEZ} (?:маски|маска|маску)`, about({ about: 'garment', garment: 'mask' })],
    [`${BEZ} (?:перчаток|перчатки)`, about({ about: 'garment', garment: 'gloves' })],
    [`${BEZ} (?:халата|халат)`, about({ about: 'garment', garment: 'coat' })],
    [`${BEZ} (?:фартука|фартук)`, about({ about: 'garment', garment: 'apron' })],
    [`${BEZ} (?:каски|каска|каску|шлема|шлем)`, about({ about: 'garment', garment: 'helmet' })],
    [`${BEZ} (?:защитных )?(?:очков|очки)`, about({ about: 'garment', garment: 'goggles' })],
    [`${BEZ} (?:сигнального )?(?:жилета|жилет)`, about({ about: 'garment', garment: 'vest' })],
    [
      `(?:дефекты?|брак|бракованный продукт|повреждённый продукт|поврежденный продукт)(?: продукта| продукции| изделия)?`,
      about({ about: 'defect' }),
    ],
    [`(?:разлив или мусор|мусор или разлив|грязь)(?: на полу)?`, about({ about: 'floor', matter: 'any' })],
    [`(?:разлив|разлитая жидкость|жидкость на полу|лужа)(?: на полу)?`, about({ about: 'floor', matter: 'spill' })],
    [`мусор(?: на полу)?`, about({ about: 'floor', matter: 'litter' })],
    [`(?:больше|более|свыше) ${N} ${PEOPLE_RU}`, counted('more')],
    [`(?:меньше|менее) ${N} ${PEOPLE_RU}`, counted('fewer')],
    [`(?:человек|сотрудник|работник|кто-то) (?:находится |работает )?один`, about({ about: 'alone' })],
    [
      `(?:${SERVED_RU})(?: (?:оборудование|машину|станок))?|(?:оборудование|машину|станок) (?:${SERVED_RU})|(?:нет|не было) обслуживания|без обслуживания`,
      about({ about: 'service', by: 'time' }),
    ],
    [`(?:нет людей|никого нет|нет человека|нет сотрудников)`, about({ about: 'fewer', people: 1 })],
    [`(?:человек|люди|сотрудник|кто-то)`, about({ about: 'more', people: 0 })],
    [`(?:нет уборки|не было уборки|без уборки|не убирали|не убрано)`, about({ about: 'cleaning' })],
    [
      `(?:линия (?:стоит|остановлена)|простой(?: линии)?|нет (?:продукта|продуктов|продукции))`,
      about({ about: 'stop' }),
    ],
    [`операция(?: длится)?`, about({ about: 'operation', limit: 'longer' })],
  ],
  severities: [
    [
      '(?:это |считается )?(?:критическое|критичное|критическим|серьёзное|серьезное) (?:нарушение|нарушением|событие)',
      'critical',
    ],
    ['(?:это |считается )?(?:предупреждение|предупреждением)', 'warning'],
    ['(?:это |считается )?(?:сведение|заметка|информация)', 'info'],
    ['(?:это |является |считается |считать )?(?:нарушение|нарушением|событие|событием)', 'default'],
    ['запрещено|запрещены|не допускается|не допускаются|недопустимо|нельзя', 'default'],
  ],
  units: [
    ['миллисекунда?|миллисекунды|мс', 1],
    ['секунд[аыу]?|сек|с', 1000],
    ['минут[аыу]?|мин', 60_000],
    ['час(?:а|ов)?|ч', 3_600_000],
    ['дн(?:я|ей)|день|суток|сутки', 86_400_000],
    ['неделя|недели|неделю|недель', 7 * 86_400_000],
  ],
  longer: `(?:в течение |на протяжении )?(?:(?:дольше|более|больше|свыше|длиннее)(?: чем)?(?: на)?|в течение|уже|за) (\\d+(?:[.]\\d+)?) ?(UNIT)`,
  shorter: `(?:короче|менее|меньше|быстрее)(?: чем)? (\\d+(?:[.]\\d+)?) ?(UNIT)`,
  hours: '(?:с|от|между) (\\d{1,2}:\\d{2}) (?:до|и|по) (\\d{1,2}:\\d{2})',
  days: [
    ['(?:в|по) (?:будни|будням|рабочие дни|рабочим дням)', 'weekdays'],
    ['(?:в|по) (?:выходные|выходным)', 'weekend'],
  ],
  shift: '(?:в|во время) (?:смену|смене|смены) (NAME)',
  place: '(?:в|во|на|у|возле)(?: (зоне|зона|камере|камеры|участке))?',
  camera: 'камере|камеры|камера',
  service: {
    subject: '(?:(зона|камера) )?',
    verb: SERVED_RU,
    every: '(?:каждый|каждую|каждые|каждое|раз в|один раз в) (?:(\\d+(?:[.]\\d+)?) ?)?(UNIT)',
    running:
      '(?:каждый|каждую|каждые|каждое|раз в|один раз в|через|после|дольше|более|больше) (\\d+(?:[.]\\d+)?) ?(UNIT) (?:работы|наработки)',
    counts:
      '(?:каждый|каждую|каждые|каждое|раз в|один раз в|через|после|более|больше) (\\d+) (?:срабатывание|срабатывания|срабатываний|циклов|циклам?|цикла|цикл|упаков(?:ок|ки|ку)|штук[иу]?|единиц[ыу]?)',
    signal: 'по (?:сигналу|счётчику|счетчику) (NAME)',
  },
  fillers: 'если|когда|то|это|есть|находится|находятся|иначе',
  numbers: {
    ...{ один: 1, одного: 1, два: 2, двух: 2, три: 3, трёх: 3, трех: 3, четыре: 4, четырёх: 4, четырех: 4 },
    ...{ пять: 5, пяти: 5, шесть: 6, шести: 6, семь: 7, семи: 7, восемь: 8, восьми: 8, девять: 9, девяти: 9 },
    ...{ десять: 10, десяти: 10 },
  },
};

export const PHRASES: Readonly<Record<Language, Phrases>> = { en: EN, ru: RU };
