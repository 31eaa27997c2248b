import { type Box, centreOf, type FrameRef, footOf, type RuleOutput, type Track } from '../../domain/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { type Details, type IncidentState, IncidentTracker, type Subject } from '../incidents/index.ts';
import { Place } from '../visibility/index.ts';
import { assignHeads, type Head, headsOf, isHeadOf, isPartOfHead } from './heads.ts';
import type { MissingHeadwearOptions } from './options.ts';

/** What one frame shows of a person's headwear. */
type Evidence = 'present' | 'absent' | 'not_visible';

/** Distance from a head to the feet in heights of the head, for a head whose person was not detected. */
const HEADS_TO_FOOT = 6;

/** For this long the tracks of a case can follow somebody else before the case is found at its place again. */
const SWAPPED_MS = 3000;

/** A person, known by the track of the body, of the bare head, or both. */
class PersonCase implements Subject {
  readonly incident: IncidentState;
  readonly #counts: Record<Evidence, number> = { present: 0, absent: 0, not_visible: 0 };
  /** Where the body was last detected, and the bare head. */
  readonly bodyPlace = new Place();
  readonly headPlace = new Place();
  person: number | undefined;
  head: number | undefined;
  /** Headwear was detected on the body since the bare head was. */
  #wasCovered = false;

  constructor(incident: IncidentState) {
    this.incident = incident;
  }

  count(evidence: Evidence): void {
    this.#counts[evidence] += 1;
  }

  see(person: Track | undefined, head: Head | undefined): void {
    if (person !== undefined) {
      this.person = person.id;
      if (isDetected(person)) this.bodyPlace.see(person.box, person.lastSeenMs);
    }
    if (head?.covered === true) this.#wasCovered = true;
    if (head?.covered === false) {
      this.#wasCovered = false;
      this.head = head.track.id;
      this.headPlace.see(head.track.box, head.track.lastSeenMs);
    }
  }

  /**
   * Whether a bare head is that of somebody else: it is not the one that was detected before, and headwear was detected
   * on the body since. The tracks of two bodies changed places.
   */
  isAnothers({ track }: Head): boolean {
    return this.#wasCovered && this.head !== track.id && !this.headPlace.isNear(track.box);
  }

