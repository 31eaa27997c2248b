import type { Still } from '../setup/index.ts';
import { askService } from './ask-service.ts';
import { cameraSource } from './camera-source.ts';
import type { Context } from './context.ts';
import { CliError } from './errors.ts';
import { servicePicture } from './service-picture.ts';

/**
 * What a camera of the configuration shows now, with its masks filled, over a connection of its own. Where people are covered
 * it is a picture of the running service, whose model says where they are. Throws `privacy_on` where none has one.
 */
export async function cameraStill(context: Context, camera: string): Promise<Still> {
  const { io } = context;
  const { url, transport, masks, blur } = await cameraSource(context, camera, undefined);
  if (blur !== 'none') return coveredStill(context, camera);
  const [{ tryCamera }, { probeFfmpeg }] = await Promise.all([
    import('../diagnostics/index.ts'),
    import('../camera/index.ts'),
  ]);
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const common = { url, transport, capabilities, masks, durationMs: 0 };
  const { snapshot, probe } = await tryCamera({ ...common, clock: io.clock, signal: io.signal });
  return { jpeg: snapshot, width: probe.width, height: probe.height };
}

async function coveredStill(context: Context, camera: string): Promise<Still> {
  const status = await askService(context.dataDir);
  const source = status?.cameras.find(({ id }) => id === camera)?.source;
  if (source === undefined) {
    throw new CliError(
      'privacy_on',
      `people are covered in the pictures of ${camera}, and no running service has one`,
      `start the service with camera ${camera} and its model; zones can be written as text: --zone, --mask, --line`,
    );
  }
  const { width, height } = source;
  return { jpeg: await servicePicture(context, camera, false), width, height };
}
