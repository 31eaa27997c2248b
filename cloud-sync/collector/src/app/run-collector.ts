import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  aborted,
  Backoff,
  type Clock,
  isAbort,
  type Logger,
  messageOf,
  superviseServices,
  SystemdNotifier,
  unlessAbort,
  writeFileAtomic,
} from '@lineside/kit';
import {
  COLLECTOR_USER,
  hashPassword,
  listenerTls,
  makePassword,
  ManagedMosquitto,
  type ListenerTls,
} from '../broker/index.ts';
import { Attendance } from '../cluster/cluster-membership.ts';
import type { CollectorConfig } from '../config/index.ts';
import { CredentialWatch } from '../broker/credential-watch.ts';
import { DataLock } from '../runtime/data-lock.ts';
import { CollectorError } from '../errors.ts';
import { createServer, listen } from '../http/index.ts';
import { Presence } from '../devices/index.ts';
import { GapWatch } from '../gaps/index.ts';
import { BrokerLink, Ingest } from '../ingest/index.ts';
import { FileMedia, Intake, S3Media, type MediaStore } from '../media/index.ts';
import { CollectorMetrics } from './metrics.ts';
import { Retention } from '../retention/retention.ts';
import { mayOpenLater, openStore, type CollectorStore, type LossRow } from '../store/index.ts';
import { whereFile, type Addresses } from '../runtime/runtime-info.ts';

const READY_WITHIN_MS = 15_000;
/** Without a sign of life for so long the watchdog is not fed. */
const STUCK_MS = 30_000;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 15_000;
const PING_MS = 3000;
const SHOWN = 1000;
const REASONS = 20;

export interface CollectorOptions {
  readonly config: CollectorConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly random: () => number;
  readonly onReady: (addresses: Addresses) => void;
}

