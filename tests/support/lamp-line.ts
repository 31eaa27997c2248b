import { configure } from './appliance.ts';
import { blinking, brightModel, brightRule } from './blinking.ts';

export interface LampLine {
  /** Folder of the configuration, and of the model that it makes. */
  readonly folder: string;
  readonly device: string;
  readonly lamps: readonly string[];
  readonly broker?: string;
  /** Path of the file with the password at broker and collector. */
  readonly password?: string;
  /** More cameras, by their URL; the rule and the model are the lamps'. */
  readonly more?: Readonly<Record<string, string>>;
}

/** Writes the configuration of a line of blinking lamps, events of each all the time. Gives its path. */
export async function lampLine({ folder, device, lamps, broker, password, more = {} }: LampLine): Promise<string> {
  const urls = { ...Object.fromEntries(lamps.map((id) => [id, blinking()])), ...more };
  const login = password === undefined ? {} : { username: device, password: `\${file:${password}}` };
  return configure(`${folder}/${device}.yaml`, {
    device,
    cameras: Object.entries(urls).map(([id, url]) => ({ id, url, fps: 5, models: ['bright'] })),
    models: [await brightModel(folder)],
    rules: Object.keys(urls).map((id) => brightRule(id)),
    ...(broker === undefined ? {} : { uplink: { broker, ...login } }),
    status: { listen: '127.0.0.1:0' },
  });
}
