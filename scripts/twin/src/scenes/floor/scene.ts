import { type Incident, occurrences, overlaps } from '../incident.ts';
import type { FloorCamera, Line } from '../line.ts';
import { type Canvas, Random } from '../../raster/index.ts';
import type { Play } from '../stage.ts';
import type { TruthEvent } from '../truth.ts';
import { type Mount, mountFor } from '../view.ts';
import { drawFloorHall, type FloorHall, floorHall, floorScale } from './hall.ts';
import type { Mess } from './mess.ts';
import type { Passer } from './passer.ts';
import { cleanerAt, cleaningsOf, type RoutineCleaning } from './routine-cleaning.ts';
import { type FloorMoment, type LyingMess, makeMess, makePasser, paintFloor } from './play.ts';

const SPREAD_SECONDS = 1.5;
const WIPE_SECONDS = 2.5;
const WALK = 120;
const OUTSIDE = 110;
const LONGEST_WALK = 12;

interface Accident {
  readonly mess: Mess;
  readonly from: number;
  readonly to: number;
  readonly cleaner: Pick<Passer, 'trousers' | 'boots' | 'mop'>;
  readonly side: 1 | -1;
}

/** A floor on which things are spilled and dropped, lie for a while, and are cleaned away. */
export class FloorScene implements Play {
  readonly mount: Mount;
  readonly #camera: FloorCamera;
  readonly #seed: readonly [number, string];
  readonly #period: number;
  readonly #hall: FloorHall;

  constructor(line: Line, camera: FloorCamera) {
    const random = new Random('scene', line.seed, camera.id);
    this.#camera = camera;
    this.#seed = [line.seed, camera.id];
    this.#period = line.periodSeconds;
    this.mount = mountFor(random, 'line');
    this.#hall = floorHall(random, 'line');
  }

  backdrop(canvas: Canvas): void {
    drawFloorHall(canvas, this.#hall);
  }

  subjects(canvas: Canvas, seconds: number): void {
    const accidents = this.#accidents(seconds - LONGEST_WALK, seconds + LONGEST_WALK);
    const messes = accidents.flatMap((accident) => lying(accident, seconds));
    const cleaners = accidents.flatMap((accident) => cleaning(accident, seconds));
    const at = (one: RoutineCleaning): Passer[] => cleanerAt(one, this.#hall.edge, seconds);
    const moment: FloorMoment = {
      messes,
      passers: [...cleaners, ...this.#routine(seconds, seconds).flatMap(at), ...this.#passers(seconds)],
      shadows: this.#shadows(seconds),
    };
    paintFloor(canvas, moment);
  }

  incidents(from: number, to: number): Incident[] {
    const found = this.#accidents(from, to).map(
      (accident): Incident => ({
        camera: this.#camera.id,
        kind: 'sanitation',
        label: accident.mess.label,
        objectId: accident.mess.objectId,
        startSeconds: accident.from,
        endSeconds: accident.to,
      }),
    );
    return found.filter((incident) => overlaps(incident, from, to));
  }

  /** Cleanings by schedule; a spill and its wiping are an incident. */
  events(from: number, to: number): TruthEvent[] {
    return this.#routine(from, to).map((one) => ({
      kind: 'cleaning',
      camera: this.#camera.id,
      subject: one.subject,
      start: one.from,
      end: one.to,
      attributes: {},
    }));
  }

  #routine(from: number, to: number): RoutineCleaning[] {
    return cleaningsOf(this.#camera.cleanings ?? [], this.#seed, this.#period, from, to);
  }

  #accidents(from: number, to: number): Accident[] {
    const { incidents } = this.#camera;
    const longest = Math.max(0, ...incidents.map((incident) => incident.seconds));
    return occurrences(incidents, this.#period, from - longest, to).map(({ declared, key, at }) => {
      const random = new Random(...this.#seed, 'mess', key);
      const x = random.between(130, 510);
      const mess = makeMess(
        random,
        declared.kind,
        `${declared.kind}-${key}`,
        x,
        random.between(this.#hall.edge + 90, 310),
      );
      const cleaner = makePasser(random, declared.kind === 'spill');
      return { mess, from: at, to: at + declared.seconds, cleaner, side: random.sign() };
    });
  }

  /** People who only walk through; every second one carries a mop although nothing needs wiping. */
  #passers(seconds: number): Passer[] {
    const rate = this.#camera.passersPerMinute;
    if (rate <= 0) return [];
    const gap = 60 / rate;
    const found: Passer[] = [];
    for (let n = Math.max(0, Math.floor((seconds - LONGEST_WALK) / gap)); n * gap <= seconds; n += 1) {
      const random = new Random(...this.#seed, 'passer', n);
      const startSeconds = (n + random.next()) * gap;
      const heading = random.sign();
      const y = random.between(this.#hall.edge + 60, 345);
      const scale = floorScale(y);
      const way = (seconds - startSeconds) * WALK * scale;
      if (way < 0 || way > 640 + 2 * OUTSIDE) continue;
      const x = heading === 1 ? way - OUTSIDE : 640 + OUTSIDE - way;
      found.push({
        ...(this.#camera.cleanings ? { objectId: `passer-${n}` } : {}),
        ...makePasser(random, random.chance(0.5)),
        x,
        y,
        scale,
        heading,
        phase: way / (42 * scale),
        swing: 1,
      });
    }
    return found;
  }

  #shadows(seconds: number): FloorMoment['shadows'] {
    const [a, b] = [Math.sin(seconds / 17 + this.#seed[0]), Math.sin(seconds / 7.3)];
    return [{ x: 320 + 300 * a, y: 200 + 60 * b, rx: 120, ry: 46, alpha: 0.22 + 0.1 * b }];
  }
}

function lying(accident: Accident, seconds: number): LyingMess[] {
  const { mess, from, to } = accident;
  if (seconds < from || seconds >= to) return [];
  if (mess.label === 'litter') return [{ mess, grown: 1 }];
  const spread = Math.min(1, 0.2 + (0.8 * (seconds - from)) / SPREAD_SECONDS);
  return [{ mess, grown: Math.min(spread, 0.05 + (to - seconds) / WIPE_SECONDS) }];
}

/** A cleaner enters from the side, wipes until the floor is clean, and walks on. */
function cleaning(accident: Accident, seconds: number): Passer[] {
  const { mess, to, cleaner, side } = accident;
  const scale = floorScale(mess.y);
  const speed = WALK * scale;
  const wipes = mess.label === 'spill' ? WIPE_SECONDS : 0.6;
  const place = mess.x - side * (mess.label === 'spill' ? mess.size * scale + 34 : 6);
  const away = side === 1 ? place + OUTSIDE : 640 + OUTSIDE - place;
  const before = Math.max(0, to - wipes - seconds) * speed;
  const after = Math.max(0, seconds - to - 0.4) * speed;
  if (before > away || after > 640 + 2 * OUTSIDE) return [];
  const still = before === 0 && after === 0;
  const sweep = still ? Math.sin((seconds - to) * 5) : 0;
  const mop = cleaner.mop ? { ...cleaner.mop, dx: side * (70 + 34 * sweep), dy: 8 } : undefined;
  const x = place - side * before + side * after;
  return [
    {
      ...cleaner,
      mop,
      x,
      y: mess.y + 12,
      scale,
      heading: side,
      phase: (before + after) / (42 * scale),
      swing: still ? 0 : 1,
    },
  ];
}
