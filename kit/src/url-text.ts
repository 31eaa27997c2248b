/** A URL's scheme with `://`, at the start of a text. */
const SCHEME = /^[a-z][a-z0-9+.-]{0,31}:\/\//i;

/**
 * Schemes of the plant's controllers. What follows the host there names a point, by which people know it, and not what
 * could be a token.
 */
const POINT_SCHEME = /^(modbus\+tcp|opc\.tcp|zmq\+tcp|zmq\+ipc):/i;
/** Schemes of brokers. What follows the host is a topic, or the names of an edge node; the fragment is a field or metric. */
const TOPIC_SCHEME = /^(sparkplug\+)?mqtts?:/i;

/** Words of which the paths of cameras and servers consist. A path made of anything else may be a token. */
const PATH_WORDS: ReadonlySet<string> = new Set(
  [
    'amp api av avstream axis bin broken cam camera cameras cgi ch channel channels collector devices faststream fcgi h hd',
    'high image img index isapi jpeg jpg line lineside live low main major media metrics minor mjpeg mjpg motion mp mpeg',
    'mpg mqtt multicast nph onvif oven packing play preview product profile psia realmonitor rtp rtsp s sd sdp snapshot',
    'status stream streaming streams sub tcp track trackid udp unicast v video videos ws',
  ].flatMap((line) => line.split(' ')),
);
/** Query parameters that choose a stream. The value of every other one may be a secret. */
const HARMLESS_PARAMETER =
  /^(action|bitrate|camera|channel|codec|compression|connections|fps|height|listen|localport|pkt_size|profile|proto|quality|rate|resolution|sslmode|stream|streamtype|subtype|timeout|transport|transportmode|ttl|unicast|videocodec|width)$/i;
const HARMLESS_VALUE = /^[\w.:*-]{0,16}$/;

export interface UrlParts {
  /** `scheme://`; empty where the text has none. */
  readonly before: string;
  /** User name and password with the `@` after them. */
  readonly user: string;
  /** Host, path, query and fragment. */
  readonly after: string;
}

/**
 * Splits a URL. `blank` has the same length and stands for it where characters are searched for. `widest` takes the last
 * `@` anywhere: this hides a password that contains `/` or `?`, at the price of hiding a path too.
 */
