import { floorHall } from './floor/hall.ts';
import { trainingFloor } from './floor/play.ts';
import { peopleHall } from './people/hall.ts';
import { trainingPeople } from './people/play.ts';
import { productHall } from './product/hall.ts';
import { trainingBottles } from './product/play.ts';
import type { Random } from '../raster/index.ts';
import type { Play } from './stage.ts';

export const SCENES = ['product', 'people', 'floor'] as const;
export type SceneKind = (typeof SCENES)[number];

/** A random picture of a kind of camera, for training. `clothes`: see trainingPeople. */
export function trainingPlay(kind: SceneKind, random: Random, clothes?: readonly (number | string)[]): Play {
  switch (kind) {
    case 'product':
      return trainingBottles(random, productHall(random, 'training'));
    case 'people':
      return trainingPeople(random, peopleHall(random, 'training'), clothes);
    case 'floor':
      return trainingFloor(random, floorHall(random, 'training'));
  }
}
