import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { systemCode } from '@lineside/kit';
import { CollectorError } from '../errors/index.ts';

/** Path of `mosquitto`, searched in PATH and where distributions install daemons; throws CollectorError. */
export function findMosquitto(env: Readonly<Record<string, string | undefined>>): string {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];
  for (const folder of folders.filter((name) => name !== '')) {
    const path = join(folder, 'mosquitto');
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
    }
  }
  throw new CollectorError({
    code: 'mosquitto_missing',
    message: 'broker is `managed`, and Mosquitto is not installed here',
    advice: 'sudo apt-get install mosquitto, or set broker to the URL of an MQTT 5 broker',
  });
}
