import { aborted, type Service, type SystemdNotifier } from '@lineside/kit';
import { CollectorError } from '../errors/index.ts';
import type { BrokerLink } from '../link/index.ts';
import { writeRuntimeInfo, type RuntimeInfo } from '../runtime/index.ts';
import type { ServeOptions } from './serve.ts';

const READY_WITHIN_MS = 15_000;

export interface AnnounceOptions extends ServeOptions {
  readonly link: Pick<BrokerLink, 'online'>;
  readonly systemd: Pick<SystemdNotifier, 'ready'>;
  readonly httpUrl: string;
  /** Host and port where devices enrol. */
  readonly enrolment: string | undefined;
}

/**
 * Reports that the collector is ready, and where. A managed broker must be connected first; with any other broker the
 * collector starts anyway and keeps trying.
 */
export function announceWhenReady(options: AnnounceOptions): Service {
  return { name: 'start', run: async (signal) => announce(options, signal) };
}

async function announce(options: AnnounceOptions, signal: AbortSignal): Promise<void> {
  const { broker, clock, config, link, log, onReady, systemd } = options;
  const deadline = clock.monoMs() + READY_WITHIN_MS;
  while (broker.managed && !link.online) {
    if (clock.monoMs() > deadline) {
      throw new CollectorError({
        code: 'broker_not_reached',
        message: `no connection to the managed broker at ${broker.announcedUrl}`,
        advice: 'run with log.level: debug to see what Mosquitto logs',
      });
    }
    await clock.sleep(20, signal);
  }
  const info: RuntimeInfo = {
    mqtt: config.mqtt.publicUrl ?? broker.announcedUrl,
    http: config.http.publicUrl ?? options.httpUrl,
    data: config.data,
    ...(options.enrolment !== undefined && { enrolment: options.enrolment }),
  };
  log.info(info, 'collector is ready');
  await writeRuntimeInfo(info);
  onReady(info);
  await systemd.ready();
  await aborted(signal);
}
