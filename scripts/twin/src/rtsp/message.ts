/** One request of RFC 2326. Header names are in lower case. */
export interface RtspRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** What a client sends on its connection: requests, and RTCP between them (10.12). */
export type Incoming =
  | { readonly kind: 'request'; readonly request: RtspRequest }
  | { readonly kind: 'interleaved'; readonly channel: number; readonly data: Buffer };

/** The client does not speak RTSP: nothing after this can be trusted. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest';
}

const DOLLAR = 0x24;
const MAX_HEAD_BYTES = 16 << 10;
const MAX_BODY_BYTES = 64 << 10;

/** Puts what arrives on a connection together into requests and interleaved packets. Throws MalformedRequest. */
export class MessageReader {
  #pending: Buffer = Buffer.alloc(0);

  *read(chunk: Buffer): Generator<Incoming> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      this.#skipEmptyLines();
      const next = this.#pending[0] === DOLLAR ? this.#interleaved() : this.#request();
      if (next === undefined) return;
      yield next;
    }
  }

  /** Clients may send them to keep a connection open. */
  #skipEmptyLines(): void {
    let start = 0;
    while (this.#pending[start] === 0x0d || this.#pending[start] === 0x0a) start++;
    this.#pending = this.#pending.subarray(start);
  }

  #interleaved(): Incoming | undefined {
    if (this.#pending.length < 4) return undefined;
    const end = 4 + this.#pending.readUInt16BE(2);
    if (this.#pending.length < end) return undefined;
    const incoming: Incoming = {
      kind: 'interleaved',
      channel: this.#pending[1] ?? 0,
      data: this.#pending.subarray(4, end),
    };
    this.#pending = this.#pending.subarray(end);
    return incoming;
  }

  #request(): Incoming | undefined {
    const headEnd = this.#pending.indexOf('\r\n\r\n');
    if (headEnd === -1) {
      if (this.#pending.length > MAX_HEAD_BYTES) throw new MalformedRequest('the header does not end');
      return undefined;
    }
    const request = parseHead(this.#pending.subarray(0, headEnd).toString('utf8'));
    const bodyBytes = Number(request.headers.get('content-length') ?? '0');
    if (!Number.isInteger(bodyBytes) || bodyBytes < 0 || bodyBytes > MAX_BODY_BYTES) {
      throw new MalformedRequest('bad Content-Length');
    }
    const end = headEnd + 4 + bodyBytes;
    if (this.#pending.length < end) return undefined;
    this.#pending = this.#pending.subarray(end);
    return { kind: 'request', request };
  }
}

function parseHead(head: string): RtspRequest {
  const [first = '', ...lines] = head.split('\r\n');
  const [, method, uri] = /^([A-Z_]{1,32}) (\S{1,2048}) RTSP\/1\.\d$/.exec(first) ?? [];
  if (method === undefined || uri === undefined) throw new MalformedRequest('no RTSP request line');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = /^([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new MalformedRequest('bad header line');
    headers.set(name.toLowerCase(), value);
  }
  return { method, uri, headers };
}

/** An answer without its CSeq, which the connection adds. */
export interface RtspResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  459: 'Aggregate Operation Not Allowed',
  461: 'Unsupported Transport',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export function formatResponse({ status, headers = {}, body = '' }: RtspResponse, cseq: string | undefined): string {
  const lines = [`RTSP/1.0 ${status} ${REASONS[status] ?? 'Unknown'}`];
  if (cseq !== undefined) lines.push(`CSeq: ${cseq}`);
  lines.push('Server: lineside-twin');
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
