import { centreOf, contains, type FrameRef, footOf, type RuleOutput, type Track } from '../../domain/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { type Details, type IncidentState, IncidentTracker, type Subject } from '../incidents/index.ts';
import { assignHeads, type Head, headsOf } from './heads.ts';
import type { MissingHeadwearOptions } from './options.ts';

/** What one frame shows of a person's headwear. */
type Evidence = 'present' | 'absent' | 'not_visible';

/** Distance from a head to the feet in heights of the head, for a head whose person was not detected. */
const HEADS_TO_FOOT = 6;

/** A person, known by the track of the body, of the bare head, or both. */
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

  details(): Details {
    const { present, absent, not_visible: notVisible } = this.#counts;
    return {
      framesAbsent: absent,
      framesPresent: present,
      framesNotVisible: notVisible,
      ...(this.person === undefined ? { personDetected: false } : { personTrack: this.person }),
    };
  }
}

/** One frame: the tracked bodies, those that wear headwear, and the cases that were judged already. */
interface Scene {
  readonly frame: FrameRef;
  readonly bodies: ReadonlySet<number>;
  readonly covered: ReadonlySet<number>;
  readonly judged: Set<PersonCase>;
}

/**
 * What a frame shows of a person is headwear present, absent or not visible; only the first two are observations. A bare
 * head on which no person's box fits counts as a person of its own, so that nobody is overlooked when a body is not
 * detected. When the body is detected later, the incident continues as that person's.
 */
export class MissingHeadwearJudge implements Judge {
  readonly incidents: IncidentTracker<PersonCase>;
  readonly #setup: JudgeSetup<MissingHeadwearOptions>;

  constructor(setup: JudgeSetup<MissingHeadwearOptions>) {
    this.#setup = setup;
    this.incidents = new IncidentTracker(setup.facts);
  }

  judge(frame: FrameRef, tracks: readonly Track[]): RuleOutput[] {
    const { labels, personLabels, headwearLabels } = this.#setup.options;
    const persons = tracks.filter((track) => track.confirmed && personLabels.includes(track.label));
    const bare = tracks.filter((track) => labels.includes(track.label));
    const covered = tracks.filter((track) => headwearLabels.includes(track.label));
    const heads = headsOf(covered.filter(isDetected), bare.filter(isDetected));
    const headOf = assignHeads(persons, heads);
    const isBare = (person: Track): boolean => headOf.get(person.id)?.covered === false;
    const scene: Scene = {
      frame,
      bodies: new Set(persons.map((person) => person.id)),
      covered: new Set(persons.filter((person) => headOf.get(person.id)?.covered === true).map((person) => person.id)),
      judged: new Set(),
    };
    // Bare heads first, so that a case is found by its bare head before it is found by the body that it belonged to.
    const inOrder = [...persons.filter(isBare), ...persons.filter((person) => !isBare(person))];
    const outputs = inOrder.flatMap((person) => this.#judgePerson(scene, person, headOf.get(person.id)));
    const assigned = new Set(headOf.values());
    for (const head of heads) {
      if (!assigned.has(head) && !head.covered) outputs.push(...this.#judgePerson(scene, undefined, head));
    }
    this.#keepHidden(bare, scene.judged);
    return [...outputs, ...this.incidents.expireUnseen(frame.atMs, scene.judged, 'object_lost')];
  }

  #judgePerson(scene: Scene, person: Track | undefined, head: Head | undefined): RuleOutput[] {
    const { frame } = scene;
    const { zone } = this.#setup;
    const inZone =
      person === undefined
        ? head !== undefined && [centreOf(head.track.box, frame), feetBelow(head, frame)].some((p) => contains(zone, p))
        : contains(zone, footOf(person.box, frame));
    const evidence: Evidence = head === undefined ? 'not_visible' : head.covered ? 'present' : 'absent';
    const known = this.#find(scene, person, head);
    if (known === undefined && !(inZone && evidence === 'absent')) return [];
    const subject = known ?? this.incidents.add(new PersonCase(this.incidents.newIncident()));
    scene.judged.add(subject);
    subject.person = person?.id ?? subject.person;
    subject.head = head?.covered === false ? head.track.id : subject.head;
    subject.count(evidence);
    if (!inZone || head?.covered === true) {
      return this.incidents.observe(subject, frame.atMs, { condition: false, reason: 'cleared' });
    }
    // A head that is not visible is no observation.
    if (head === undefined) return [];
    return this.incidents.observe(subject, frame.atMs, { condition: true, sighting: head.track });
  }

  /** The case of this person, by body or by bare head. Of two, the one whose incident is open. */
  #find(scene: Scene, person: Track | undefined, head: Head | undefined): PersonCase | undefined {
    let found: PersonCase | undefined;
    for (const subject of this.incidents.subjects) {
      if (scene.judged.has(subject)) continue;
      const byPerson = person !== undefined && subject.person === person.id;
      // The track of a head that jumps to another person does not take the case along, unless the body of the case now
      // wears headwear: then the tracks of the bodies changed places, as they do when people cross.
      const isOrphan =
        subject.person === undefined || !scene.bodies.has(subject.person) || scene.covered.has(subject.person);
      const byHead = head?.covered === false && subject.head === head.track.id && isOrphan;
      if (!byPerson && !byHead) continue;
      if (found === undefined || (subject.incident.isOpen && !found.incident.isOpen)) found = subject;
      else if (byPerson && subject.incident.isOpen === found.incident.isOpen) found = subject;
    }
    return found;
  }

  /** A bare head that was missed only now is neither an observation nor gone. */
  #keepHidden(bare: readonly Track[], judged: Set<PersonCase>): void {
    const hidden = new Set(bare.filter((track) => !isDetected(track)).map((track) => track.id));
    for (const subject of this.incidents.subjects) {
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
