import { type Incident, overlaps } from '../incident.ts';
import type { TruthEvent } from '../truth.ts';
import type { Line, PeopleCamera } from '../line.ts';
import { type Canvas, Random } from '../../raster/index.ts';
import type { Play } from '../stage.ts';
import { type Mount, mountFor, UNITS } from '../view.ts';
import { drawPeopleHall, type PeopleHall, peopleHall } from './hall.ts';
import { GARMENT_LABELS, GARMENTS } from './garments.ts';
import { LONGEST_RANDOM, plansOf } from './plans.ts';
import { paintPeople, type StandingPerson } from './play.ts';
import { planVisit, poseAt, type Visit, walkOf } from './visit.ts';

/** A packing hall that people enter, work in and leave. */
export class PeopleScene implements Play {
  readonly mount: Mount;
  readonly #camera: PeopleCamera;
  readonly #seed: readonly [number, string];
  readonly #period: number;
  readonly #hall: PeopleHall;
  readonly #longest: number;

  constructor(line: Line, camera: PeopleCamera) {
    const random = new Random('scene', line.seed, camera.id);
    this.#camera = camera;
    this.#seed = [line.seed, camera.id];
    this.#period = line.periodSeconds;
    this.mount = mountFor(random, 'line');
    this.#hall = peopleHall(random, 'line');
    this.#longest = Math.max(LONGEST_RANDOM, ...camera.visits.map((visit) => visit.seconds));
  }

  backdrop(canvas: Canvas): void {
    drawPeopleHall(canvas, this.#hall);
  }

  subjects(canvas: Canvas, seconds: number): void {
    const people: StandingPerson[] = [];
    for (const visit of this.#visits(seconds - 3, seconds + 3)) {
      const pose = poseAt(this.#hall, visit, seconds);
      if (pose) people.push({ person: visit.person, pose });
    }
    paintPeople(canvas, this.#hall, people);
  }

  incidents(from: number, to: number): Incident[] {
    const found: Incident[] = [];
    for (const visit of this.#visits(from, to)) {
      for (const label of violationsOf(visit))
        found.push({
          camera: this.#camera.id,
          kind: 'personnel_violation',
          label,
          objectId: visit.person.objectId,
          startSeconds: visit.from,
          endSeconds: visit.to,
        });
    }
    return found.filter((incident) => overlaps(incident, from, to));
  }

  /** Everybody's time in the hall, and at their place of work. */
  events(from: number, to: number): TruthEvent[] {
    return this.#visits(from, to).flatMap((visit): TruthEvent[] => {
      const { arrives, departs } = walkOf(this.#hall, visit);
      const common = {
        camera: this.#camera.id,
        subject: visit.person.objectId,
      };
      const attributes = {
        lane: visit.lane,
        facing: visit.facing ?? 'any',
        headwear: visit.person.headwear ?? 'none',
        missing: violationsOf(visit).join(' '),
        place: Number((visit.station / UNITS.width).toFixed(3)),
      };
      return [
        {
          kind: 'presence',
          ...common,
          start: visit.from,
          end: visit.to,
          attributes,
        },
        {
          kind: 'operation',
          ...common,
          start: arrives,
          end: departs,
          attributes,
        },
      ];
    });
  }

  /** Visits that may be in the hall at some time in [from, to]. */
  #visits(from: number, to: number): Visit[] {
    return plansOf(this.#camera, this.#seed, this.#period, from - this.#longest, to).map((plan) =>
      planVisit(this.#hall, this.#seed, plan),
    );
  }
}

/** Labels of the parts that show what somebody does not wear. Garments count where each is a part of its own. */
function violationsOf({ person }: Visit): string[] {
  const worn = {
    mask: person.mask !== undefined,
    gloves: person.gloves !== undefined,
    coat: !person.withoutCoat,
  };
  const missing = person.detailed ? GARMENTS.filter((garment) => !worn[garment]) : [];
  return [...(person.headwear ? [] : ['bare_head']), ...missing.map((garment) => GARMENT_LABELS[garment].missing)];
}
