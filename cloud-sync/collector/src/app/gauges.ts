import { Counter, Gauge, type Registry } from 'prom-client';
import type { CameraInspection } from '../inspection/index.ts';
import type { ReasonCount } from './loss-reasons.ts';

/** What the modules show as metrics; read when somebody asks. */
export interface GaugeSources {
  readonly devicesOnline: () => number;
  readonly gapsOpen: () => number;
  readonly missing: () => Promise<number>;
  readonly signatureProblems: () => Promise<number>;
  readonly declaredByReason: () => Promise<readonly ReasonCount[]>;
  /** What is known now of the cameras of each device. */
  readonly inspection: () => Promise<ReadonlyMap<string, readonly CameraInspection[]>>;
  readonly storeUp: () => boolean;
  readonly mesProblems: () => number;
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
  gauge('mes_problems', "Parts of the exchange with the plant's database that fail", sources.mesProblems);
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
  inspectionGauge(registry, sources);
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

/** One series per state, of which one is 1: `lineside_collector_inspecting{state="inspecting"} == 0` is an alert. */
function inspectionGauge(registry: Registry, sources: GaugeSources): void {
  const states = ['inspecting', 'starting', 'not_inspecting', 'unknown'] as const;
  new Gauge({
    name: 'lineside_collector_inspecting',
    help: 'Whether a camera is inspected by a model: 1 for the state that it is in, 0 for the others',
    labelNames: ['device', 'camera', 'model', 'state'],
    registers: [registry],
    async collect() {
      this.reset();
      const devices = await sources.inspection().catch(() => new Map<string, readonly CameraInspection[]>());
      for (const { row, state } of [...devices.values()].flat()) {
        if (state === 'ended') continue;
        const { device, camera, model } = row;
        for (const each of states) this.set({ device, camera, model, state: each }, each === state ? 1 : 0);
      }
    },
  });
}
