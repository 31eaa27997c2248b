export interface PostgresAddress {
  /** Host name, address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Read at each new connection. */
  readonly password: (() => string) | undefined;
  /** False, or what must be checked of the server's certificate. */
  readonly tls: false | { readonly ca: string | undefined };
  readonly connections: number;
}
