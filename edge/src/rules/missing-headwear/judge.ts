import {
  contains,
  type FrameRef,
  footOf,
  centreOf,
  type RuleOutput,
  type Track,
  WHOLE_PICTURE,
} from '../../domain/index.ts';
import type { Rule, RuleInput } from '../../pipeline/index.ts';
import { type IncidentState, IncidentTracker, type Subject } from '../incidents/index.ts';
import { assignHeads, type Head, headsOf } from './heads.ts';
import { type MissingHeadwearSpec, timingOf } from '../spec.ts';

/** What one frame says of a person's headwear. */
type Evidence = 'present' | 'absent' | 'not_visible';

/** Heads below which the feet are, for a head whose person was not detected. */
const HEADS_TO_FOOT = 6;

/** Somebody, known by the track of the body, of the bare head, or both. */
class PersonCase implements Subject {
  readonly incident: IncidentState;
  readonly #counts: Record<Evidence, number> = { present: 0, absent: 0, not_visible: 0 };
  person: number | undefined;
  head: number | undefined;

  constructor(incident: IncidentState) {
    this.incident = incident;
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
  readonly judged: Set<PersonCase>;
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
  readonly #incidents: IncidentTracker<PersonCase>;

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
    this.#incidents = new IncidentTracker({
      rule: spec.id,
      ruleType: spec.type,
      kind: 'personnel_violation',
      severity: spec.severity,
      zone: spec.zone?.id,
      timing: timingOf(spec),
    });
  }

  step({ frame, tracks }: RuleInput): readonly RuleOutput[] {
    const outputs = this.#incidents.beginFrame(frame.atMs, tracks !== undefined);
    if (tracks === undefined) return outputs;
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
      outputs.push(...this.#judge(scene, person, headOf.get(person.id)));
    }
    const worn = new Set(headOf.values());
    for (const head of heads) {
      if (!worn.has(head) && !head.covered) outputs.push(...this.#judge(scene, undefined, head));
    }
    this.#keepHidden(bare, scene.judged);
    outputs.push(...this.#incidents.expireUnseen(frame.atMs, scene.judged, 'object_lost'));
    return outputs;
  }

  expire(atMs: number): readonly RuleOutput[] {
    return this.#incidents.expire(atMs);
  }

  close(atMs: number, reason: 'restart' | 'rule_removed'): readonly RuleOutput[] {
    return this.#incidents.close(atMs, reason);
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
    const subject = known ?? this.#incidents.add(new PersonCase(this.#incidents.newIncident()));
    scene.judged.add(subject);
    subject.person = person?.id ?? subject.person;
    subject.head = head?.covered === false ? head.track.id : subject.head;
    subject.count(evidence);
    if (!inZone || head?.covered === true) {
      return this.#incidents.observe(subject, frame.atMs, { condition: false, reason: 'cleared' });
    }
    // A head that is not visible is no observation.
    if (head === undefined) return [];
    return this.#incidents.observe(subject, frame.atMs, { condition: true, sighting: head.track });
  }

  /** Who this is, if a case is kept: by body or by bare head, and of two the one whose incident is open. */
  #find(scene: Scene, person: Track | undefined, head: Head | undefined): PersonCase | undefined {
    let found: PersonCase | undefined;
    for (const subject of this.#incidents.subjects) {
      if (scene.judged.has(subject)) continue;
      const byPerson = person !== undefined && subject.person === person.id;
      // A head's track that jumps to somebody else takes nothing along, unless its body now wears something: then it
      // was the bodies' tracks that changed places, as they do when people cross.
      const isOrphan =
        subject.person === undefined || !scene.bodies.has(subject.person) || scene.covered.has(subject.person);
      const byHead = head?.covered === false && subject.head === head.track.id && isOrphan;
      if (!byPerson && !byHead) continue;
      if (found === undefined || (subject.incident.isOpen && !found.incident.isOpen)) found = subject;
      else if (byPerson && subject.incident.isOpen === found.incident.isOpen) found = subject;
    }
    return found;
  }

  /** A bare head that was only just missed is neither seen nor gone. */
  #keepHidden(bare: readonly Track[], judged: Set<PersonCase>): void {
    const hidden = new Set(bare.filter((track) => !isDetected(track)).map((track) => track.id));
    for (const subject of this.#incidents.subjects) {
      if (subject.head !== undefined && hidden.has(subject.head)) judged.add(subject);
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
