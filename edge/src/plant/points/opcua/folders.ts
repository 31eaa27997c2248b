import { join } from 'node:path';

/** Certificates of this device as a client of OPC UA, in its data folder. */
export function clientFolder(dataDir: string): string {
  return join(dataDir, 'opcua', 'client');
}

/** Certificates of this device as a server of OPC UA. */
export function serverFolder(dataDir: string): string {
  return join(dataDir, 'opcua', 'server');
}
