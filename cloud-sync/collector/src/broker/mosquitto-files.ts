import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_BATCH_BYTES, PREFIX } from '@lineside/protocol';
import { writeFileAtomic } from '@lineside/kit';
import type { ListenerTls } from './broker-tls.ts';

/** The collector's own user name at the managed broker; no device can be called so. */
export const COLLECTOR_USER = 'collector';

/** Room for topic and properties beside the largest batch. */
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
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = mosquittoFiles(folder);
  await writeFileAtomic(files.config, brokerConfig(files, listeners), { mode: 0o600 });
  return files;
}

/** Writes who may do what: `collector` everything, each device its own; Mosquitto reads it again on SIGHUP. */
export async function writeRights(files: MosquittoFiles, collector: string, devices: readonly string[]): Promise<void> {
  const rights = devices.map((device) => `\nuser ${device}\n${deviceRights(device)}`);
  const text = `# Written by lineside-collector; changes are lost.\nuser ${collector}\ntopic readwrite ${PREFIX}/#\n`;
  await writeFileAtomic(files.acl, text + rights.join(''), { mode: 0o600 });
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

/**
 * A device writes its own up, state and reported, reads its own state, its own down and the collector's presence, and
 * nothing else. By name and not by pattern, so that who has no credential any more has no rights either.
 */
function deviceRights(device: string): string {
  return `topic write ${PREFIX}/${device}/up/#
topic readwrite ${PREFIX}/${device}/state
topic write ${PREFIX}/${device}/reported
topic read ${PREFIX}/${device}/down/#
topic read ${PREFIX}/collector/state
`;
}
