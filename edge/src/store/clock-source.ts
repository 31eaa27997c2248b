import { existsSync } from 'node:fs';

/** systemd-timesyncd keeps this file while the clock is synchronised. Other time daemons read as not synchronised. */
const MARKER = '/run/systemd/timesync/synchronized';

/** True when the machine says that its clock follows a time server. */
export function clockIsSynchronised(): boolean {
  return existsSync(MARKER);
}
