import { type FieldVerdict, judgeField } from '../../codes/index.ts';
import {
  type Box,
  centreOf,
  type CodeRead,
  type FrameRef,
  type PackCheckState,
  type PieceVerdict,
  type ReadingAnswer,
  type ReadingRequest,
  type RegionRead,
  type RuleOutput,
  type Tally,
  type Track,
} from '../../domain/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import type { IncidentTracker, Subject } from '../incidents/index.ts';
import { TallyCounts } from '../tally-counts.ts';
import { type Expected, expectedOf, shownOf, USUAL_DAY } from './expected.ts';
import { Faults } from './faults.ts';
import type { FieldOptions } from './field-options.ts';
import { readKept } from './kept.ts';
import type { CodeCheckOptions } from './options.ts';
import { PackCase } from './pack-case.ts';
import { PackCounts } from './pack-counts.ts';
import { RecipeChoice } from './recipe-choice.ts';
import { regionName, regionsOf } from './regions.ts';

/** A reading that was not answered after this time will not be: the vision process was replaced. */
const ANSWER_MS = 5000;
/** Hours and contrasts are kept at most this often. */
const KEEP_MS = 60_000;
/** A pack passes the middle of the picture where its centre is this far from the edges, as a fraction. */
const MIDDLE = 0.15;
/** A box that comes as near as this to an edge of the picture, as a fraction of it, may be cut off there. */
const EDGE = 0.01;
/** Detections after which a track is a pack, and no flicker; before, only its place is known. */
const LEAST_HITS = 2;

/**
 * Has each pack read a few times while it passes, compares what was read with the fields, and judges it once, by the
 * votes of its frames. A fault of one field is one incident, however many packs have it.
 */
export class CodeCheckJudge implements Judge {
  readonly #setup: JudgeSetup<CodeCheckOptions>;
  /** What is compared, and the codes that choose a recipe. */
  readonly #fields: readonly FieldOptions[];
  readonly #selecting: readonly FieldOptions[];
  readonly #packs = new Set<PackCase>();
  readonly #faults: Faults;
  readonly #counts: PackCounts;
  readonly #tallies = new TallyCounts();
  readonly #choice: RecipeChoice;
  #changeoverLeft: number;
  #wanted: ReadingRequest[] = [];
  #requests = 0;
  #nowMs = Number.NEGATIVE_INFINITY;
  #keptMs = Number.NEGATIVE_INFINITY;
  #expected: { readonly minute: number; readonly byField: ReadonlyMap<string, Expected> } | undefined;

