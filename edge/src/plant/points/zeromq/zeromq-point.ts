const FORM = 'write zmq+tcp://127.0.0.1:PORT/NAME or zmq+ipc:///PATH?point=NAME';
const NAME = /^[\w.-]{1,64}$/;
/** Of `sockaddr_un`, without the end. */
const MAX_PATH = 107;
const LEAST_MS = 5;

/** What is wrong with the address of a program, or undefined. Only this device: nobody is asked who they are. */
export function zeromqProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return `is not a URL: ${FORM}`;
  const { protocol, hostname, port, pathname, username, searchParams } = new URL(url);
  const unknown = [...searchParams.keys()].find((name) => !['point', 'every'].includes(name));
  if (unknown !== undefined) return `has the option ${unknown}, known are point and every`;
  if (username !== '') return `has a login: ${FORM}`;
  if (protocol === 'zmq+ipc:') {
    const isPath = hostname === '' && pathname.length > 1 && decodeURIComponent(pathname).length <= MAX_PATH;
    return isPath ? undefined : `names no absolute path of at most ${MAX_PATH} characters: ${FORM}`;
  }
  if (port === '') return `names no port: ${FORM}`;
  const isLoopback = hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  return isLoopback ? undefined : `is not an address of this device alone: ${FORM}`;
}

/** Parts of an address that has no problem; `point` is empty where it names none. */
export function zeromqConnection(url: string): {
  readonly connection: string;
  readonly endpoint: string;
  readonly point: string;
} {
  const { protocol, host, pathname, searchParams } = new URL(url);
  if (protocol === 'zmq+ipc:') {
    const point = searchParams.get('point') ?? '';
    return { connection: `zmq+ipc://${pathname}`, endpoint: `ipc://${decodeURIComponent(pathname)}`, point };
  }
  return { connection: `zmq+tcp://${host}`, endpoint: `tcp://${host}`, point: pathname.slice(1) };
}

export function pointNameProblem(text: string): string | undefined {
  return NAME.test(text) ? undefined : 'is no name of a point: 1 to 64 letters, digits, dots, dashes and underscores';
}

/** How often a point is to be read: `every=100ms` or `every=2s`. */
export function everyOf(url: string): { readonly ms?: number; readonly problem?: string } {
  const text = new URL(url).searchParams.get('every');
  if (text === null) return {};
  const match = /^(\d{1,6})(ms|s)$/.exec(text);
  const ms = Number(match?.[1]) * (match?.[2] === 's' ? 1000 : 1);
  if (match === null || ms < LEAST_MS) return { problem: 'has an every that is none: write every=100ms or every=2s' };
  return { ms };
}
