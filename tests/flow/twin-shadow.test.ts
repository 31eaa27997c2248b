import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { compareSightings, filmBelt, type Sightings } from '../../bench/shadow/twin-shadow.ts';
import { shippedModel, sightingsOfShipped, sightingsOfWorse } from '../../bench/shadow/worse-models.ts';
import { addFigures, judgeShadow, showsEnough, type ShadowFigures, unsteadyOf } from '../../edge/src/shadow/index.ts';
import type { Shadow } from '../../edge/src/updates/index.ts';
import { tempDir } from '../support/temp-dir.ts';
import { ReleasePublisher, UpdateDevice } from '../support/update-world.ts';

/** What the line gives the update machine, from figures of the same comparison. */
function shadowOf(figures: ShadowFigures): Shadow {
  const { results, differing, steady, found, added, failed } = addFigures([figures]);
  const unsteady = { current: unsteadyOf(figures, 'current'), candidate: unsteadyOf(figures, 'candidate') };
  return {
    figures: () => ({
      ...{ results, differing, steady, found, added, unsteady, failed: failed.candidate, pictures: 0 },
      compared: showsEnough(figures),
    }),
    failure: () => undefined,
    judge: () => judgeShadow(figures),
    end: async () => undefined,
  };
}

it('of two models on the belt of the twin the better one is promoted and the worse one is refused', async () => {
  await using dir = await tempDir();
  const signal = AbortSignal.timeout(600_000);
  const film = await filmBelt(dir.path, 24, signal);
  const model = await shippedModel(signal);
  const good = await sightingsOfShipped(model, film, signal);
  const at = { film, folder: dir.path };
  // One that leaves out what it is not sure of, and one that was compressed too far, so that it wavers and invents.
  const timid = await sightingsOfWorse(model, { kind: 'threshold', score: 0.85 }, at, signal);
  const compressed = await sightingsOfWorse(model, { kind: 'pruned', fraction: 0.1 }, at, signal);

  const publisher = await ReleasePublisher.open(dir.join('vendor'));
  const repository = {
    root: await readFile(publisher.folder.metadata('1.root.json')),
    at: publisher.folder.public,
  };
  let version = 0;
  /** How an update from one to the other ends on a device that runs the first. */
  const update = async (current: Sightings, candidate: Sightings) => {
    const figures = compareSightings(current, candidate);
    const shadow = async (): Promise<Shadow> => shadowOf(figures);
    const device = await new UpdateDevice(dir.join(`data-${version}`), repository, { shadow }).prepare();
    const target = await publisher.model(`1.${version++}.0`);
    const { state, shadow: record } = await device.machine.install({ target, origin: { kind: 'repository' } }, signal);
    expect(record?.compared).toBe(true);
    return { state, verdict: record?.verdict, reason: record?.reason ?? '' };
  };
  const promoted = { state: 'committed', verdict: 'promoted' };
  const refused = { state: 'failed', verdict: 'refused' };
  expect(await update(timid, good)).toMatchObject(promoted);
  expect(await update(compressed, good)).toMatchObject(promoted);
  expect(await update(good, good)).toMatchObject(promoted);
  const worse = await update(good, timid);
  expect(worse).toMatchObject(refused);
  expect(worse.reason).toMatch(/of what the current model sees steadily/);
  const invents = await update(good, compressed);
  expect(invents).toMatchObject(refused);
  expect(invents.reason).toMatch(/of its detections are unsteady/);
});
