import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { aborted, type Clock, type Logger, type Service, urlLogin } from '@lineside/kit';
import type { CollectorConfig } from '../config/index.ts';
import { listenerTls, type ListenerTls } from './broker-tls.ts';
import type { CredentialStore } from './credential-store.ts';
import { CredentialWatch } from './credential-watch.ts';
import { COLLECTOR_USER, type BrokerUser } from './mosquitto-files.ts';
import { ManagedMosquitto } from './mosquitto.ts';
import { hashPassword, makePassword } from './password.ts';

/** How the collector itself connects. */
export interface BrokerAccess {
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** PEM texts for a broker with certificates of its own. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** A broker that is configured, not yet running. */
export interface Broker {
  readonly access: BrokerAccess;
  /** Where devices connect. */
  readonly announcedUrl: string;
  /** True for the collector's own Mosquitto: the collector is ready only when that is. */
  readonly managed: boolean;
  /** Times the managed broker was started again after it had ended by itself. */
  readonly restarts: () => number;
  /** Runs the managed broker; only waits for another one. */
  readonly service: Service;
  /** Gives changed credentials to the broker. */
  readonly credentials: CredentialWatch;
}

export interface OpenBrokerOptions {
  readonly config: CollectorConfig;
  readonly credentials: CredentialStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly random: () => number;
}

/** The broker that the configuration names, with the credentials of now. Throws CollectorError. */
export async function openBroker(options: OpenBrokerOptions): Promise<Broker> {
  const { config, credentials, clock, log } = options;
  const revision = await credentials.revision();
  const own = config.broker === 'managed' ? await makeOwner(config) : undefined;
  const mosquitto = own === undefined ? undefined : await managedMosquitto(options, own.user);
  const watch = new CredentialWatch({
    ...{ store: credentials, clock, log },
    apply: async (users) => mosquitto?.setDevices(users),
  });
  await watch.start(revision);
  if (own === undefined || mosquitto === undefined) return { ...external(config), credentials: watch };
  return {
    access: { url: mosquitto.ownUrl, username: own.user.name, password: own.password, tls: {} },
    announcedUrl: mosquitto.url,
    managed: true,
    restarts: () => mosquitto.restarts,
    service: mosquitto,
    credentials: watch,
  };
}

function external({ broker, mqtt, secrets, brokerTls: tls }: CollectorConfig): Omit<Broker, 'credentials'> {
  const password = mqtt.password && secrets.text(mqtt.password);
  return {
    access: { url: broker, username: mqtt.username, password, tls },
    announcedUrl: brokerAddress(broker),
    managed: false,
    restarts: () => 0,
    service: { name: 'broker', run: aborted },
  };
}

/**
 * Scheme, host and port of a broker's URL. The rest may hold the collector's own credentials, and is nothing for devices,
 * logs and the file of the running collector.
 */
export function brokerAddress(url: string): string {
  const { protocol, host } = new URL(urlLogin(url).url);
  return `${protocol}//${host}`;
}

/** The collector's own user at the managed broker. */
async function makeOwner({ mqtt }: CollectorConfig): Promise<{ user: BrokerUser; password: string }> {
  const password = makePassword();
  // With certificates any name that an authority signs can connect: the collector's own name must not be guessable.
  const name = mqtt.tls === undefined ? COLLECTOR_USER : `${COLLECTOR_USER}-${randomUUID()}`;
  return { user: { name, hash: await hashPassword(password) }, password };
}

async function managedMosquitto(
  { config, credentials, clock, log, env, random }: OpenBrokerOptions,
  owner: BrokerUser,
): Promise<ManagedMosquitto> {
  const folder = join(config.data, 'broker');
  const mosquitto = new ManagedMosquitto({
    ...{ folder, owner, clock, log, env, random },
    listen: config.mqtt.listen,
    tls: await brokerTls(config, folder),
  });
  await mosquitto.prepare((await credentials.list()).map(({ device, hash }) => ({ name: device, hash })));
  return mosquitto;
}

/** TLS of the managed broker's listener, for the names under which it is reached. */
async function brokerTls({ mqtt }: CollectorConfig, folder: string): Promise<ListenerTls | undefined> {
  const { tls, identity, listen, publicUrl } = mqtt;
  if (tls === undefined) return undefined;
  const publicHost = publicUrl === undefined ? [] : [new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')];
  const anyAddress = ['0.0.0.0', '::'];
  const hosts = [...publicHost, listen.host].filter((host) => !anyAddress.includes(host));
  return listenerTls({ folder, tls, identity, hosts });
}
