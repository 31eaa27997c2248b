import { localTimeOf } from '@lineside/protocol/coverage';
import { AlertService, type AlertSettings, AlertStore } from '../alerts/index.ts';
import { type LoadedConfig, shiftPlanOf } from '../config/index.ts';
import type { Clock, Logger } from '@lineside/kit';
import { healthOf, type StatusSource } from '../status/index.ts';

export interface LineAlertsParts {
  readonly dataDir: string;
  /** The configuration that runs now. */
  readonly loaded: () => LoadedConfig;
  readonly status: Pick<StatusSource, 'snapshot' | 'events'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const PAGE = 200;

/** The alerts of a running line. A change of the configuration counts at the next look. */
export function lineAlerts({ dataDir, loaded, status, clock, log }: LineAlertsParts): AlertService {
  return new AlertService({
    ...{ store: new AlertStore(dataDir), clock, log, settings: () => settingsOf(loaded()) },
    look: () => {
      const snapshot = status.snapshot();
      return { snapshot, health: healthOf(snapshot) };
    },
    criticalEvents: (sinceMs) => {
      const found = [];
      let cursor: string | undefined;
      do {
        const query = { limit: PAGE, severity: 'critical' as const, sinceMs, ...(cursor !== undefined && { cursor }) };
        const page = status.events(query);
        found.push(...page.events);
        cursor = page.next;
      } while (cursor !== undefined);
      // Oldest first, as they happened.
      return found.reverse();
    },
  });
}

function settingsOf({ config, secrets }: LoadedConfig): AlertSettings {
  const { to, on, quietHours, lasts, group, queueOlderThan } = config.alerts;
  const { timeZone } = shiftPlanOf(config, Intl.DateTimeFormat().resolvedOptions().timeZone);
  return {
    ...{
      device: config.device,
      line: config.line,
      language: config.language,
      kinds: on,
      lastsMs: lasts.ms,
      groupMs: group.ms,
    },
    queueOlderThanMs: queueOlderThan.ms,
    targets: to.map(({ id, url, ...addresses }) => ({ id, end: () => ({ ...addresses, url: secrets.text(url) }) })),
    isQuiet: (wallMs) => quietHours !== undefined && isWithin(quietHours, localTimeOf(wallMs, timeZone).minute),
  };
}

/** A window may pass midnight. */
function isWithin(window: NonNullable<LoadedConfig['config']['alerts']['quietHours']>, minute: number): boolean {
  if (window === 'always') return true;
  const { fromMinute, toMinute } = window;
  return fromMinute <= toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}
