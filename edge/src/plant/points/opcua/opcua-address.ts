/** How messages are protected. `none`: anybody on the way reads and changes them. */
export const SECURITIES = ['none', 'basic256sha256', 'aes128', 'aes256'] as const;
export type Security = (typeof SECURITIES)[number];

export const MODES = ['encrypt', 'sign'] as const;
export type Mode = (typeof MODES)[number];

/** A server of OPC UA and how to log in there. Holds secrets. */
export interface OpcuaTarget {
  /** `opc.tcp://HOST:PORT/PATH`. */
  readonly endpoint: string;
  readonly security: Security;
  readonly mode: Mode;
  readonly user?: { readonly name: string; readonly password: string };
  /** Files with a certificate and its key, in place of name and password. */
  readonly userCertificate?: { readonly certificate: string; readonly key: string };
}

const PORT = 4840;
const OPTIONS = ['security', 'mode', 'certificate', 'key', 'every'];
const CONNECTION_FORM =
  'names no OPC UA server: write opc.tcp://HOST:4840 or opc.tcp://USER:PASSWORD@HOST:4840/PATH?security=aes256';

/** The server that a URL names, or what is wrong with it as text. A fragment and `every` do not count. */
export function parseTarget(url: string): OpcuaTarget | string {
  if (!/^opc\.tcp:\/\//i.test(url) || !URL.canParse(url)) return CONNECTION_FORM;
  const { hostname, port, pathname, searchParams, username, password } = new URL(url);
  if (hostname === '') return CONNECTION_FORM;
  const unknown = [...searchParams.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) return `has the option ${unknown}; known are ${OPTIONS.join(', ')}`;
  const security = searchParams.get('security') ?? 'basic256sha256';
  if (!isOneOf(SECURITIES, security)) return `has the security ${security}; known are ${SECURITIES.join(', ')}`;
  const mode = searchParams.get('mode') ?? 'encrypt';
  if (!isOneOf(MODES, mode)) return `has the mode ${mode}; known are ${MODES.join(', ')}`;
  const certificate = searchParams.get('certificate');
  const key = searchParams.get('key');
  if ((certificate === null) !== (key === null)) return 'needs certificate=/FILE and key=/FILE together';
  if (username !== '' && certificate !== null) return 'has a user and a certificate: a session has one of them';
  if (security === 'none' && (username !== '' || certificate !== null)) {
    return 'would log in without encryption: leave security=none away';
  }
  const path = pathname === '/' ? '' : pathname;
  return {
    endpoint: `opc.tcp://${hostname}:${port === '' ? PORT : port}${path}`,
    ...{ security, mode },
    ...(username === '' ? {} : { user: { name: decoded(username), password: decoded(password) } }),
    ...(certificate === null || key === null ? {} : { userCertificate: { certificate, key } }),
  };
}

function isOneOf<T extends string>(words: readonly T[], text: string): text is T {
  return (words as readonly string[]).includes(text);
}

/** The text as a person wrote it; one with a `%` that encodes nothing is taken as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
