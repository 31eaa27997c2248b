import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { superviseServices, SystemdNotifier } from '@lineside/kit';
import { type Broker, COLLECTOR_USER, openAuthority, ownNames } from '../broker/index.ts';
import { ClusterMembership } from '../cluster/index.ts';
import { DeviceRegistry } from '../devices/index.ts';
import { GapWatch } from '../gaps/index.ts';
import { ClaimDesk, Enrolment } from '../enrolment/index.ts';
import { openEnrolment, openHttp, type EnrolmentServer } from '../http/index.ts';
import { readInspection } from '../inspection/index.ts';
import { Ingest } from '../ingest/index.ts';
import { BrokerLink } from '../link/index.ts';
import { openMedia } from '../media/index.ts';
import { mayRead, PublicFiles } from '../release-files/index.ts';
import { Retention } from '../retention/index.ts';
import { openPeople } from '../config/index.ts';
import { People } from '../people/index.ts';
import { openRolloutDesk, Rollouts } from '../rollouts/index.ts';
import type { CollectorStore } from '../store/index.ts';
import { announceWhenReady } from './announce.ts';
import { Health, storeCheck } from './health.ts';
import { lossesByReason } from './loss-reasons.ts';
import { CollectorMetrics } from './metrics.ts';
import { openPlant } from './plant.ts';
import type { CollectorOptions } from './run-collector.ts';

/** Without progress for so long the watchdog is not fed. */
const STUCK_MS = 30_000;
/** Rows that a metric is calculated from. */
const MAX_ROWS = 1000;

export type ServeOptions = CollectorOptions & { readonly store: CollectorStore; readonly broker: Broker };

