import {
  contains,
  type FrameRef,
  footOf,
  centreOf,
  type RuleOutput,
  type Track,
  WHOLE_PICTURE,
} from '../domain/index.ts';
import type { Rule, RuleInput } from '../pipeline/index.ts';
import type { Case } from './case.ts';
import { Casebook, type Subject } from './casebook.ts';
import { assignHeads, type Head, headsOf } from './heads.ts';
import { type MissingHeadwearSpec, timingOf } from './spec.ts';

/** What one frame says of a person's headwear. */
type Evidence = 'present' | 'absent' | 'not_visible';

/** Heads below which the feet are, for a head whose person was not detected. */
const HEADS_TO_FOOT = 6;

/** Somebody, known by the track of the body, of the bare head, or both. */
class Wearer implements Subject {
  readonly case: Case;
  readonly #counts: Record<Evidence, number> = { present: 0, absent: 0, not_visible: 0 };
  person: number | undefined;
  head: number | undefined;

  constructor(of: Case) {
    this.case = of;
  }

  count(evidence: Evidence): void {
    this.#counts[evidence] += 1;
  }

  details(): NonNullable<RuleOutput['details']> {
    const { present, absent, not_visible: notVisible } = this.#counts;
    return {
      framesAbsent: absent,
      framesPresent: present,
      framesNotVisible: notVisible,
      ...(this.person === undefined ? { personDetected: false } : { personTrack: this.person }),
    };
  }
}

/** One frame: the bodies followed in it, those with headwear on, and whose case has been dealt with. */
interface Scene {
  readonly frame: FrameRef;
  readonly bodies: ReadonlySet<number>;
  readonly covered: ReadonlySet<number>;
  readonly judged: Set<Wearer>;
}

/**
 * A person in the zone whose head is bare for longer than T. Evidence per frame is present, absent or not visible, and
 * only the first two are observations. A bare head on which no person box sits counts as a person of its own, so that
 * a missed body is no loophole; when the body is detected later, the incident goes on as that person's.
 */
export class MissingHeadwear implements Rule {
  readonly id: string;
  readonly model: string;
  readonly colours: NonNullable<Rule['colours']>;
  readonly #spec: MissingHeadwearSpec;
  readonly #labels: Readonly<Record<'person' | 'headwear' | 'bareHead', readonly string[]>>;
  readonly #book: Casebook<Wearer>;