interface BrokerAccess {
  readonly url: string;
  /** What devices are told, where they come in by another way. */
  readonly announced: string;
  /** PEM texts for a broker with certificates of its own. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** The cloud's end in one process: broker, ingest, gaps, pictures, page. Returns when the signal aborts. */
export async function runCollector(options: CollectorOptions, signal: AbortSignal): Promise<void> {
  const lock = DataLock.take(options.config.data);
  try {
    const store = await openWhenItAnswers(options, signal);
    if (store === undefined) return;
    try {
      await runOn(store, options, signal);
    } finally {
      await store.close();
    }
  } finally {
    lock.release();
  }
}

/** Waits for a database that is not there yet, as after a power cut; undefined when the signal aborts first. */
async function openWhenItAnswers(
  { config, clock, log, random }: CollectorOptions,
  signal: AbortSignal,
): Promise<CollectorStore | undefined> {
  const backoff = new Backoff({ firstMs: FIRST_WAIT_MS, maxMs: MAX_WAIT_MS, random });
  while (!signal.aborted) {
    try {
      return await openStore(config);
    } catch (error) {
      if (!mayOpenLater(error)) throw error;
      const waitMs = backoff.next();
      log.warn({ error: messageOf(error), waitMs }, 'the store does not answer yet');
      await clock.sleep(waitMs, signal).catch(unlessAbort);
    }
  }
  return undefined;
}

async function runOn(store: CollectorStore, options: CollectorOptions, signal: AbortSignal): Promise<void> {
  const { config, clock, log, env, random } = options;
  const password = makePassword();
  // By certificate anybody can be whom an authority names: the collector's own name must not be one to be guessed.
  const name = config.mqtt.tls === undefined ? COLLECTOR_USER : `${COLLECTOR_USER}-${randomUUID()}`;
  const owner = { name, hash: await hashPassword(password) };
  const revision = await store.credentialRevision();
  const folder = join(config.data, 'broker');
  const broker =
    config.broker === 'managed'
      ? new ManagedMosquitto({
          ...{ folder, owner, clock, log, env, random },
          listen: config.mqtt.listen,
          tls: await brokerTls(config, folder),
        })
      : undefined;
  const devices = (await store.credentials()).map(({ device, hash }) => ({ name: device, hash }));
  await broker?.prepare(devices);
  const access: BrokerAccess =
    broker === undefined
      ? externalAccess(config)
      : { url: broker.ownUrl, announced: broker.url, username: name, password, tls: {} };
  const watch = new CredentialWatch({ store, clock, log, apply: async (users) => broker?.setDevices(users) });
  await watch.start(revision);

  // The broker outlives the rest by a moment, so that devices hear the goodbye.
  const stop = new AbortController();
  const brokerStop = new AbortController();
  const brokerRun = broker === undefined ? aborted(brokerStop.signal) : broker.run(brokerStop.signal);
  const serving = serve({ ...options, store, access, watch, broker }, AbortSignal.any([signal, stop.signal]));
  try {
    await Promise.race([brokerRun, serving]);
  } finally {
    stop.abort();
    await ended(serving, log);
    brokerStop.abort();
    await ended(brokerRun, log);
  }
}

async function brokerTls({ mqtt }: CollectorConfig, folder: string): Promise<ListenerTls | undefined> {
  const { tls, identity, listen, publicUrl } = mqtt;
  if (tls === undefined) return undefined;
  const hosts = publicUrl === undefined ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')];
  const unnamed = ['0.0.0.0', '::'];
  return listenerTls({
    folder,
    tls,
    identity,
    hosts: [...hosts, listen.host].filter((host) => !unnamed.includes(host)),
  });
}

function externalAccess({ broker, mqtt, secrets, brokerTls: tls }: CollectorConfig): BrokerAccess {
  const password = mqtt.password && secrets.text(mqtt.password);
  return { url: broker, announced: broker, username: mqtt.username, password, tls };
}

async function mediaStore({ media, secrets }: CollectorConfig, folder: string, log: Logger): Promise<MediaStore> {
  if (media.store === 'files' || media.s3 === undefined) return new FileMedia(folder);
  const { endpoint, secretKey, ...address } = media.s3;
  const bucket = await S3Media.open({ ...address, endpoint, secretKey: secrets.text(secretKey) });
  try {
    await bucket.check();
  } catch (error) {
    // A server that is away keeps pictures from coming in, and nothing else; a wrong key will not become right.
    if (error instanceof CollectorError && error.code === 'media_store_refused') throw error;
    log.warn({ error: messageOf(error) }, 'the store of pictures does not answer yet');
  }
  return bucket;
}

type ServeOptions = CollectorOptions & {
  readonly store: CollectorStore;
  readonly access: BrokerAccess;
  readonly watch: CredentialWatch;
  readonly broker: ManagedMosquitto | undefined;
};

async function serve(options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { config, clock, log, env, store, access, watch, broker } = options;
  const presence = new Presence();
  const metrics: CollectorMetrics = new CollectorMetrics(
    {
      devicesOnline: () => presence.online,
      gapsOpen: () => gaps.open.length,
      missing: async () => (await store.totals()).missing,
      signatureProblems: async () => (await store.signatureProblems(SHOWN)).length,
      declaredByReason: async () => lossesByReason(await store.losses(SHOWN)),
      storeUp: () => ingest.storeGone === undefined,
      collectors: () => attendance.others + 1,
      queued: () => ingest.queued,
      brokerConnected: () => link?.online ?? false,
      brokerRestarts: () => broker?.restarts ?? 0,
    },
    { store: config.store === 'sqlite' ? 'sqlite' : 'postgres', nowMs: () => clock.monoMs() },
  );
  let link: BrokerLink | undefined;
  const ingest: Ingest = new Ingest({
    ...{ store, clock, log, counters: metrics },
    acknowledge: (device, ack) => link?.publish('ack', { device }, ack),
    storeGone: (gone) => (gone ? link?.withdraw() : link?.resume()),
  });
  const run = randomUUID();
  const attendance = new Attendance({ store, id: run, clock, log });
  const gaps: GapWatch = new GapWatch({
    ...{ store, presence, clock, log, reorderTimeoutMs: config.ingest.reorderTimeout },
    cluster: config.cluster,
    request: (device, command) => {
      const sent = link?.publish('cmd', { device }, command) ?? false;
      if (sent) metrics.resend();
      return sent;
    },
  });
  const folder = join(config.data, 'media');
  const media = await mediaStore(config, folder, log);
  const intake = new Intake({ store, media, clock, folder, maxBytes: config.media.maxBytes });
  await intake.prepare();
  let base = '';
  const app = await createServer({
    access: {
      ...{ token: config.http.token && config.secrets.text(config.http.token), hosts: config.http.hosts, clock },
      secure: config.http.publicUrl?.startsWith('https:') ?? false,
    },
    api: { store, presence, gaps, clock, media, counted: async () => metrics.counted() },
    media: { intake, uploadUrl: () => `${base}/uploads`, count: (how) => metrics.media(how) },
    log,
    unhealthy: async () => [
      ...(link?.online === true ? [] : ['not connected to the broker']),
      ...(await storeProblems(ingest, store, clock)),
    ],
    metrics: async () => ({ type: metrics.registry.contentType, text: await metrics.registry.metrics() }),
  });
  try {
    const { host } = config.http.listen;
    const port = await listen(app, host, config.http.listen.port);
    const http = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    base = config.http.publicUrl?.replace(/\/+$/, '') ?? http;
    const session = (config.cluster ? await store.clusterId() : undefined) ?? run;
    const own = new BrokerLink({
      ...{ ...access, session, clock, log, ingest },
      clientId: `${COLLECTOR_USER}-${run.slice(0, 8)}`,
      cluster: config.cluster,
      othersAtWork: () => attendance.others > 0,
      mediaUrl: `${base}/media`,
      uploadUrl: `${base}/uploads`,
      heard: (device, state) => hear({ device, state, presence, store, clock, log }),
      reported: (device, document) => {
        void store
          .saveReported(device, JSON.stringify(document), clock.wallMs())
          .catch((error: unknown) => log.error({ device, error: messageOf(error) }, 'reported state not stored'));
      },
      lost: () => presence.forgetLinks(clock.monoMs()),
    });
    link = own;
    const addresses = {
      mqtt: config.mqtt.publicUrl ?? access.announced,
      http: config.http.publicUrl ?? http,
      data: config.data,
    };
    const systemd = new SystemdNotifier({
      ...{ env, clock, log },
      progressing: () => gaps.idleMs < STUCK_MS && ingest.stuckMs < STUCK_MS,
      statusText: () => `${presence.online} devices online, ${gaps.open.length} open gaps, page ${http}`,
    });
    const ready = {
      name: 'start',
      run: async (stop: AbortSignal) => announce(own, { ...options, systemd }, addresses, stop),
    };
    const ingesting = { name: 'ingest', run: async (stop: AbortSignal) => ingest.run(stop) };
    const retention = new Retention({ keep: config.retention, store, media, clock, log });
    const more = config.cluster ? [attendance] : [];
    await superviseServices([link, ingesting, gaps, watch, retention, systemd, ready, ...more], signal);
  } finally {
    await app.close();
  }
}

/** Says where we are: a managed broker is ours to have up first; with another's we start anyway and keep trying. */
async function announce(
  link: BrokerLink,
  options: ServeOptions & { readonly systemd: SystemdNotifier },
  at: Addresses,
  signal: AbortSignal,
): Promise<void> {
  const { broker, clock, log, onReady, systemd } = options;
  const deadline = clock.monoMs() + READY_WITHIN_MS;
  while (broker !== undefined && !link.online) {
    if (clock.monoMs() > deadline) {
      throw new CollectorError({
        code: 'broker_not_reached',
        message: `no connection to the managed broker at ${broker.url}`,
        advice: 'run with log.level: debug to see what Mosquitto says',
      });
    }
    await clock.sleep(20, signal);
  }
  log.info(at, 'collector is ready');
  await writeFileAtomic(whereFile(at.data), JSON.stringify(at), { mode: 0o640 });
  onReady(at);
  await systemd.ready();
  await aborted(signal);
}

/** Sums over devices and streams; the reasons are the devices' words, so only the most frequent are labels. */
function lossesByReason(losses: readonly LossRow[]): { reason: string; count: number }[] {
  const sums = new Map<string, number>();
  for (const { reason, count } of losses) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return [...sums].slice(0, REASONS).map(([reason, count]) => ({ reason, count }));
}

/** Why nothing can be committed now; empty while the store answers in time. */
async function storeProblems(ingest: Ingest, store: CollectorStore, clock: Clock): Promise<string[]> {
  if (ingest.storeGone !== undefined) return [`the store does not answer: ${ingest.storeGone}`];
  const late = clock.sleep(PING_MS).then(() => `no answer in ${PING_MS} ms`);
  const problem = await Promise.race([store.ping().then(() => undefined, messageOf), late]);
  return problem === undefined ? [] : [`the store does not answer: ${problem}`];
}

function hear(heard: {
  readonly device: string;
  readonly state: Parameters<Presence['hear']>[1];
  readonly presence: Presence;
  readonly store: CollectorStore;
  readonly clock: Clock;
  readonly log: Logger;
}): void {
  const { device, state, presence, store, clock, log } = heard;
  const meaning = presence.hear(device, state, clock.monoMs());
  if (meaning === 'identity_conflict') log.warn({ device }, 'two appliances take turns with this identity');
  else if (meaning === 'birth' || meaning === 'offline')
    log.info({ device, session: state.session }, `device ${meaning}`);
  if (!state.online) return;
  void store
    .saveBirth(device, state, clock.wallMs())
    .catch((error: unknown) => log.error({ device, error: messageOf(error) }, 'birth not stored'));
}

/** Waits for what is being stopped; its failure, if it is the first, was thrown already. */
async function ended(work: Promise<void>, log: Logger): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isAbort(error)) log.debug({ error: messageOf(error) }, 'ended with a failure');
  }
}