/** Connects the modules, in the order in which a record passes them, and runs their services until the signal aborts. */
export async function serve(options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { config, clock, log, env, store, broker } = options;
  const id = randomUUID();
  const metrics = new CollectorMetrics({
    store: config.store === 'sqlite' ? 'sqlite' : 'postgres',
    nowMs: () => clock.monoMs(),
  });
  const devices = new DeviceRegistry({ store: store.devices, clock, log });
  const ingest = new Ingest({ store: store.batches, clock, log, counters: metrics });
  const gaps = new GapWatch({
    ...{ store: store.gaps, clock, log, cluster: config.cluster, reorderTimeoutMs: config.ingest.reorderTimeout },
    isOnline: (device) => devices.isOnline(device),
  });
  const membership = new ClusterMembership({ store: store.cluster, id, clock, log });
  const media = await openMedia({ config, catalogue: store.media, clock, log });
  const retention = new Retention({ keep: config.retention, store: store.retention, media: media.store, clock, log });

  const plant = openPlant(options, store);
  const { plan } = plant;

  const health = new Health();
  let enrolment: EnrolmentServer | undefined;
  const http = await openHttp({
    listen: config.http.listen,
    publicUrl: config.http.publicUrl,
    access: {
      ...{ token: config.http.token && config.secrets.text(config.http.token), hosts: config.http.hosts, clock },
      people: new People(openPeople(config)),
      secure: config.http.publicUrl?.startsWith('https:') ?? false,
    },
    api: {
      ...{
        records: store.records,
        gaps: store.gaps,
        catalogue: store.media,
        media: media.store,
        links: devices,
        clock,
      },
      mes: () => plant.state(),
      processCounters: async () => metrics.snapshot(),
    },
    media: { credentials: store.credentials, ingest: media.ingest, count: (how) => metrics.media(how) },
    releases: {
      files: new PublicFiles(join(config.releases, 'public')),
      mayRead: (device, name) => mayRead(config.customers, device, name),
    },
    plans: plan === undefined ? {} : { planOf: (device) => plan.of(device) },
    rollouts: openRolloutDesk(options),
    reviews: store.reviews,
    claims: {
      desk: new ClaimDesk({
        ...{ claims: store.claims, credentials: store.credentials, clock, random: randomBytes },
        ca: async () => (await openAuthority(join(config.data, 'broker'))).ca,
      }),
      address: () => enrolment?.address,
    },
    log,
    unhealthy: async () => health.problems(),
    metrics: async () => ({ type: metrics.registry.contentType, text: await metrics.registry.metrics() }),
  });
  let onLost = (): void => undefined;
  try {
    enrolment = await serveEnrolment(options);
    const link = new BrokerLink({
      ...{ ...broker.access, clock, log, ingest },
      shareName: config.cluster ? await store.cluster.shareName() : undefined,
      session: (config.cluster ? await store.cluster.id() : undefined) ?? id,
      // Not part of the session, which devices read: a client with the same id would end this connection.
      clientId: `${COLLECTOR_USER}-${randomUUID()}`,
      othersAtWork: () => membership.others > 0,
      mediaUrl: `${http.publicUrl}/media`,
      uploadUrl: `${http.publicUrl}/uploads`,
      onState: (device, state) => devices.hear(device, state),
      onReported: (device, document) => devices.report(device, document),
      onLost: () => {
        devices.forgetLinks();
        onLost();
      },
    });
    const rollouts = new Rollouts({
      ...{ store: store.rollouts, clock, log },
      reports: async () => store.records.devices(),
      isOnline: (device) => devices.isOnline(device),
      publish: (device, document) => link.online && link.publish('desired', { device }, document),
    });
    onLost = () => rollouts.forgetPublished();
    health.add(async () => {
      const why = link.problem === undefined ? '' : `: ${link.problem}`;
      return link.online ? [] : [`not connected to the broker${why}`];
    });
    health.add(storeCheck({ problem: () => ingest.storeProblem, ping: async () => store.batches.ping(), clock }));
    metrics.observe({
      devicesOnline: () => devices.online,
      gapsOpen: () => gaps.open.length,
      missing: async () => (await store.records.totals()).missing,
      signatureProblems: async () => (await store.records.signatureProblems(MAX_ROWS)).length,
      declaredByReason: async () => lossesByReason(await store.records.losses(MAX_ROWS)),
      inspection: async () =>
        readInspection({
          records: store.records,
          isOnline: (device) => devices.isOnline(device),
          nowMs: clock.wallMs(),
        }),
      storeUp: () => ingest.storeProblem === undefined,
      mesProblems: () => plant.problems(),
      collectors: () => membership.others + 1,
      queued: () => ingest.queued,
      brokerConnected: () => link.online,
      brokerRestarts: broker.restarts,
    });
    const systemd = new SystemdNotifier({
      ...{ env, clock, log },
      progressing: () => gaps.idleMs < STUCK_MS && ingest.stuckMs < STUCK_MS,
      statusText: () => `${devices.online} devices online, ${gaps.open.length} open gaps, page ${http.url}`,
    });
    const services = [
      link,
      ingest.service({
        acknowledge: (device, ack) => void link.publish('ack', { device }, ack),
        withdraw: () => link.withdraw(),
        resume: () => link.resume(),
      }),
      gaps.service({
        request: (device, command) => {
          const sent = link.publish('cmd', { device }, command);
          if (sent) metrics.resendRequested();
          return sent;
        },
      }),
      ...(config.cluster ? [membership] : []),
      broker.credentials,
      retention,
      rollouts,
      ...plant.services,
      systemd,
      announceWhenReady({ ...options, link, systemd, httpUrl: http.url, enrolment: enrolment?.address }),
    ];
    await superviseServices(services, signal);
  } finally {
    await enrolment?.close();
    await http.close();
  }
}

/** The listener where devices enrol; undefined where the configuration has none. */
async function serveEnrolment(options: ServeOptions): Promise<EnrolmentServer | undefined> {
  const { config, clock, log, store, broker } = options;
  const { listen, address } = config.enrolment;
  if (listen === undefined) return undefined;
  const authority = await openAuthority(join(config.data, 'broker'));
  const ownTls = config.mqtt.tls === 'self';
  return openEnrolment({
    ...{ listen, address, hostname: hostname(), clock, log },
    // A new one at each start, for the names of now.
    identity: await authority.server([listen.host, ...(address === undefined ? [] : [address.host]), ...ownNames()]),
    ca: authority.ca,
    broker: config.mqtt.publicUrl ?? broker.announcedUrl,
    enrolment: new Enrolment({
      ...{ claims: store.claims, credentials: store.credentials, authority, clock, log, ownTls },
      byCertificate: ownTls && config.mqtt.identity !== 'password',
    }),
  });
}
