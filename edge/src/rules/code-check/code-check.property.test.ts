import { expect, it } from 'vitest';
import { frameAt, ruleOf, SIZE, track } from '../../../../tests/support/crafted-tracks.ts';
import type {
  PackCheckState,
  PackVerdictName,
  ReadingAnswer,
  ReadingRequest,
  RegionRead,
  RuleOutput,
} from '../../domain/index.ts';

const GTIN = '4006381333931';
const MARK = { at: [0.5, 0.5], angle: 0 } as const;
const FRAME_MS = 100;
const [WIDTH, HEIGHT] = [120, 200];
/** Packs follow each other at this distance, so that two or three are in the picture together. */
const PITCH = 260;
const PACKS = 24;
const ROUNDS = 60;

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What is truly on a pack: the right code, that of another product, a smear, or nothing. */
type Truth = 'good' | 'wrong' | 'smeared' | 'empty';

interface Pack {
  readonly truth: Truth;
  readonly y: number;
  /** What the reader could tell of it: a code that it read, print that it could not, or nothing at all. */
  readonly seen: Set<'code' | 'print' | 'nothing'>;
  asked: number;
}

interface Round {
  readonly packs: readonly Pack[];
  readonly outputs: readonly RuleOutput[];
  readonly verdicts: readonly { readonly y: number; readonly verdict: PackVerdictName }[];
  readonly counts: Readonly<Record<PackVerdictName, number>>;
  readonly tallied: number;
}

/**
 * A line of packs behind a poor camera: tracks are lost and begin again under another id, boxes tremble, a reflection hides
 * the print now and then, and the reader is late, refuses, or never answers.
 */
function passed(random: () => number, options: object): Round {
  const rule = ruleOf({ id: 'r', type: 'code_check', fields: [{ id: 'ean', kind: 'code', gtin: GTIN }], ...options });
  const packs = Array.from({ length: PACKS }, (_, k): Pack => {
    const truth = random() < 0.6 ? 'good' : (['wrong', 'smeared', 'empty'] as const)[Math.floor(random() * 3)]!;
    return { truth, y: 20 + 5 * k, seen: new Set(), asked: 0 };
  });
  const outputs: RuleOutput[] = [];
  const verdicts: { y: number; verdict: PackVerdictName }[] = [];
  const waiting: { readonly dueFrame: number; readonly answer: ReadingAnswer }[] = [];
  const ids = new Map<number, number>();
  const hits = new Map<number, number>();
  let [nextId, tallied, known] = [1, 0, 0];
  const glare = random() * 0.6;
  const speed = 15 + random() * 45;

  const state = (): PackCheckState => {
    const checked = rule.packChecks?.();
    if (checked === undefined) throw new Error('the rule checks packs');
    return checked;
  };
  const take = (more: readonly RuleOutput[]): void => {
    outputs.push(...more);
    for (const { count } of rule.tallies?.() ?? []) tallied += count;
    const { latest, packs: verdictsSoFar } = state();
    const total = Object.values(verdictsSoFar).reduce((sum, count) => sum + count, 0);
    for (const { verdict, track: id } of latest.slice(latest.length - (total - known))) {
      const [pack] = [...ids].find(([, one]) => one === id) ?? [];
      verdicts.push({ y: packs[pack ?? -1]?.y ?? Number.NaN, verdict });
    }
    known = total;
  };

  const regionOf = (pack: Pack): Omit<RegionRead, 'name'> => {
    const hidden = random() < glare;
    const code = pack.truth === 'good' ? GTIN : '4006381333948';
    const hasCode = !hidden && (pack.truth === 'good' || pack.truth === 'wrong');
    const printed = pack.truth !== 'empty' && !(hidden && random() < 0.5);
    pack.seen.add(hasCode ? 'code' : printed ? 'print' : 'nothing');
    const codes = hasCode ? [{ symbology: 'EAN13', text: code, mark: MARK, contrast: 0.8 }] : [];
    return { printed, codes, lines: [] };
  };

  const ask = ({ id, rule: of, frame, regions }: ReadingRequest, at: number): void => {
    const [region] = regions;
    const pack = packs.find(({ y }) => Math.abs(y - ((region?.box[1] ?? 0) + 2)) < 2.5);
    if (pack === undefined || region === undefined) throw new Error('a request for no pack');
    pack.asked += 1;
    const chance = random();
    if (chance < 0.05) return;
    const given = { id, rule: of, frame };
    const answer: ReadingAnswer =
      chance < 0.1
        ? { ...given, status: 'not_read', reason: 'queue_full' }
        : { ...given, status: 'read', tookMs: 3, regions: [{ ...regionOf(pack), name: region.name }] };
    waiting.push({ dueFrame: at + 1 + Math.floor(random() * 3), answer });
  };

  const frames = Math.ceil((SIZE.width + PACKS * PITCH) / speed) + 80;
  for (let n = 0; n < frames; n += 1) {
    const due = waiting.filter(({ dueFrame }) => dueFrame <= n);
    for (const one of due) {
      waiting.splice(waiting.indexOf(one), 1);
      take(rule.reading?.(one.answer) ?? []);
    }
    const tracks = packs.flatMap(({ y }, k) => {
      const x = n * speed - k * PITCH - WIDTH + (random() - 0.5) * 4;
      if (x < -WIDTH / 2 || x > SIZE.width - WIDTH / 2) return [];
      // A track that is lost for a frame comes back as another one.
      if (random() < 0.04) {
        ids.delete(k);
        return [];
      }
      if (!ids.has(k)) ids.set(k, nextId++);
      const id = ids.get(k) ?? 0;
      hits.set(id, (hits.get(id) ?? 0) + 1);
      return [track(id, 'product', [x, y, x + WIDTH, y + HEIGHT - 0.001], { hits: hits.get(id) ?? 1 })];
    });
    take(rule.step({ frame: { ...frameAt(n * FRAME_MS), index: n }, tracks }));
    for (const request of rule.readings?.() ?? []) ask(request, n);
  }
  take(rule.expire(Number.POSITIVE_INFINITY));
  return { packs, outputs, verdicts, counts: state().packs, tallied };
}

