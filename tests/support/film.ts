import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Box, type Incident, loadLine } from '@lineside/twin';
import { renderFile } from '@lineside/twin';
import { LINESIDE } from './built.ts';
import { NODE, runProcess } from './processes.ts';

/** What the twin wrote beside a film: everything it shows. */
interface Truth {
  readonly fps: number;
  readonly incidents: readonly Incident[];
  readonly frames: readonly { readonly frame: number; readonly seconds: number; readonly boxes: readonly Box[] }[];
}

export interface Film {
  readonly camera: string;
  readonly path: string;
  readonly seconds: number;
  readonly incidents: readonly Shown[];
}

/** An incident with the times at which its own picture can really be seen. Seconds of the film. */
export interface Shown extends Incident {
  readonly visibleFrom: number;
  readonly visibleTo: number;
  /** Where it is in each frame in which it can be seen. */
  readonly places: readonly (Pick<Box, 'x1' | 'y1' | 'x2' | 'y2'> & { readonly frame: number })[];
  /** Seconds in which it can be seen, breaks left out. */
  readonly visibleSeconds: number;
}

/** Less of a thing than this is not expected to be recognised. */
const VISIBLE = 0.5;

/** Renders a film of each camera of the demonstration's line, `seconds` long, with its truth. */
export async function renderFilms(folder: string, seconds: number): Promise<readonly Film[]> {
  const line = await loadLine(new URL('../../scripts/twin/line.yaml', import.meta.url).pathname);
  const films: Film[] = [];
  for (const { id: cameraId } of line.cameras) {
    const [out, truth] = [join(folder, `${cameraId}.mp4`), join(folder, `${cameraId}.json`)];
    await renderFile({ line, cameraId, seconds, out, truth }, new AbortController().signal, () => undefined);
    const reported = JSON.parse(await readFile(truth, 'utf8')) as Truth;
    const incidents = reported.incidents.map((incident) => shown(incident, reported));
    films.push({ camera: cameraId, path: out, seconds, incidents });
  }
  return films;
}

function shown(incident: Incident, { frames, fps }: Truth): Shown {
  const { objectId, label } = incident;
  // What shows it is the object itself or a part of it: a bottle's crack, a person's bare head.
  const shows = (box: Box): boolean => box.objectId === objectId || box.objectId.startsWith(`${objectId}/`);
  const places = frames.flatMap(({ frame, boxes }) => {
    const box = boxes.find((one) => one.label === label && shows(one) && one.visible >= VISIBLE);
    return box === undefined ? [] : [{ frame, x1: box.x1, y1: box.y1, x2: box.x2, y2: box.y2 }];
  });
  return {
    ...incident,
    visibleFrom: (places[0]?.frame ?? Number.POSITIVE_INFINITY) / fps,
    visibleTo: (places.at(-1)?.frame ?? Number.NEGATIVE_INFINITY) / fps,
    visibleSeconds: places.length / fps,
    places,
  };
}

/**
 * In which fraction of the frames that show the incident the model sees it, given the film's frames one by one: what the
 * model alone can do, with no camera, tracker or rule between.
 */
export async function shareSeenBy(model: string, film: Film, { label, places }: Shown): Promise<number> {
  const args = [LINESIDE, 'detect', '--model', model, film.path, '--json'];
  const { stdout, stderr, code } = await runProcess(NODE, args, { withinMs: 120_000 });
  if (code !== 0) throw new Error(`lineside detect ended with ${String(code)}: ${stderr}`);
  const found = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => Detected.parse(JSON.parse(line)))
      .map(({ frame, detections }) => [frame, detections.filter((one) => one.label === label)]),
  );
  const seen = places.filter(({ frame, x1, y1, x2, y2 }) =>
    found.get(frame)?.some(({ box: [a, b, c, d] }) => {
      const [x, y] = [(a + c) / 2, (b + d) / 2];
      return x > x1 - NEAR && x < x2 + NEAR && y > y1 - NEAR && y < y2 + NEAR;
    }),
  );
  return seen.length / places.length;
}

/** Pixels by which a detection's middle may lie beside its truth. */
const NEAR = 20;
const Detected = z.object({
  frame: z.number(),
  detections: z.array(z.object({ label: z.string(), box: z.tuple([z.number(), z.number(), z.number(), z.number()]) })),
});