  /** Where the person stood still when last seen; undefined where the person was moving. */
  get stillAt(): Box | undefined {
    return [this.bodyPlace, this.headPlace].find((place) => place.isStill)?.box;
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

/** One frame: the tracked bodies by their ids, and the cases that were judged already. */
interface Scene {
  readonly frame: FrameRef;
  readonly bodies: ReadonlyMap<number, Track>;
  /** All tracks of bodies and bare heads, and those of bare heads that are detected, with their bodies. */
  readonly live: ReadonlySet<number>;
  readonly bare: ReadonlySet<number>;
  readonly judged: Set<PersonCase>;
}

/**
 * What a frame shows of a person is headwear present, absent or not visible; only the first two are observations. A bare
 * head on which no person's box fits counts as a person of its own, so that nobody is overlooked when a body is not
 * detected. When the body is detected later, the incident continues as that person's. A person who stood still and whose
 * tracks were lost is the one who is detected at that place again.
 */
export class MissingHeadwearJudge implements Judge {
  readonly incidents: IncidentTracker<PersonCase>;
  readonly #setup: JudgeSetup<MissingHeadwearOptions>;

  constructor(setup: JudgeSetup<MissingHeadwearOptions>) {
    this.#setup = setup;
    this.incidents = new IncidentTracker(setup.facts);
  }

  judge(frame: FrameRef, tracks: readonly Track[]): RuleOutput[] {
    const { options, hysteresis, occluders } = this.#setup;
    const { labels, personLabels, headwearLabels } = options;
    const persons = tracks.filter((track) => track.confirmed && personLabels.includes(track.label));
    const bare = tracks.filter(({ label, score }) => labels.includes(label) && hysteresis.hasScore(score, true));
    const covered = tracks.filter((track) => headwearLabels.includes(track.label));
    const heads = headsOf(covered.filter(isDetected), bare.filter(isDetected));
    const headOf = assignHeads(persons, heads);
    const isBare = (person: Track): boolean => headOf.get(person.id)?.covered === false;
    const scene: Scene = {
      frame,
      bodies: new Map(persons.map((person) => [person.id, person])),
      live: new Set([...persons, ...bare].map(({ id }) => id)),
      bare: new Set([
        ...heads.flatMap(({ track, covered: isCovered }) => (isCovered ? [] : [track.id])),
        ...persons.filter(isBare).map(({ id }) => id),
      ]),
      judged: new Set(),
    };
    // Bare heads first, so that a case is found by its bare head before it is found by the body that it belonged to.
    const inOrder = [...persons.filter(isBare), ...persons.filter((person) => !isBare(person))];
    const outputs = inOrder.flatMap((person) => this.#judgePerson(scene, person, headOf.get(person.id)));
    const assigned = new Set(headOf.values());
    for (const head of heads) {
      if (assigned.has(head) || head.covered || isPartOfHead(head, persons, headOf)) continue;
      outputs.push(...this.#judgePerson(scene, undefined, head));
    }
    this.#keepHidden(bare, scene.judged);
    const isHidden = (subject: PersonCase): boolean => {
      const place = subject.stillAt;
      return place !== undefined && occluders.hides(subject, place);
    };
    return [...outputs, ...this.incidents.expireUnseen(frame.atMs, scene.judged, 'object_lost', isHidden)];
  }

  #judgePerson(scene: Scene, person: Track | undefined, head: Head | undefined): RuleOutput[] {
    const { frame } = scene;
    const { hysteresis } = this.#setup;
    const known = this.#find(scene, person, head);
    const isOpen = known?.incident.isOpen === true;
    const inZone = this.#isInZone(frame, person, head, isOpen);
    // A detection that is too faint to begin a track keeps an event open, and opens none.
    const isBare =
      head?.covered === false && hysteresis.hasScore(head.track.score, isOpen) && (isOpen || head.track.weak !== true);
    const evidence: Evidence = isBare ? 'absent' : head?.covered === true ? 'present' : 'not_visible';
    if (known === undefined && !(inZone && evidence === 'absent')) return [];
    const subject = known ?? this.incidents.add(new PersonCase(this.incidents.newIncident()));
    scene.judged.add(subject);
    if (isBare && !subject.incident.isOpen && subject.isAnothers(head)) {
      this.incidents.forget(subject);
      return this.#judgePerson(scene, person, head);
    }
    subject.see(person, head);
    subject.count(evidence);
    if (!inZone || evidence === 'present') {
      return this.incidents.observe(subject, frame.atMs, { condition: false, reason: 'cleared' });
    }
    // A head that is not visible is no observation.
    if (head === undefined || !isBare) return [];
    return this.incidents.observe(subject, frame.atMs, { condition: true, sighting: head.track });
  }

  #isInZone(frame: FrameRef, person: Track | undefined, head: Head | undefined, isOpen: boolean): boolean {
    const { hysteresis } = this.#setup;
    if (person !== undefined) return hysteresis.isInZone(footOf(person.box, frame), person.box, frame, isOpen);
    if (head === undefined) return false;
    const { box } = head.track;
    const points = [centreOf(box, frame), feetBelow(head, frame)];
    return points.some((point) => hysteresis.isInZone(point, box, frame, isOpen));
  }

  /** The case of this person, by body or by bare head. Of two, the one whose incident is open. */
  #find(scene: Scene, person: Track | undefined, head: Head | undefined): PersonCase | undefined {
    let found: PersonCase | undefined;
    for (const subject of this.incidents.subjects) {
      if (scene.judged.has(subject)) continue;
      const byPerson = person !== undefined && subject.person === person.id;
      const byHead = head?.covered === false && subject.head === head.track.id && isOrphan(subject, head, scene);
      if (!byPerson && !byHead) continue;
      if (found === undefined || (subject.incident.isOpen && !found.incident.isOpen)) found = subject;
      else if (byPerson && subject.incident.isOpen === found.incident.isOpen) found = subject;
    }
    return found ?? this.#findAgain(scene, person, head);
  }

  /**
   * The case of a person who stood still at this place when body and head were lost, or whose bare head was here until
   * the tracks passed to somebody who walked past.
   */
  #findAgain(scene: Scene, person: Track | undefined, head: Head | undefined): PersonCase | undefined {
    return [...this.incidents.subjects].find((subject) => {
      if (!subject.incident.isActive || scene.judged.has(subject)) return false;
      const { person: body, head: bareHead } = subject;
      const has = (ids: ReadonlySet<number>, id: number | undefined): boolean => id !== undefined && ids.has(id);
      if (head?.covered === false && subject.headPlace.isAt(head.track.box, SWAPPED_MS)) {
        const isElsewhere = has(scene.bare, body) || (bareHead !== head.track.id && has(scene.bare, bareHead));
        if (!isElsewhere) return true;
      }
      if (has(scene.live, body) || has(scene.live, bareHead)) return false;
      return person !== undefined && subject.bodyPlace.isAt(person.box);
    });
  }

  /** A bare head that was missed only now is neither an observation nor gone. */
  #keepHidden(bare: readonly Track[], judged: Set<PersonCase>): void {
    const hidden = new Set(bare.filter((track) => !isDetected(track)).map((track) => track.id));
    for (const subject of this.incidents.subjects) {
      if (subject.head !== undefined && hidden.has(subject.head)) judged.add(subject);
    }
  }
}

/**
 * Whether a bare head of the case is no longer on the body of the case. The track of a head that jumps to another person
 * does not take the case along. A head that stayed where it was does, when the body is missed or has moved away: the
 * tracks of the bodies changed places, as they do when people cross.
 */
function isOrphan(subject: PersonCase, head: Head, { bodies }: Scene): boolean {
  const body = subject.person === undefined ? undefined : bodies.get(subject.person);
  if (body === undefined) return true;
  if (!subject.headPlace.isNear(head.track.box)) return false;
  return !isDetected(body) || (!subject.bodyPlace.isAt(body.box) && !isHeadOf(body.box, head.track.box));
}

function isDetected(track: Track): boolean {
  return track.missed === 0;
}

function feetBelow(head: Head, frame: FrameRef): ReturnType<typeof footOf> {
  const [x1, y1, x2, y2] = head.track.box;
  return footOf([x1, y1, x2, y2 + HEADS_TO_FOOT * (y2 - y1)], frame);
}