it('code_check gives each pack one verdict, never good without having read it, whatever cameras and readers do', () => {
  const broken: object[] = [];
  let [read, hidden, opened] = [0, 0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const random = randomFrom(7 + round);
    const maxReadings = 1 + Math.floor(random() * 6);
    const { packs, outputs, verdicts, counts, tallied } = passed(random, { maxReadings });
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (total !== PACKS || tallied !== PACKS) broken.push({ round, total, tallied });
    for (const { seen, asked, y } of packs) {
      if (asked > maxReadings) broken.push({ round, y, asked });
      if (seen.has('code')) read += 1;
      else hidden += 1;
    }
    // What was read is the truth here, so that votes cannot be mistaken; only what nobody read is open.
    const readAs = (truth: Truth): number => packs.filter((one) => one.truth === truth && one.seen.has('code')).length;
    const most = (seen: 'print' | 'nothing'): number => packs.filter((one) => one.seen.has(seen)).length;
    if (counts.good > readAs('good')) broken.push({ round, good: counts.good, read: readAs('good') });
    if (counts.wrong > readAs('wrong')) broken.push({ round, wrong: counts.wrong, read: readAs('wrong') });
    if (counts.missing > most('nothing')) broken.push({ round, missing: counts.missing });
    for (const { y, verdict } of verdicts) {
      const pack = packs.find((one) => one.y === y);
      const isKnown =
        verdict === 'good' ? pack?.truth === 'good' : verdict === 'wrong' ? pack?.truth === 'wrong' : true;
      if (pack !== undefined && !isKnown) broken.push({ round, y, verdict, truth: pack.truth });
    }
    const phases = new Map<string, RuleOutput['phase']>();
    for (const { key, phase } of outputs) {
      const before = phases.get(key);
      if ((before === undefined) !== (phase === 'opened') || before === 'closed') broken.push({ round, key, phase });
      phases.set(key, phase);
      opened += phase === 'opened' ? 1 : 0;
    }
    if ([...phases.values()].some((phase) => phase !== 'closed')) broken.push({ round, phases: [...phases] });
  }
  expect(broken).toEqual([]);
  // All of it happened often.
  expect(read).toBeGreaterThan(ROUNDS * PACKS * 0.4);
  expect(hidden).toBeGreaterThan(ROUNDS * PACKS * 0.1);
  expect(opened).toBeGreaterThan(ROUNDS);
});

it('code_check makes one event of each run of bad packs, with their number', () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const random = randomFrom(1000 + round);
    const openAfter = 1 + Math.floor(random() * 4);
    const clearPacks = 1 + Math.floor(random() * 4);
    const rule = ruleOf({
      ...{ id: 'r', type: 'code_check', fields: [{ id: 'ean', kind: 'code', gtin: GTIN }] },
      ...{ openAfter, clearPacks, maxReadings: 1 },
    });
    const wrong = Array.from({ length: 60 }, () => random() < 0.45);
    const outputs: RuleOutput[] = [];
    for (const [k, isWrong] of wrong.entries()) {
      const frame = { ...frameAt(k * 10_000), index: k };
      outputs.push(...rule.step({ frame, tracks: [track(k, 'product', [200, 80, 400, 280])] }));
      for (const { id, rule: of, regions } of rule.readings?.() ?? []) {
        const code = { symbology: 'EAN13', text: isWrong ? '4006381333948' : GTIN, mark: MARK, contrast: 0.8 };
        const read = regions.map(({ name }) => ({ name, printed: true, codes: [code], lines: [] }));
        outputs.push(...(rule.reading?.({ id, rule: of, frame, status: 'read', tookMs: 1, regions: read }) ?? []));
      }
    }
    outputs.push(...rule.close(600_000, 'restart'));
    const closed = outputs.filter(({ phase }) => phase === 'closed').map(({ details }) => details?.['packs']);
    expect({ round, closed }).toEqual({ round, closed: runsOf(wrong, openAfter, clearPacks) });
  }
});

/** The wrong packs of each event, by the words of the options alone. */
function runsOf(wrong: readonly boolean[], openAfter: number, clearPacks: number): number[] {
  const runs: number[] = [];
  let [inARow, clear, open] = [0, 0, -1];
  for (const isWrong of wrong) {
    inARow = isWrong ? inARow + 1 : 0;
    clear = isWrong ? 0 : clear + 1;
    if (open >= 0 && isWrong) open += 1;
    if (open < 0 && inARow >= openAfter) open = inARow;
    if (open >= 0 && clear >= clearPacks) {
      runs.push(open);
      open = -1;
    }
  }
  return open < 0 ? runs : [...runs, open];
}