  constructor(setup: JudgeSetup<CodeCheckOptions>) {
    const { options, place, facts } = setup;
    this.#setup = setup;
    this.#fields = options.fields.filter(({ selectsRecipe }) => !selectsRecipe);
    this.#selecting = options.fields.filter(({ selectsRecipe }) => selectsRecipe);
    const kept = readKept(place.memory);
    const isChanged = kept !== undefined && kept.recipe !== place.recipe;
    this.#changeoverLeft = isChanged ? options.changeoverPacks : 0;
    this.#faults = new Faults(options, facts, isChanged ? {} : (kept?.contrast ?? {}));
    this.#counts = new PackCounts(
      this.#fields.map(({ id }) => id),
      kept?.hours ?? [],
    );
    this.#choice = new RecipeChoice(options.selectAfter);
    if (kept === undefined || isChanged) this.#keep();
  }

  get incidents(): IncidentTracker<Subject> {
    return this.#faults.incidents;
  }

  judge(frame: FrameRef, tracks: readonly Track[]): RuleOutput[] {
    // A clock that runs backwards belongs to another run of a recording.
    if (frame.atMs < this.#nowMs) this.#packs.clear();
    this.#nowMs = frame.atMs;
    const { labels } = this.#setup.options;
    const known = new Set([...this.#packs].map(({ track }) => track));
    const [seen, fresh] = partition(
      tracks.filter(({ label, missed }) => missed === 0 && labels.includes(label)),
      ({ id }) => known.has(id),
    );
    // A pack that has its track is not taken for one that was lost.
    for (const track of [...seen, ...fresh]) {
      const pack = this.#packOf(track);
      pack.see(track.id, track.box, frame.atMs);
      if (track.hits >= LEAST_HITS) this.#ask(frame, pack);
    }
    const present = new Set(tracks.map(({ id }) => id));
    const outputs = this.#decideThoseWhere((pack) => !present.has(pack.track) && pack.isForgotten(frame.atMs));
    if (frame.atMs - this.#keptMs >= KEEP_MS && this.#counts.hours.length > 0) this.#keep();
    return outputs;
  }

  /**
   * No more frames will come, and every reading of a recording was answered before. A pack that the last frame shows has
   * not passed: it is judged only by what was read on it.
   */
  end(): readonly RuleOutput[] {
    for (const pack of this.#packs) {
      pack.waiting.clear();
      const mayBeReadYet = pack.seenMs >= this.#nowMs && pack.asked < this.#setup.options.maxReadings;
      if (mayBeReadYet && !pack.isAnswered) this.#packs.delete(pack);
    }
    return this.#decideThoseWhere(() => true);
  }

  readings(): readonly ReadingRequest[] {
    const wanted = this.#wanted;
    this.#wanted = [];
    return wanted;
  }

  reading(answer: ReadingAnswer): readonly RuleOutput[] {
    const pack = [...this.#packs].find(({ waiting }) => waiting.has(answer.id));
    if (pack === undefined) return [];
    const { box = pack.box } = pack.waiting.get(answer.id) ?? {};
    pack.waiting.delete(answer.id);
    if (answer.status === 'not_read') {
      this.#counts.notRead(answer.reason);
      pack.reasons.add(answer.reason);
    } else {
      const { frame, regions, tookMs } = answer;
      const fields = this.#fields.map((field) => this.#judgeField(field, regions, pack));
      pack.readings.push({ frame, box, fields, tookMs });
      this.#lookAtCodes(pack, regions);
    }
    return this.#isRead(pack) ? this.#decide(pack) : [];
  }

  tallies(): readonly Tally[] {
    return this.#tallies.take();
  }

  /** A pack is judged once, when it was read often enough; before that nothing is known of it. */
  verdictOf(track: number): PieceVerdict | undefined {
    const verdict = [...this.#packs].find((pack) => pack.track === track)?.verdict;
    return verdict && VERDICTS[verdict];
  }

  packChecks(): PackCheckState {
    const { fields, ...counts } = this.#counts.state();
    const problems = [...this.#expectedNow().values()].flatMap((one) => ('problem' in one ? [one.problem] : []));
    return {
      ...counts,
      fields: fields.map((field) => ({ ...field, ...this.#faults.watch(field.id)?.state() })),
      problems: [...new Set(problems)],
    };
  }

  chosenProduct(): readonly string[] | undefined {
    return this.#choice.take();
  }

  /** The pack of a track: known by it, detected again under a new one, or new. */
  #packOf({ id, label, box }: Track): PackCase {
    const packs = [...this.#packs];
    const known = packs.find(({ track }) => track === id) ?? packs.find((pack) => pack.isAt(label, box, this.#nowMs));
    if (known !== undefined) return known;
    const pack = new PackCase(id, label, box, this.#nowMs);
    this.#packs.add(pack);
    return pack;
  }

  /** Asks for a reading where one is due: one after the other, at most `maxReadings`, spread over the way of the pack. */
  #ask(frame: FrameRef, pack: PackCase): void {
    const { options, hysteresis } = this.#setup;
    if (pack.verdict !== undefined || options.fields.length === 0) return;
    const [x, y] = centreOf(pack.box, frame);
    if (!hysteresis.isInZone([x, y], pack.box, frame, false)) return;
    pack.wasCentral ||= Math.min(x, y, 1 - x, 1 - y) >= MIDDLE;
    pack.wasWhole ||= isWhole(pack.box, frame);
    if (pack.asked >= options.maxReadings || pack.waiting.size > 0) return;
    const [x1, y1, x2, y2] = pack.box;
    const place = { at: [x, y], size: [(x2 - x1) / frame.width, (y2 - y1) / frame.height] } as const;
    if (!pack.places.isDue(place, frame.atMs, pack.asked, options.maxReadings)) return;
    const { regions, inView } = regionsOf(options.fields, pack.box, frame);
    if (!inView) return;
    this.#requests += 1;
    pack.places.asked(place, frame.atMs);
    pack.asked += 1;
    pack.waiting.set(this.#requests, { atMs: frame.atMs, box: pack.box });
    this.#wanted.push({ id: this.#requests, rule: options.id, frame, regions });
  }

  #judgeField(field: FieldOptions, regions: readonly RegionRead[], pack: PackCase): FieldVerdict {
    const expected = this.#expectedNow().get(field.id);
    const region = regions.find(({ name }) => name === regionName(field));
    if (expected === undefined || region === undefined || 'problem' in expected) {
      pack.reasons.add(expected !== undefined && 'problem' in expected ? expected.problem : 'failed');
      return { name: field.id, verdict: 'unreadable', expected: shownOf(expected), score: 0 };
    }
    const { expectation, before, today } = expected;
    const vote = judgeField(expectation, region, { today });
    if (vote.verdict === 'wrong' && before !== undefined) {
      const earlier = judgeField(before, region, { today });
      if (earlier.verdict === 'good') return earlier;
    }
    if (region.noTextReader !== true || vote.verdict === 'good' || vote.verdict === 'wrong') return vote;
    // Nobody looked for print: that there is none is not known.
    pack.reasons.add('no_text_reader');
    return { ...vote, verdict: 'unreadable' };
  }

  /** Codes that choose a recipe, and the contrast of those that are compared; each once per pack. */
  #lookAtCodes(pack: PackCase, regions: readonly RegionRead[]): void {
    for (const field of this.#setup.options.fields) {
      const code = field.kind === 'code' && !pack.measured.has(field.id) ? codeOf(field, regions) : undefined;
      if (code === undefined) continue;
      pack.measured.add(field.id);
      if (this.#selecting.includes(field)) this.#choice.pack(code, this.#year());
      else this.#faults.measured(field.id, code);
    }
  }

  #isRead(pack: PackCase): boolean {
    const isComplete = pack.asked >= this.#setup.options.maxReadings && pack.waiting.size === 0;
    return pack.verdict === undefined && this.#fields.length > 0 && (isComplete || pack.isSettled);
  }

  /** Judges packs that were read, and those that are gone; forgets the latter. */
  #decideThoseWhere(isGone: (pack: PackCase) => boolean): RuleOutput[] {
    return [...this.#packs].flatMap((pack) => {
      this.#giveUpWaiting(pack);
      const isOver = isGone(pack) && pack.waiting.size === 0;
      if (isOver) this.#packs.delete(pack);
      const wasThere = pack.wasCentral || (pack.asked > 0 && (pack.wasWhole || pack.isAnswered));
      const isDue = this.#isRead(pack) || (isOver && wasThere && this.#fields.length > 0);
      return isDue && pack.verdict === undefined ? this.#decide(pack) : [];
    });
  }

  #giveUpWaiting(pack: PackCase): void {
    for (const [id, { atMs }] of pack.waiting) {
      if (this.#nowMs - atMs <= ANSWER_MS) continue;
      pack.waiting.delete(id);
      pack.reasons.add('too_late');
      this.#counts.notRead('too_late');
    }
  }

  #decide(pack: PackCase): RuleOutput[] {
    if (pack.asked === 0) pack.reasons.add('not_in_view');
    const expected = this.#expectedNow();
    const judged = pack.vote(this.#fields.map(({ id }) => ({ id, expected: shownOf(expected.get(id)) })));
    pack.verdict = judged.verdict;
    const changeover = this.#changeoverLeft > 0;
    if (changeover) this.#changeoverLeft -= 1;
    this.#tallies.add(judged.verdict, changeover ? 'changeover' : 'pack', 1);
    const fields = judged.fields.map(({ name, verdict, expected: shown, read }) => ({
      ...{ id: name, verdict, expected: shown },
      ...(read === undefined ? {} : { read }),
    }));
    const facts = { atMs: this.#nowMs, track: pack.track, verdict: judged.verdict, changeover, fields };
    this.#counts.add({ ...facts, tookMs: pack.tookMs }, this.#wallMs());
    const bad = changeover ? [] : this.#faults.judged(pack, judged, this.#nowMs);
    return [...bad, ...this.#faults.fading(this.#nowMs)];
  }

  /** What each field must hold now; worked out once a minute. */
  #expectedNow(): ReadonlyMap<string, Expected> {
    const wallMs = this.#wallMs();
    const minute = wallMs === undefined ? Number.NaN : Math.floor(wallMs / 60_000);
    if (this.#expected !== undefined && Object.is(this.#expected.minute, minute)) return this.#expected.byField;
    const at = { wallMs, plan: this.#setup.place.plan, graceMs: this.#setup.options.dateGrace.ms };
    const byField = new Map(this.#fields.map((field) => [field.id, expectedOf(field, at)]));
    this.#expected = { minute, byField };
    return byField;
  }

  #wallMs(): number | undefined {
    return Number.isFinite(this.#nowMs) ? this.#setup.place.wallTime?.(this.#nowMs) : undefined;
  }

  #year(): number {
    const [first] = this.#expectedNow().values();
    return first !== undefined && 'today' in first ? first.today.year : USUAL_DAY.year;
  }

  #keep(): void {
    const { memory, recipe } = this.#setup.place;
    this.#keptMs = this.#nowMs;
    const { contrasts: contrast } = this.#faults;
    memory?.set({ ...(recipe === undefined ? {} : { recipe }), contrast, hours: this.#counts.hours });
  }
}

/** The picture shows all of the pack: where its print must be is known. */
function isWhole([x1, y1, x2, y2]: Box, { width, height }: FrameRef): boolean {
  const near = Math.min(x1 / width, y1 / height, 1 - x2 / width, 1 - y2 / height);
  return near > EDGE;
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

/** A code that nobody could read says nothing of the pack. */
const VERDICTS: Readonly<Record<NonNullable<PackCase['verdict']>, PieceVerdict>> = {
  good: { result: 'ok', reason: 'none' },
  wrong: { result: 'nok', reason: 'code_wrong' },
  missing: { result: 'nok', reason: 'code_missing' },
  unreadable: { result: 'no_result', reason: 'code_unreadable' },
};

/** The first code in the region of a field that is of its symbologies. */
function codeOf(field: FieldOptions, regions: readonly RegionRead[]): CodeRead | undefined {
  const codes = regions.find(({ name }) => name === regionName(field))?.codes ?? [];
  const wanted: readonly string[] | undefined = field.symbologies;
  return codes.find(({ symbology }) => wanted?.includes(symbology) !== false) ?? codes[0];
}
