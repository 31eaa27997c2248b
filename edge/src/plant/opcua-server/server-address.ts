/** Where the line is served by OPC UA, and to whom. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Without encryption too, so that anybody who reaches the address reads. */
  readonly isOpen: boolean;
}

const PORT = 4840;
const FORM = 'is no address for a server: write opc.tcp://127.0.0.1:4840, or opc.tcp://0.0.0.0:4840 for other machines';

/** Whether a URL names a server of OPC UA. */
export function isOpcuaAddress(url: string): boolean {
  return /^opc\.tcp:/i.test(url);
}

/** The address that a URL names, or what is wrong with it as text. On loopback it is open; elsewhere where it says so. */
export function parseServerAddress(url: string): ServerAddress | string {
  if (!isOpcuaAddress(url) || !URL.canParse(url)) return FORM;
  const { hostname, port, pathname, searchParams, username, hash } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '' || username !== '' || hash !== '' || !['', '/'].includes(pathname)) return FORM;
  const unknown = [...searchParams.keys()].find((name) => name !== 'security');
  if (unknown !== undefined) return `has the option ${unknown}; known is security`;
  const security = searchParams.get('security');
  if (security !== null && security !== 'none') return 'has a security that is none: leave it away, or write none';
  const isLoopback = host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
  return { host, port: port === '' ? PORT : Number(port), isOpen: isLoopback || security === 'none' };
}
