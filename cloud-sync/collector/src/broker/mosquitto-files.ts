import { join } from 'node:path';
import { collectorRights, deviceRights, MAX_BATCH_BYTES, type TopicRight } from '@lineside/protocol';
import { makePrivateFolderSync, writeFileAtomic } from '@lineside/kit';
import type { ListenerTls } from './broker-tls.ts';

/** The collector's own user name at the managed broker; no device can be called so. */
export const COLLECTOR_USER = 'collector';

/** Bytes for topic and properties beside the largest batch. */
const PACKET_HEADROOM_BYTES = 16 * 1024;

export interface BrokerUser {
  readonly name: string;
  readonly hash: string;
}

export interface MosquittoFiles {
  readonly config: string;
  readonly passwords: string;
  readonly acl: string;
}

export function mosquittoFiles(folder: string): MosquittoFiles {
  return {
    config: join(folder, 'mosquitto.conf'),
    passwords: join(folder, 'passwords'),
    acl: join(folder, 'acl'),
  };
}

/** Where the broker listens, and as whom. */
export interface BrokerListeners {
  readonly host: string;
  readonly port: number;
  /** TLS of that listener; then the collector itself comes in by `localPort`, which is of the loopback and plain. */
  readonly tls?: { readonly files: ListenerTls; readonly localPort: number };
  /** Keeps Mosquitto from changing to a user who cannot read its files. */
  readonly asRoot: boolean;
}

/** Writes the broker's configuration. */
export async function writeBrokerFiles(folder: string, listeners: BrokerListeners): Promise<MosquittoFiles> {
  makePrivateFolderSync(folder, 0o700);
  const files = mosquittoFiles(folder);
  await writeFileAtomic(files.config, brokerConfig(files, listeners), { mode: 0o600 });
  return files;
}

/**
 * Writes the rights of the collector and of each device, as the topic map has them; Mosquitto reads them again on
 * SIGHUP. By name and not by pattern, so that a device without a credential has no rights either.
 */
export async function writeRights(files: MosquittoFiles, collector: string, devices: readonly string[]): Promise<void> {
  const users = [
    userRights(collector, collectorRights()),
    ...devices.map((device) => userRights(device, deviceRights(device))),
  ];
  await writeFileAtomic(files.acl, `# Written by lineside-collector; changes are lost.\n${users.join('\n')}`, {
    mode: 0o600,
  });
}

/** Writes the password file; Mosquitto reads it again on SIGHUP. */
export async function writePasswords(files: MosquittoFiles, users: readonly BrokerUser[]): Promise<void> {
  await writeFileAtomic(files.passwords, users.map(({ name, hash }) => `${name}:${hash}\n`).join(''), { mode: 0o600 });
}

function brokerConfig(files: MosquittoFiles, { host, port, tls, asRoot }: BrokerListeners): string {
  return `# Written by lineside-collector at every start; changes are lost.
per_listener_settings false
listener ${port} ${host}
use_username_as_clientid true
${tls === undefined ? '' : tlsConfig(tls)}allow_anonymous false
password_file ${files.passwords}
acl_file ${files.acl}
persistence false
set_tcp_nodelay true
max_packet_size ${MAX_BATCH_BYTES + PACKET_HEADROOM_BYTES}
max_inflight_messages 128
max_queued_messages 4000
max_queued_bytes 134217728
retain_available true
connection_messages true
log_dest stderr
log_timestamp false
log_type error
log_type warning
log_type notice
${asRoot ? 'user root\n' : ''}`;
}

function tlsConfig({ files, localPort }: NonNullable<BrokerListeners['tls']>): string {
  const { cert, key, clients } = files;
  const identity =
    clients === undefined
      ? []
      : [
          `cafile ${clients.ca}`,
          ...(clients.revoked === undefined ? [] : [`crlfile ${clients.revoked}`]),
          'require_certificate true',
          'use_identity_as_username true',
        ];
  return [
    `certfile ${cert}`,
    `keyfile ${key}`,
    'tls_version tlsv1.2',
    ...identity,
    `listener ${localPort} 127.0.0.1`,
    'use_username_as_clientid true',
    '',
  ].join('\n');
}

/** Lines of a Mosquitto ACL file. */
function userRights(user: string, rights: readonly TopicRight[]): string {
  return `user ${user}\n${rights.map(({ access, filter }) => `topic ${access} ${filter}\n`).join('')}`;
}
