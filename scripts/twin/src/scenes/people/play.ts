import { type Canvas, Random } from '../../raster/index.ts';
import type { Play } from '../stage.ts';
import { mountFor } from '../view.ts';
import { drawPerson } from './draw-person.ts';
import { bodyHeight, drawPeopleHall, drawTable, type PeopleHall } from './hall.ts';
import { dressed, GARMENTS } from './garments.ts';
import { HEADWEAR, makePerson, type Person, type Pose } from './person.ts';

export interface StandingPerson {
  readonly person: Person;
  readonly pose: Pose;
}

/** Paints people and tables from the farthest to the nearest. */
export function paintPeople(canvas: Canvas, hall: PeopleHall, people: readonly StandingPerson[]): void {
  const layers = [
    ...people.map(({ person, pose }) => ({ depth: pose.y, draw: () => drawPerson(canvas, person, pose) })),
    ...hall.tables.map((table) => ({ depth: table.foot, draw: () => drawTable(canvas, table) })),
  ];
  for (const layer of layers.sort((a, b) => a.depth - b.depth)) layer.draw();
}

/**
 * A training picture: nobody to seven people, bare heads as often as covered ones. With `clothes`, a seed, each garment is
 * a part with a label of its own, and every third is missing. */
export function trainingPeople(random: Random, hall: PeopleHall, clothes?: readonly (number | string)[]): Play {
  const mount = mountFor(random, 'training');
  const people: StandingPerson[] = [];
  const count = random.chance(0.05) ? 0 : random.pick([1, 1, 2, 2, 3, 3, 4, 5, 7]);
  for (let k = 0; k < count; k += 1) {
    const headwear = random.chance(0.42) ? undefined : random.pick(HEADWEAR);
    const person = clothed(makePerson(random, `person-${k}`, headwear), k, clothes);
    const walks = random.chance(0.5);
    const y = random.between(hall.horizon + 14, 372);
    const pose: Pose = {
      x: random.between(-10, 650),
      y,
      size: bodyHeight(hall, y),
      facing: random.pick(walks ? [1, -1, 1, -1, 0, 2] : [0, 0, 0, 2, 1, -1]),
      phase: random.between(0, Math.PI * 2),
      swing: walks ? random.between(0.7, 1) : 0,
      reach: walks ? 0 : random.pick([0, 0.5, 1]),
    };
    people.push({ person, pose });
  }
  return {
    mount,
    backdrop: (canvas) => drawPeopleHall(canvas, hall),
    subjects: (canvas) => paintPeople(canvas, hall, people),
  };
}

function clothed(person: Person, k: number, clothes: readonly (number | string)[] | undefined): Person {
  if (!clothes) return person;
  const random = new Random('clothes', ...clothes, k);
  const without = GARMENTS.filter(() => random.chance(1 / 3));
  return dressed(person, without, ...clothes, k);
}
