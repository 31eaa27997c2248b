import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_BATCH_BYTES, PREFIX } from '@lineside/protocol';
import { writeFileAtomic } from '../atomic-file.ts';

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

/** Writes the broker's configuration and rights; `asRoot` keeps Mosquitto from changing to a user who cannot read them. */
export async function writeBrokerFiles(
  folder: string,
  listen: { readonly host: string; readonly port: number },
  asRoot: boolean,
): Promise<MosquittoFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = mosquittoFiles(folder);
  await writeFileAtomic(files.config, brokerConfig(files, listen, asRoot));
  await writeFileAtomic(files.acl, ACL);
  return files;
}

/** Writes the password file; Mosquitto reads it again on SIGHUP. */
export async function writePasswords(files: MosquittoFiles, users: readonly BrokerUser[]): Promise<void> {
  await writeFileAtomic(files.passwords, users.map(({ name, hash }) => `${name}:${hash}\n`).join(''));
}

function brokerConfig(files: MosquittoFiles, listen: { host: string; port: number }, asRoot: boolean): string {
  return `# Written by lineside-collector at every start; changes are lost.
per_listener_settings false
listener ${listen.port} ${listen.host}
use_username_as_clientid true
allow_anonymous false
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

/** A device writes its own up, state and reported, reads its own state, its own down and the collector's presence, and nothing else. */
const ACL = `# Written by lineside-collector at every start; changes are lost.
user ${COLLECTOR_USER}
topic readwrite ${PREFIX}/#

pattern write ${PREFIX}/%u/up/#
pattern readwrite ${PREFIX}/%u/state
pattern write ${PREFIX}/%u/reported
pattern read ${PREFIX}/%u/down/#
pattern read ${PREFIX}/collector/state
`;