  constructor(spec: MissingHeadwearSpec) {
    this.id = spec.id;
    this.model = spec.model;
    this.#spec = spec;
    this.#labels = {
      person: spec.labels?.person ?? ['person'],
      headwear: spec.labels?.headwear ?? ['headwear'],
      bareHead: spec.labels?.bareHead ?? ['bare_head'],
    };
    this.colours = Object.fromEntries([
      ...this.#labels.headwear.map((label) => [label, 'good'] as const),
      ...this.#labels.bareHead.map((label) => [label, 'bad'] as const),
    ]);
    this.#book = new Casebook({
      rule: spec.id,
      kind: 'personnel_violation',
      severity: spec.severity,
      zone: spec.zone?.id,
      timing: timingOf(spec),
    });
  }

  step({ frame, tracks }: RuleInput): readonly RuleOutput[] {
    const said = this.#book.arrive(frame.atMs, tracks !== undefined);
    if (tracks === undefined) return said;
    const persons = tracks.filter((track) => track.confirmed && this.#labels.person.includes(track.label));
    const bare = tracks.filter((track) => this.#labels.bareHead.includes(track.label));
    const covered = tracks.filter((track) => this.#labels.headwear.includes(track.label));
    const heads = headsOf(covered.filter(isDetected), bare.filter(isDetected));
    const headOf = assignHeads(persons, heads);
    const isBare = (person: Track): boolean => headOf.get(person.id)?.covered === false;
    const scene: Scene = {
      frame,
      bodies: new Set(persons.map((person) => person.id)),
      covered: new Set(persons.filter((person) => headOf.get(person.id)?.covered === true).map((person) => person.id)),
      judged: new Set(),
    };
    // The bare first, so that a case finds its bare head before the body that it was with.
    for (const person of [...persons.filter(isBare), ...persons.filter((one) => !isBare(one))]) {
      said.push(...this.#judge(scene, person, headOf.get(person.id)));
    }
    const worn = new Set(headOf.values());
    for (const head of heads) {
      if (!worn.has(head) && !head.covered) said.push(...this.#judge(scene, undefined, head));
    }
    this.#keepHidden(bare, scene.judged);
    said.push(...this.#book.sweep(frame.atMs, scene.judged, 'object_lost'));
    return said;
  }

  lapse(atMs: number): readonly RuleOutput[] {
    return this.#book.lapse(atMs);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    return this.#book.close(atMs, reason);
  }

  #judge(scene: Scene, person: Track | undefined, head: Head | undefined): RuleOutput[] {
    const { frame } = scene;
    const zone = this.#spec.zone ?? WHOLE_PICTURE;
    const inZone =
      person === undefined
        ? head !== undefined && [centreOf(head.track.box, frame), feetBelow(head, frame)].some((p) => contains(zone, p))
        : contains(zone, footOf(person.box, frame));
    const evidence: Evidence = head === undefined ? 'not_visible' : head.covered ? 'present' : 'absent';
    const known = this.#find(scene, person, head);
    if (known === undefined && !(inZone && evidence === 'absent')) return [];
    const wearer = known ?? this.#book.add(new Wearer(this.#book.newCase()));
    scene.judged.add(wearer);
    wearer.person = person?.id ?? wearer.person;
    wearer.head = head?.covered === false ? head.track.id : wearer.head;
    wearer.count(evidence);
    const details = (): ReturnType<Wearer['details']> => wearer.details();
    if (!inZone) return wearer.case.contrary(frame.atMs, 'cleared', details);
    if (head === undefined) return [];
    if (head.covered) return wearer.case.contrary(frame.atMs, 'cleared', details);
    return wearer.case.holds(frame.atMs, head.track, details);
  }

  /** Who this is, if a case is kept: by body or by bare head, and of two the one whose incident is open. */
  #find(scene: Scene, person: Track | undefined, head: Head | undefined): Wearer | undefined {
    let found: Wearer | undefined;
    for (const wearer of this.#book.subjects) {
      if (scene.judged.has(wearer)) continue;
      const byPerson = person !== undefined && wearer.person === person.id;
      // A head's track that jumps to somebody else takes nothing along, unless its body now wears something: then it
      // was the bodies' tracks that changed places, as they do when people cross.
      const isOrphan =
        wearer.person === undefined || !scene.bodies.has(wearer.person) || scene.covered.has(wearer.person);
      const byHead = head?.covered === false && wearer.head === head.track.id && isOrphan;
      if (!byPerson && !byHead) continue;
      if (found === undefined || (wearer.case.isOpen && !found.case.isOpen)) found = wearer;
      else if (byPerson && wearer.case.isOpen === found.case.isOpen) found = wearer;
    }
    return found;
  }

  /** A bare head that was only just missed is neither seen nor gone. */
  #keepHidden(bare: readonly Track[], judged: Set<Wearer>): void {
    const hidden = new Set(bare.filter((track) => !isDetected(track)).map((track) => track.id));
    for (const wearer of this.#book.subjects) {
      if (wearer.head !== undefined && hidden.has(wearer.head)) judged.add(wearer);
    }
  }
}

function isDetected(track: Track): boolean {
  return track.missed === 0;
}

function feetBelow(head: Head, frame: FrameRef): ReturnType<typeof footOf> {
  const [x1, y1, x2, y2] = head.track.box;
  return footOf([x1, y1, x2, y2 + HEADS_TO_FOOT * (y2 - y1)], frame);
}
