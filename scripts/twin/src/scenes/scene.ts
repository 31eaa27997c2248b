import { FloorScene } from './floor/scene.ts';
import type { Incident } from './incident.ts';
import { type CameraDeclaration, type Line, LineError } from './line.ts';
import { PeopleScene } from './people/scene.ts';
import { ProductScene } from './product/scene.ts';
import { shiftAt } from '../plant/index.ts';
import { type Box, type Optics, Random } from '../raster/index.ts';
import { type Play, Stage } from './stage.ts';
import type { TruthEvent } from './truth.ts';
import { lookOf, underConditions } from '../styles/index.ts';
import { opticsFor, drifted } from './view.ts';

type ScriptedPlay = Play & {
  incidents(fromSeconds: number, toSeconds: number): Incident[];
  events(fromSeconds: number, toSeconds: number): TruthEvent[];
};

function playFor(line: Line, camera: CameraDeclaration): ScriptedPlay {
  switch (camera.scene) {
    case 'product':
      return new ProductScene(line, camera);
    case 'people':
      return new PeopleScene(line, camera);
    case 'floor':
      return new FloorScene(line, camera);
  }
}

/**
 * One camera of a simulated line. Frame n shows stream time n / fps and depends on nothing but the declaration, the
 * camera and n: the same picture live, in a file, and in any order.
 */
export class Scene {
  readonly cameraId: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Bytes of one frame. */
  readonly frameBytes: number;
  readonly #play: ScriptedPlay;
  readonly #stage: Stage;
  readonly #optics: Optics;
  readonly #shifts: {
    readonly plant: Line['plant'];
    readonly light: CameraDeclaration['light'];
  };
  readonly #phase: number;
  readonly #exposureSeconds: number;
  #painted = -1;

  /** Throws LineError when the line has no such camera. */
  constructor(line: Line, cameraId: string) {
    const camera = line.cameras.find((one) => one.id === cameraId);
    if (!camera) {
      const known = line.cameras.map((one) => one.id).join(', ');
      throw new LineError(`the line has no camera ${cameraId}; it has ${known}`);
    }
    const random = new Random('camera', line.seed, cameraId);
    this.cameraId = cameraId;
    const size = camera.size ?? line.size;
    this.width = size.width;
    this.height = size.height;
    this.fps = line.fps;
    this.frameBytes = this.width * this.height * 3;
    this.#play = playFor(line, camera);
    const look = lookOf(camera.style ?? 'plain', new Random('look', line.seed, cameraId));
    this.#stage = new Stage(this.#play, this.width, this.height, look);
    this.#optics = underConditions(opticsFor(random, 'line'), camera.conditions ?? []);
    this.#shifts = { plant: line.plant, light: camera.light };
    this.#exposureSeconds = (camera.exposureMs ?? 0) / 1000;
    this.#phase = random.between(0, Math.PI * 2);
  }

  /** Writes frame `frameIndex` to `out`: RGB24, `frameBytes` bytes. */
  render(frameIndex: number, out: Uint8Array): void {
    if (out.length !== this.frameBytes) throw new RangeError(`a frame has ${this.frameBytes} bytes, not ${out.length}`);
    this.#paint(frameIndex);
    const seconds = frameIndex / this.fps;
    this.#stage.develop(drifted(this.#lit(seconds), seconds, this.#phase), frameIndex, out);
  }

  /** What frame `frameIndex` shows, hidden parts left out of the boxes. */
  truth(frameIndex: number): Box[] {
    this.#paint(frameIndex);
    return this.#stage.boxes();
  }

  /** All incidents that overlap [fromSeconds, toSeconds) of stream time, with their full duration. */
  incidents(fromSeconds: number, toSeconds: number): Incident[] {
    return this.#play.incidents(fromSeconds, toSeconds);
  }

  /** Everything that is true of this camera and overlaps [fromSeconds, toSeconds), in order of its start. */
  events(fromSeconds: number, toSeconds: number): TruthEvent[] {
    const incidents = this.incidents(fromSeconds, toSeconds).map(eventOf);
    const others = this.#play
      .events(fromSeconds, toSeconds)
      .filter(({ start, end }) => start < toSeconds && end >= fromSeconds && end > 0);
    return [...incidents, ...others].sort((a, b) => a.start - b.start || a.end - b.end);
  }

  /** The camera's optics in the light of the moment's shift. */
  #lit(seconds: number): Optics {
    const { plant, light } = this.#shifts;
    const condition = plant && light ? light[shiftAt(plant, seconds).name] : undefined;
    return condition === undefined ? this.#optics : underConditions(this.#optics, [condition]);
  }

  #paint(frameIndex: number): void {
    if (frameIndex === this.#painted) return;
    const seconds = frameIndex / this.fps;
    const half = this.#exposureSeconds / 2;
    if (half > 0) this.#stage.expose(seconds - half, seconds + half);
    else this.#stage.paint(seconds);
    this.#painted = frameIndex;
  }
}

function eventOf(incident: Incident): TruthEvent {
  const { camera, kind, label, detail, objectId, startSeconds, endSeconds, inspectableFrom, inspectableTo } = incident;
  return {
    kind,
    camera,
    subject: objectId,
    start: startSeconds,
    end: endSeconds,
    attributes: {
      label,
      ...(detail === undefined ? {} : { detail }),
      ...(inspectableFrom === undefined ? {} : { inspectableFrom }),
      ...(inspectableTo === undefined ? {} : { inspectableTo }),
    },
  };
}
