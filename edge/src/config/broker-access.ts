import type { UplinkConfig } from './config.ts';
import type { LoadedConfig } from './load.ts';

/** Where the broker is and how this device proves who it is, with all secrets resolved. Log none of it but `url`'s host. */
export interface BrokerAccess {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM texts. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** Reads the secrets of the uplink now, for the service as for the doctor. Throws SecretError where one is missing. */
export function brokerAccess({ secrets }: LoadedConfig, uplink: UplinkConfig): BrokerAccess {
  const { broker, username, password, ca, cert, key } = uplink;
  return {
    url: secrets.text(broker),
    ...(username === undefined ? {} : { username: secrets.text(username) }),
    ...(password === undefined ? {} : { password: secrets.text(password) }),
    tls: {
      ...(ca === undefined ? {} : { ca: secrets.file(ca) }),
      ...(cert === undefined ? {} : { cert: secrets.file(cert) }),
      ...(key === undefined ? {} : { key: secrets.file(key) }),
    },
  };
}
