import { existsSync } from 'node:fs';

/** systemd-timesyncd keeps this file while the clock is synchronised. */
const MARKER = '/run/systemd/timesync/synchronized';

/** True when systemd-timesyncd says that the clock follows a time server. Other time daemons: see `synced` of openStore. */
export function clockIsSynchronised(): boolean {
  return existsSync(MARKER);
}