export function splitUrl(url: string, width: 'exact' | 'widest', blank = url): UrlParts {
  const scheme = SCHEME.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length);
  const blankRest = blank.slice(scheme.length);
  const searched = width === 'widest' ? blankRest : (/^[^/?#]*/.exec(blankRest)?.[0] ?? '');
  const at = scheme === '' ? -1 : searched.lastIndexOf('@');
  return { before: scheme, user: rest.slice(0, at + 1), after: rest.slice(at + 1) };
}

/**
 * What comes after the user part, with everything replaced by `mask` that may be a secret: parts of the path and values of
 * the query that are not known to be harmless. Host and port stay, and all of it where the scheme is that of a controller.
 * `topics`: of a broker, written without a reference, are shown where it is known that they are written so.
 */
export function maskAfterUser(
  { before, after }: UrlParts,
  mask: (text: string) => string,
  blank: (text: string) => string = (text) => text,
  topics: 'hidden' | 'shown' = 'hidden',
): string {
  if (POINT_SCHEME.test(before)) return after;
  const isTopic = (lead: string, text: string): boolean =>
    topics === 'shown' && TOPIC_SCHEME.test(before) && /^[/#]$/.test(lead) && blank(text) === text;
  return piecesOf(after, blank(after))
    .map(({ lead, text, isSecret }) => lead + (isSecret && !isTopic(lead, text) ? mask(text) : text))
    .join('');
}

/** What may be secret in a URL without references, as it stands there: password, user name, parts of the path, values. */
export function secretsOfUrl(url: string): readonly string[] {
  const { before, user, after } = splitUrl(url, 'widest');
  if (before === '' || /^file:/i.test(before)) return [];
  const [name = '', ...password] = user.slice(0, -1).split(':');
  const hidden = POINT_SCHEME.test(before) ? [] : piecesOf(after, after).filter(({ isSecret }) => isSecret);
  return [password.join(':'), name, ...hidden.map(({ text }) => text)].filter((text) => text !== '');
}

interface Piece {
  /** Separator, or the name of the parameter with its `=`. */
  readonly lead: string;
  readonly text: string;
  readonly isSecret: boolean;
}

/** Host, parts of the path and parameters, in order and without a rest. */
function piecesOf(after: string, blank: string): readonly Piece[] {
  const found = blank.search(/[?#]/);
  const queryAt = found < 0 ? after.length : found;
  const path = cut(blank.slice(0, queryAt), /[^/]+|\/[^/]*/g).map(({ from, to }) => {
    const piece = after.slice(from, to);
    const lead = piece.startsWith('/') ? '/' : piece;
    const text = piece.slice(lead.length);
    return { lead, text, isSecret: text !== '' && !isHarmlessPath(text) };
  });
  const query = cut(blank.slice(queryAt), /[?#&;][^?#&;]*/g).map(({ from, to }) =>
    parameterOf(after.slice(queryAt + from, queryAt + to), blank.slice(queryAt + from, queryAt + to)),
  );
  return [...path, ...query];
}

function cut(text: string, pattern: RegExp): readonly { readonly from: number; readonly to: number }[] {
  return Array.from(text.matchAll(pattern), ({ 0: piece, index }) => ({ from: index, to: index + piece.length }));
}

/** Names and values in the query of `after`. */
export function parametersOf(
  after: string,
  blank = after,
): readonly { readonly name: string; readonly value: string }[] {
  return piecesOf(after, blank)
    .filter(({ lead }) => lead.endsWith('='))
    .map(({ lead, text }) => ({ name: lead.slice(1, -1), value: text }));
}

function parameterOf(piece: string, blank: string): Piece {
  const equals = blank.indexOf('=');
  const name = piece.slice(1, Math.max(1, equals));
  const lead = piece.slice(0, Math.max(1, equals + 1));
  const text = piece.slice(lead.length);
  const isHarmless = equals > 0 ? HARMLESS_PARAMETER.test(name) && HARMLESS_VALUE.test(text) : isHarmlessPath(text);
  return { lead, text, isSecret: text !== '***' && text !== '' && !isHarmless };
}

function isHarmlessPath(text: string): boolean {
  if (text === '***') return true;
  const digits = text.match(/\d/g)?.length ?? 0;
  if (digits > 4 || !/^[\w.-]*$/.test(text)) return false;
  const words = text.toLowerCase().split(/[\d._-]+/);
  return words.every((word) => word.length < 2 || PATH_WORDS.has(word));
}

/**
 * A URL whose password contains `/`, `?` or `#`, with the user part encoded, so that every reader takes the same part for
 * the host. `blank` as for `splitUrl`. Unchanged where the part before the first `/` is a host.
 */
export function encodeUserPart(url: string, blank = url, encode: (text: string) => string = encodePart): string {
  const exact = splitUrl(url, 'exact', blank);
  if (exact.before === '' || exact.user !== '') return url;
  const wide = splitUrl(url, 'widest', blank);
  const authority = /^[^/?#]*/.exec(exact.after)?.[0] ?? '';
  if (wide.user === '' || !authority.includes(':') || isHost(authority)) return url;
  const [name = '', ...password] = wide.user.slice(0, -1).split(':');
  return `${wide.before}${encode(name)}:${encode(password.join(':'))}@${wide.after}`;
}

/** A name with a dot, `localhost` or an address, with a port. A single word before a colon is taken for a user. */
function isHost(authority: string): boolean {
  return /^(localhost|\[[0-9a-f:.]+\]|[a-z0-9_-]+(\.[a-z0-9_-]+)+):\d{1,5}$/i.test(authority);
}

/** `text` for a user part or the value of a parameter: `encodeURIComponent` and the marks that it leaves (RFC 3986, 2.2). */
export function encodePart(text: string): string {
  const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

export interface UrlLogin {
  /** Without its user part. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/**
 * The user name and password of a URL, decoded, for clients that take them apart from it. The client of `mqtt` takes all
 * before the last colon for the name.
 */
export function urlLogin(url: string): UrlLogin {
  const { before, user, after } = splitUrl(encodeUserPart(url), 'exact');
  if (user === '') return { url };
  const [name = '', ...password] = user.slice(0, -1).split(':');
  return {
    url: before + after,
    username: decodePart(name),
    ...(password.length === 0 ? {} : { password: decodePart(password.join(':')) }),
  };
}

/** `text` itself where its `%` mean no encoding. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/**
 * `url` with `reference` in place of its password, and the password itself, decoded. A URL without a password, or with a
 * reference for one already, stays as it is.
 */
export function splitLogin(
  url: string,
  reference: string,
): { readonly withReference: string; readonly password?: string } {
  const { before, user, after } = splitUrl(encodeUserPart(url), 'exact');
  const colon = user.indexOf(':');
  if (colon < 0 || user.includes('${') || user.length < colon + 3) return { withReference: url };
  const password = user.slice(colon + 1, -1);
  return { withReference: `${before}${user.slice(0, colon)}:${reference}@${after}`, password: decodePart(password) };
}
