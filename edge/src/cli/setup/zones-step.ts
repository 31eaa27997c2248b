import { editCamera } from '../../config/index.ts';
import { coded } from '../exit.ts';
import { UsageError } from '../errors.ts';
import { parsePolygon } from '../polygon.ts';
import { drawZones } from '../draw-zones.ts';
import type { SetupSession } from './session.ts';

/** Zones of each camera: drawn on a page, typed, or the entire picture. */
export async function zonesStep(session: SetupSession): Promise<void> {
  const { flags, questions } = session;
  for (const text of flags.zone) {
    const [, camera = onlyCamera(session, text), zone = text] = /^([\w.-]+):(.+)$/.exec(text) ?? [];
    await add(session, camera, zone);
  }
  for (const { id } of session.config.config.cameras) {
    while (questions.canAsk && flags.zone.length === 0) {
      const zones = session.config.config.cameras.find((camera) => camera.id === id)?.zones ?? [];
      const names = zones.map((zone) => zone.id).join(', ');
      const question = `Zones of ${id}${names === '' ? '' : ` (${names})`}: draw, name=x,y;x,y;x,y in fractions, or ${names === '' ? 'entire for the entire picture' : 'done'}`;
      const answer = await questions.ask(question, names === '' ? 'entire' : 'done');
      if (answer === 'entire' || answer === 'done') break;
      try {
        if (answer === 'draw') await draw(session, id);
        else await add(session, id, answer);
      } catch (error) {
        const { code, message, advice } = coded(error);
        if (code === 'unexpected' || session.context.io.signal.aborted) throw error;
        session.say(`  Error: ${message}\n  Try: ${advice}`);
      }
    }
  }
  for (const { id, zones } of session.config.config.cameras) {
    session.say(`  ${id}: ${zones.length === 0 ? 'the entire picture' : zones.map((zone) => zone.id).join(', ')}`);
  }
}

async function add(session: SetupSession, camera: string, text: string): Promise<void> {
  const [zone, polygon] = parsePolygon(text);
  if (!session.config.config.cameras.some(({ id }) => id === camera)) {
    throw new UsageError(`there is no camera ${camera}`, 'write CAMERA:name=x,y;x,y;x,y');
  }
  const edit = { camera, zones: { [zone]: polygon }, masks: [], minScores: {} };
  await session.change(editCamera(session.config.text, edit));
}

async function draw(session: SetupSession, camera: string): Promise<void> {
  const { context, sources } = session;
  await drawZones(context, { camera, path: context.configPath, sources, recording: undefined });
  await session.open();
}

function onlyCamera({ config: { config } }: SetupSession, zone: string): string {
  const [first, ...others] = config.cameras;
  if (first !== undefined && others.length === 0) return first.id;
  throw new UsageError(`--zone ${zone} names no camera`, 'write CAMERA:name=x,y;x,y;x,y');
}
