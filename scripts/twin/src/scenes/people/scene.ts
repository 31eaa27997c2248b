import { type Incident, occurrences, overlaps } from '../incident.ts';
import type { Line, PeopleCamera } from '../line.ts';
import { type Canvas, Random } from '../../raster/index.ts';
import type { Play } from '../stage.ts';
import { type Mount, mountFor } from '../view.ts';
import { drawPeopleHall, type PeopleHall, peopleHall } from './hall.ts';
import { paintPeople, type StandingPerson } from './play.ts';
import { planVisit, poseAt, type Visit } from './visit.ts';

const SHORTEST_RANDOM = 9;
const LONGEST_RANDOM = 20;

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
      if (visit.person.headwear) continue;
      found.push({
        camera: this.#camera.id,
        kind: 'personnel_violation',
        label: 'bare_head',
        objectId: visit.person.objectId,
        startSeconds: visit.from,
        endSeconds: visit.to,
      });
    }
    return found.filter((incident) => overlaps(incident, from, to));
  }

  /** Visits that may be in the hall at some time in [from, to]. */
  #visits(from: number, to: number): Visit[] {
    const scripted = occurrences(this.#camera.visits, this.#period, from - this.#longest, to).map((visit) => ({
      key: visit.key,
      from: visit.at,
      seconds: visit.declared.seconds,
      headwear: visit.declared.headwear,
      index: visit.index,
    }));
    const plans = [...scripted, ...this.#randomPlans(from - this.#longest, to)];
    return plans.map((plan) => planVisit(this.#hall, this.#seed, plan));
  }

  /** One place for a random visit per minute and declared rate; rates below one leave some places empty. */
  #randomPlans(from: number, to: number): Parameters<typeof planVisit>[2][] {
    const rate = this.#camera.visitsPerMinute;
    if (rate <= 0) return [];
    const gap = 60 / rate;
    const plans = [];
    for (let n = Math.max(0, Math.floor(from / gap)); n * gap < to; n += 1) {
      const random = new Random(...this.#seed, 'random-visit', n);
      const at = (n + random.between(0, 0.8)) * gap;
      const bare = random.chance(this.#camera.violationRate);
      const seconds = random.between(SHORTEST_RANDOM, LONGEST_RANDOM);
      plans.push({
        key: `r${n}`,
        from: at,
        seconds,
        headwear: bare ? ('none' as const) : ('any' as const),
        index: n + 3,
      });
    }
    return plans;
  }
}
