import { footOf, type FrameRef, type RuleOutput, type Track } from '../../domain/index.ts';
import type { OtherTracks } from '../../pipeline/index.ts';
import type { Judge, JudgeSetup } from '../define-rule.ts';
import { IncidentTracker } from '../incidents/index.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { type Garment, garmentsOf } from './garments.ts';
import type { PpeOptions } from './options.ts';
import { PersonCase } from './person-case.ts';

/** What another model saw longer ago than this is about people who have moved on. */
const FRESH_MS = 1500;

/**
 * One incident per person, however many garments are missing. Each garment is judged by votes over several frames; what is
 * not visible is no vote. A person who stood still and whose track was lost is the one who is detected there again.
 */
export class PpeJudge implements Judge {
  readonly incidents: IncidentTracker<PersonCase>;
  readonly #setup: JudgeSetup<PpeOptions>;
  readonly #garments: readonly Garment[];
  /** Of each other model: the frame of its latest result that was judged, which must not vote again. */
  readonly #judgedMs = new Map<string, number>();

  constructor(setup: JudgeSetup<PpeOptions>) {
    this.#setup = setup;
    this.#garments = garmentsOf(setup.options);
    this.incidents = new IncidentTracker(setup.facts);
  }

  judge(frame: FrameRef, tracks: readonly Track[], others: readonly OtherTracks[]): RuleOutput[] {
    const { options, hysteresis, occluders } = this.#setup;
    const persons = tracks.filter((track) => track.confirmed && options.labels.includes(track.label));
    const cases = this.#casesOf(persons);
    const hasScore = ({ score }: Track, person: Track): boolean =>
      hysteresis.hasScore(score, cases.get(person.id)?.incident.isOpen === true);
    const detected = this.#detected(frame.atMs, tracks, others);
    const shown = this.#garments.map((garment) => {
      const scene = { persons, personLabels: options.labels, picture: frame, hasScore };
      return { garment, found: evidenceOf(garment, { ...scene, detected: detected(garment.model) }) };
    });
    const evidence = new Map(
      persons.map(({ id }) => [
        id,
        new Map(
          shown.flatMap(({ garment, found }) => {
            const one = found.get(id);
            return one === undefined ? [] : [[garment.id, one] as const];
          }),
        ),
      ]),
    );
    this.#moveCases(persons, cases, evidence);
    const outputs = persons.flatMap((person) =>
      this.#judgePerson(frame, person, cases.get(person.id), evidence.get(person.id) ?? new Map<string, Evidence>()),
    );
    const live = new Set(persons.map(({ id }) => id));
    const present = new Set([...this.incidents.subjects].filter(({ person }) => live.has(person)));
    const isHidden = (subject: PersonCase): boolean => {
      const { box, isStill } = subject.place;
      return isStill && box !== undefined && occluders.hides(subject, box);
    };
    return [...outputs, ...this.incidents.expireUnseen(frame.atMs, present, 'object_lost', isHidden)];
  }

  #judgePerson(
    frame: FrameRef,
    person: Track,
    known: PersonCase | undefined,
    evidence: ReadonlyMap<string, Evidence>,
  ): RuleOutput[] {
    const isOpen = known?.incident.isOpen === true;
    const inZone = this.#setup.hysteresis.isInZone(footOf(person.box, frame), person.box, frame, isOpen);
    if (known === undefined && !inZone) return [];
    const subject = known ?? this.#begin(person);
    subject.see(person);
    subject.incident.stay(frame.atMs);
    const isObserved = subject.vote(evidence, frame.atMs, inZone);
    const { sighting, missing } = subject;
    if (inZone && missing.length > 0 && sighting !== undefined) {
      if (!isObserved) return [];
      const isNews = subject.takeNews() && isOpen;
      // It began with the first of the frames that decided, not with the last.
      const earlier = subject.incident.isActive ? [] : subject.missingBefore(frame.atMs);
      return [
        ...earlier.flatMap(({ atMs, isWorn }) =>
          this.incidents.observe(
            subject,
            atMs,
            isWorn ? { condition: false, reason: 'cleared' } : { condition: true, sighting },
          ),
        ),
        ...this.incidents.observe(subject, frame.atMs, { condition: true, sighting, isNews }),
      ];
    }
    // What is not visible is not worn either.
    if (inZone && !isObserved) return [];
    return this.incidents.observe(subject, frame.atMs, { condition: false, reason: 'cleared' });
  }

  #begin(person: Track): PersonCase {
    const garments = this.#garments.map(({ id }) => id);
    return this.incidents.add(new PersonCase(this.incidents.newIncident(), person.id, garments));
  }

  /** The case of each person, known by the track, else by the place at which the person stood still. */
  #casesOf(persons: readonly Track[]): Map<number, PersonCase> {
    const live = new Set(persons.map(({ id }) => id));
    const found = new Map<number, PersonCase>();
    const lost = new Set([...this.incidents.subjects].filter(({ person }) => !live.has(person)));
    for (const subject of this.incidents.subjects) if (live.has(subject.person)) found.set(subject.person, subject);
    for (const person of persons) {
      if (found.has(person.id)) continue;
      const again = [...lost].find(({ incident, place }) => incident.isActive && place.isAt(person.box));
      if (again === undefined) continue;
      lost.delete(again);
      found.set(person.id, again);
    }
    return found;
  }

  /**
   * Somebody who walks past a person can take over the track, and the track of a person who walks can be lost while that of
   * the bare head goes on. Where what was seen to be missing is seen on a person without an incident, and no longer on the one
   * whom the track follows now, the case goes to the former.
   */
  #moveCases(
    persons: readonly Track[],
    cases: Map<number, PersonCase>,
    evidence: ReadonlyMap<number, ReadonlyMap<string, Evidence>>,
  ): void {
    const lacks = (id: number): boolean => [...(evidence.get(id)?.values() ?? [])].some(({ isWorn }) => !isWorn);
    for (const { id } of persons) {
      const seen = evidence.get(id);
      const own = cases.get(id);
      if (seen === undefined || own?.incident.isActive === true) continue;
      const again = [...this.incidents.subjects].find(
        (subject) =>
          subject !== own && subject.incident.isActive && !lacks(subject.person) && subject.isSeenAgain(seen),
      );
      if (again === undefined) continue;
      const { person: left } = again;
      cases.set(id, again);
      // The two change places, so that what is known of the other goes with the other.
      if (own === undefined) cases.delete(left);
      else if (cases.has(left)) cases.set(left, own);
      else this.incidents.forget(own);
    }
  }

  /** What each model detected and has not been judged yet. */
  #detected(
    atMs: number,
    tracks: readonly Track[],
    others: readonly OtherTracks[],
  ): (model: string) => readonly Track[] {
    const fresh = new Map<string, readonly Track[]>();
    for (const { model, atMs: seenMs, tracks: seen } of others) {
      if (this.#judgedMs.get(model) === seenMs || Math.abs(atMs - seenMs) > FRESH_MS) continue;
      this.#judgedMs.set(model, seenMs);
      fresh.set(model, seen);
    }
    const { model: own } = this.#setup.options;
    return (model) => (model === own ? tracks : (fresh.get(model) ?? [])).filter(({ missed }) => missed === 0);
  }
}
