// Titles of the standard.
// cspell:ignore CPID GCN GDTI GIAI GINC GMN GRAI GSIN GSRN IBAN ITIP NHRN OPTSEN PRCNT REFURB SERV SRIN
/** The form of one part of the value of an application identifier. */
export interface Component {
  /** Digits; the 82 invariant characters; or the 39 of the smaller set (GS1 General Specifications, 7.11). */
  readonly set: 'N' | 'X' | 'Y';
  readonly min: number;
  readonly max: number;
  readonly check?: 'digit' | 'date';
}

/** One application identifier (AI) of the GS1 system. */
export interface Identifier {
  readonly ai: string;
  /** Its data title, as it is printed beside a symbol. */
  readonly title: string;
  readonly components: readonly Component[];
  /** Its length is known beforehand, so that no separator follows it (GS1 General Specifications, 7.8.5). */
  readonly predefined: boolean;
  /** Digits behind the decimal point, where the last digit of the AI says so. */
  readonly decimals?: number;
}

/**
 * AI or range of AIs, form, title. The form: `N6` six digits, `X..20` one to twenty characters, `[...]` may be absent,
 * `c` with a check digit, `d` a date YYMMDD; `n` as last digit of an AI counts decimals. Source: GS1 General
 * Specifications, release 26, section 3.2.
 */
const TABLE = `
00 N18c SSCC
01 N14c GTIN
02 N14c CONTENT
10 X..20 BATCH/LOT
11 N6d PROD DATE
12 N6d DUE DATE
13 N6d PACK DATE
15 N6d BEST BEFORE or BEST BY
16 N6d SELL BY
17 N6d USE BY or EXPIRY
20 N2 VARIANT
21 X..20 SERIAL
22 X..20 CPV
235 X..28 TPX
240 X..30 ADDITIONAL ID
241 X..30 CUST. PART No.
242 N..6 MTO VARIANT
243 X..20 PCN
250 X..30 SECONDARY SERIAL
251 X..30 REF. TO SOURCE
253 N13c+[X..17] GDTI
254 X..20 GLN EXTENSION COMPONENT
255 N13c+[N..12] GCN
30 N..8 VAR. COUNT
310n N6 NET WEIGHT (kg)
311n N6 LENGTH (m)
312n N6 WIDTH (m)
313n N6 HEIGHT (m)
314n N6 AREA (m2)
315n N6 NET VOLUME (l)
316n N6 NET VOLUME (m3)
320n N6 NET WEIGHT (lb)
330n N6 GROSS WEIGHT (kg)
335n N6 VOLUME (l), log
336n N6 VOLUME (m3), log
340n N6 GROSS WEIGHT (lb)
356n N6 NET WEIGHT (t oz)
357n N6 NET VOLUME (oz)
360n N6 NET VOLUME (qt)
361n N6 NET VOLUME (gal.)
37 N..8 COUNT
390n N..15 AMOUNT
391n N3+N..15 AMOUNT
392n N..15 PRICE
393n N3+N..15 PRICE
394n N4 PRCNT OFF
400 X..30 ORDER NUMBER
401 X..30 GINC
402 N17c GSIN
403 X..30 ROUTE
410 N13c SHIP TO LOC
411 N13c BILL TO
412 N13c PURCHASE FROM
413 N13c SHIP FOR LOC
414 N13c LOC No.
415 N13c PAY TO
416 N13c PROD/SERV LOC
417 N13c PARTY
420 X..20 SHIP TO POST
421 N3+X..9 SHIP TO POST
422 N3 ORIGIN
423 N..15 COUNTRY - INITIAL PROCESS
424 N3 COUNTRY - PROCESS
425 N..15 COUNTRY - DISASSEMBLY
426 N3 COUNTRY - FULL PROCESS
427 X..3 ORIGIN SUBDIVISION
7001 N13 NSN
7002 X..30 MEAT CUT
7003 N10 EXPIRY TIME
7004 N..4 ACTIVE POTENCY
7005 X..12 CATCH AREA
7006 N6d FIRST FREEZE DATE
7007 N6d+[N6d] HARVEST DATE
7008 X..3 AQUATIC SPECIES
7009 X..10 FISHING GEAR TYPE
7010 X..2 PROD METHOD
7011 N6d+[N4] TEST BY DATE
7020 X..20 REFURB LOT
7021 X..20 FUNC STAT
7022 X..20 REV STAT
7023 X..30 GIAI - ASSEMBLY
7030-7039 N3+X..27 PROCESSOR
7040 N1+X3 UIC+EXT
710 X..20 NHRN PZN
711 X..20 NHRN CIP
712 X..20 NHRN CN
713 X..20 NHRN DRN
714 X..20 NHRN AIM
715 X..20 NHRN NDC
8001 N14 DIMENSIONS
8002 X..20 CMT No.
8003 N14c+[X..16] GRAI
8004 X..30 GIAI
8005 N6 PRICE PER UNIT
8006 N14c+N4 ITIP
8007 X..34 IBAN
8008 N8+[N..4] PROD TIME
8009 X..50 OPTSEN
8010 Y..30 CPID
8011 N..12 CPID SERIAL
8012 X..20 VERSION
8013 X..25 GMN
8017 N18c GSRN - PROVIDER
8018 N18c GSRN - RECIPIENT
8019 N..10 SRIN
8020 X..25 REF No.
8026 N14c+N4 ITIP CONTENT
8200 X..70 PRODUCT URL
90 X..30 INTERNAL
91-99 X..90 INTERNAL
`;

/** Two first digits of the AIs whose length is known beforehand (GS1 General Specifications, figure 7.8.5-2). */
const PREDEFINED = new Set('00 01 02 03 04 11 12 13 14 15 16 17 18 19 20 31 32 33 34 35 36 41'.split(' '));

/** All AIs, by the AI. */
export const IDENTIFIERS: ReadonlyMap<string, Identifier> = new Map(
  TABLE.trim()
    .split('\n')
    .flatMap((line) => entries(line))
    .map((identifier) => [identifier.ai, identifier]),
);

function entries(line: string): Identifier[] {
  const [name = '', form = '', ...title] = line.split(' ');
  const components = form.split('+').map(component);
  return numbers(name).map(({ ai, decimals }) => ({
    ai,
    title: title.join(' '),
    components,
    predefined: PREDEFINED.has(ai.slice(0, 2)),
    ...(decimals === undefined ? {} : { decimals }),
  }));
}

function numbers(name: string): { readonly ai: string; readonly decimals?: number }[] {
  if (name.endsWith('n')) {
    // Weights and measures have up to 5 decimals, amounts and prices up to 9, percentages up to 3.
    const most = name === '394n' ? 3 : name.startsWith('39') ? 9 : 5;
    return Array.from({ length: most + 1 }, (_, decimals) => ({ ai: `${name.slice(0, -1)}${decimals}`, decimals }));
  }
  const [from = '', to = from] = name.split('-');
  const count = Number(to) - Number(from) + 1;
  return Array.from({ length: count }, (_, index) => ({ ai: String(Number(from) + index).padStart(from.length, '0') }));
}

function component(form: string): Component {
  const match = /^(\[)?([NXY])(\.\.)?(\d+)([cd])?\]?$/.exec(form);
  if (match === null) throw new TypeError(`no form of an application identifier: ${form}`);
  const [, optional, set, upTo, length, check] = match;
  const max = Number(length);
  return {
    set: set as Component['set'],
    min: optional === '[' ? 0 : upTo === undefined ? max : 1,
    max,
    ...(check === undefined ? {} : { check: check === 'c' ? 'digit' : 'date' }),
  };
}
