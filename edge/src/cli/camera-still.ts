import type { Still } from '../setup/index.ts';
import { cameraSource, refuseClearPeople } from './camera-source.ts';
import type { Context } from './context.ts';

/** What a camera of the configuration shows now, with its masks filled, over a connection of its own. */
export async function cameraStill(context: Context, camera: string): Promise<Still> {
  const { io } = context;
  const source = await cameraSource(context, camera, undefined);
  refuseClearPeople(source, 'picture', 'take one of the service: lineside camera snapshot CAMERA --no-boxes');
  const { url, transport, masks } = source;
  const [{ tryCamera }, { probeFfmpeg }] = await Promise.all([
    import('../diagnostics/index.ts'),
    import('../camera/index.ts'),
  ]);
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const common = { url, transport, capabilities, masks, durationMs: 0 };
  const { snapshot, probe } = await tryCamera({ ...common, clock: io.clock, signal: io.signal });
  return { jpeg: snapshot, width: probe.width, height: probe.height };
}
