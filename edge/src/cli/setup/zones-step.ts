import { editCamera } from '../../config/index.ts';
import { coded } from '../exit.ts';
import { UsageError } from '../errors.ts';
import { parsePolygon } from '../polygon.ts';
import { drawZones } from '../draw-zones.ts';
import type { SetupSession } from './session.ts';

/** Zones of each camera: drawn on a page, typed, or the entire picture. */
export async function zonesStep(session: SetupSession): Promise<void> {
  const { flags, questions, texts } = session;
  for (const text of flags.zone) {
    const [, camera = onlyCamera(session, text), zone = text] = /^([\w.-]+):(.+)$/.exec(text) ?? [];
    await add(session, camera, zone);
  }
  for (const { id } of session.config.config.cameras) {
    while (questions.canAsk && flags.zone.length === 0) {
      const zones = session.config.config.cameras.find((camera) => camera.id === id)?.zones ?? [];
      const names = zones.map((zone) => zone.id).join(', ');
      const question = texts.askZones(id, names);
      const answer = await questions.ask(question, names === '' ? 'entire' : 'done');
      if (answer === 'entire' || answer === 'done') break;
      try {
        if (answer === 'draw') await draw(session, id);
        else await add(session, id, answer);
      } catch (error) {
        if (coded(error).code === 'unexpected' || session.context.io.signal.aborted) throw error;
        session.complain(error);
      }
    }
  }
  for (const { id, zones } of session.config.config.cameras) {
    session.say(`  ${id}: ${zones.length === 0 ? texts.entire : zones.map((zone) => zone.id).join(', ')}`);
  }
}

async function add(session: SetupSession, camera: string, text: string): Promise<void> {
  const { texts } = session;
  const [zone, polygon] = polygonOf(session, text);
  if (!session.config.config.cameras.some(({ id }) => id === camera)) {
    throw new UsageError(texts.noSuchCamera(camera), texts.writeZone);
  }
  const edit = { camera, zones: { [zone]: polygon }, masks: [], minScores: {} };
  await session.change(editCamera(session.config.text, edit));
}

function polygonOf(session: SetupSession, text: string): ReturnType<typeof parsePolygon> {
  try {
    return parsePolygon(text);
  } catch (error) {
    throw session.inOwnWords(error, session.texts.noZone(text), session.texts.writeZone);
  }
}

async function draw(session: SetupSession, camera: string): Promise<void> {
  const { context, sources } = session;
  await drawZones(context, { camera, path: context.configPath, sources, recording: undefined });
  await session.open();
}

function onlyCamera({ config: { config }, texts }: SetupSession, zone: string): string {
  const [first, ...others] = config.cameras;
  if (first !== undefined && others.length === 0) return first.id;
  throw new UsageError(texts.whichCameraOf(zone), texts.writeZone);
}
