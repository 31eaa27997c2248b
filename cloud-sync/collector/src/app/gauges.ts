import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReasonCount } from './loss-reasons.ts';

/** What the modules show as metrics; read when somebody asks. */
export interface GaugeSources {
  readonly devicesOnline: () => number;
  readonly gapsOpen: () => number;
  readonly missing: () => Promise<number>;
  readonly signatureProblems: () => Promise<number>;
  readonly declaredByReason: () => Promise<readonly ReasonCount[]>;
  readonly storeUp: () => boolean;
  readonly collectors: () => number;
  readonly queued: () => number;
  readonly brokerConnected: () => boolean;
  readonly brokerRestarts: () => number;
}

/** Registers a metric for each source. */
export function registerGauges(registry: Registry, sources: GaugeSources): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | Promise<number>): Gauge =>
    new Gauge({
      name: `lineside_collector_${name}`,
      help,
      registers,
      async collect() {
        // A value that cannot be read now is not a number; the other metrics are reported all the same.
        this.set(await Promise.resolve(read()).catch(() => Number.NaN));
      },
    });
  gauge('devices_online', 'Devices that are online', sources.devicesOnline);
  gauge('gaps_open', 'Open gaps: ranges of missing records', sources.gapsOpen);
  gauge('records_missing', 'Records that neither arrived nor were declared lost', sources.missing);
  gauge('signature_problems', 'Signatures of devices that do not match what is stored', sources.signatureProblems);
  gauge('store_up', '1 while the store answers', () => (sources.storeUp() ? 1 : 0));
  gauge('collectors', 'Collectors that run on the same database', sources.collectors);
  gauge('queued_batches', 'Batches waiting for a commit', sources.queued);
  gauge('broker_connected', '1 while subscribed at the broker', () => (sources.brokerConnected() ? 1 : 0));
  new Gauge({
    name: 'lineside_collector_records_declared_lost',
    help: 'Records that devices declared lost, by reason, as far as they are stored',
    labelNames: ['reason'],
    registers,
    async collect() {
      this.reset();
      for (const { reason, count } of await sources.declaredByReason().catch(() => [])) this.set({ reason }, count);
    },
  });
  new Counter({
    name: 'lineside_collector_broker_restarts_total',
    help: 'Times the managed broker was started again after it had ended by itself',
    registers,
    collect() {
      this.reset();
      this.inc(sources.brokerRestarts());
    },
  });
}
