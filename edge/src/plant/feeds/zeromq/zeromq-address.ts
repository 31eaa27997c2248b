const FORM = 'write zmq+tcp://127.0.0.1:PORT or zmq+ipc:///PATH';
/** Of `sockaddr_un`, without the end. */
const MAX_PATH = 107;

/** What is wrong with the URL of a ZeroMQ feed, or undefined. */
export function zeromqUrlProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return `is not a URL: ${FORM}`;
  const { protocol, hostname, port, pathname, search, username } = new URL(url);
  if (username !== '' || search !== '') return `has more than an address: ${FORM}`;
  if (protocol === 'zmq+ipc:') {
    const isPath = hostname === '' && pathname.length > 1 && decodeURIComponent(pathname).length <= MAX_PATH;
    return isPath ? undefined : `names no absolute path of at most ${MAX_PATH} characters: ${FORM}`;
  }
  if (hostname === '' || port === '') return `names no address and port: ${FORM}`;
  return pathname === '' || pathname === '/' ? undefined : `has more than an address: ${FORM}`;
}

/** The endpoint as libzmq writes it. */
export function endpointOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return protocol === 'zmq+ipc:' ? `ipc://${decodeURIComponent(pathname)}` : `tcp://${host}`;
}

/** The file of an `ipc` endpoint. */
export function socketPathOf(url: string): string | undefined {
  const { protocol, pathname } = new URL(url);
  return protocol === 'zmq+ipc:' ? decodeURIComponent(pathname) : undefined;
}

/** Whether other machines can reach the address. Where that is not known, they can. */
export function isReachable(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { protocol, hostname } = new URL(url);
  return protocol !== 'zmq+ipc:' && hostname !== '[::1]' && !/^127(\.\d{1,3}){3}$/.test(hostname);
}

export function isZeromqUrl(url: string): boolean {
  return /^zmq\+(?:tcp|ipc):/i.test(url);
}

/** A key of CURVE as text: 32 bytes in Z85 (rfc.zeromq.org/spec/32). */
export function isCurveKey(text: string): boolean {
  return /^[0-9a-zA-Z.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/.test(text);
}
