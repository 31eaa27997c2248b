import type { LinkView } from '../../status/index.ts';
import { durationText } from './time-text.ts';

/** The state of the uplink in a sentence; `now` in wall ms. */
export function uplinkText(link: LinkView | undefined, now: number): string {
  if (link === undefined) return 'unknown: the service is down, nothing is being forwarded';
  const since = `for ${durationText(Math.max(0, now - link.sinceMs))}`;
  const broker = link.broker === undefined ? '' : ` ${link.broker}`;
  const error = link.lastError === undefined ? '' : `: ${link.lastError}`;
  switch (link.state) {
    case 'off':
      if (link.lastError !== undefined) return `off${error}`;
      return 'off: no uplink is configured, everything stays on the device';
    case 'connecting':
      return `connecting to${broker} ${since}${error}`;
    case 'waiting':
      return `the broker${broker} answers, the collector is not there, ${since}`;
    case 'online':
      return `online at${broker} ${since}`;
    case 'offline':
      return `no connection to${broker} ${since}${error}`;
  }
}
