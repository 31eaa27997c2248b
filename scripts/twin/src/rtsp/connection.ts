import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { Delivery } from './delivery.ts';
import type { DigestGate } from './digest.ts';
import type { Faults } from './faults.ts';
import { formatResponse, MalformedRequest, MessageReader, type RtspRequest, type RtspResponse } from './message.ts';
import { describe, TRACK } from './sdp.ts';
import { InterleavedSink, type PacketSink, UdpSink } from './sink.ts';
import type { Clock, SharedStream } from './stream.ts';
import { chooseTransport, type Transport, type TransportKind } from './transport.ts';

const METHODS = 'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, TEARDOWN';

/** What a connection needs from its server. */
export interface ConnectionSurroundings {
  readonly streams: ReadonlyMap<string, SharedStream>;
  readonly gate: DigestGate;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly transports: readonly TransportKind[];
  readonly sessionTimeoutSeconds: number;
  readonly maxBufferedBytes: number;
  /** Ends with the server. */
  readonly signal: AbortSignal;
}

interface Session {
  readonly id: string;
  readonly stream: SharedStream;
  readonly delivery: Delivery;
}

/** One client's RTSP connection and the session on it, if any; the session ends with the connection. */
export class Connection {
  readonly #socket: Socket;
  readonly #around: ConnectionSurroundings;
  readonly #reader = new MessageReader();
  #session: Session | undefined;
  #turn: Promise<void> = Promise.resolve();
  #heardAtMs: number;

  constructor(socket: Socket, around: ConnectionSurroundings) {
    this.#socket = socket;
    this.#around = around;
    this.#heardAtMs = around.clock.monotonicMs();
  }

  get delivery(): Delivery | undefined {
    return this.#session?.delivery;
  }

  /** Serves the client until the connection closes. */
  async run(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
    this.#socket.setNoDelay(true);
    // A reset is an end like any other; 'close' follows.
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    const watch = setInterval(() => this.#closeWhenSilent(), 1000);
    await closed;
    clearInterval(watch);
    this.#endSession();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Closes it once what was written has left, without waiting for the client to agree. */
  closeAfterSending(): void {
    this.#socket.destroySoon();
  }

  #receive(chunk: Buffer): void {
    this.#heard();
    try {
      for (const incoming of this.#reader.read(chunk)) {
        if (incoming.kind === 'request') this.#turn = this.#turn.then(() => this.#serve(incoming.request));
      }
    } catch (error) {
      if (!(error instanceof MalformedRequest)) throw error;
      this.#socket.end(formatResponse({ status: 400 }, undefined));
    }
  }

  async #serve(request: RtspRequest): Promise<void> {
    if (this.#around.faults.isHung) return;
    const response = await this.#answer(request).catch((error: unknown): RtspResponse => {
      return { status: 500, body: error instanceof Error ? error.message : String(error) };
    });
    if (this.#socket.writable) this.#socket.write(formatResponse(response, request.headers.get('cseq')));
  }

  async #answer(request: RtspRequest): Promise<RtspResponse> {
    if (!request.headers.has('cseq')) return { status: 400 };
    if (request.method === 'OPTIONS') return { status: 200, headers: { Public: METHODS } };
    const verdict = this.#around.gate.judge(request);
    if (verdict !== 'accepted') {
      return { status: 401, headers: { 'WWW-Authenticate': this.#around.gate.challenge(verdict === 'stale') } };
    }
    switch (request.method) {
      case 'DESCRIBE':
        return this.#describe(request);
      case 'SETUP':
        return this.#setup(request);
      case 'PLAY':
      case 'PAUSE':
      case 'GET_PARAMETER':
      case 'TEARDOWN':
        return this.#inSession(request);
      default:
        return { status: 405, headers: { Allow: METHODS } };
    }
  }

  async #describe(request: RtspRequest): Promise<RtspResponse> {
    const stream = this.#streamOf(request.uri);
    if (stream === undefined) return { status: 404 };
    const sets = await stream.ready(this.#around.signal).catch(() => undefined);
    if (sets === undefined) return { status: 503, headers: { 'Retry-After': '1' } };
    const host = plainAddress(this.#socket.localAddress ?? '127.0.0.1');
    const headers = { 'Content-Base': `${request.uri.replace(/\/+$/, '')}/`, 'Content-Type': 'application/sdp' };
    return { status: 200, headers, body: describe({ path: stream.path, host, fps: stream.fps, sets }) };
  }

  async #setup(request: RtspRequest): Promise<RtspResponse> {
    const stream = this.#streamOf(request.uri);
    if (stream === undefined) return { status: 404 };
    if (this.#session?.delivery.playing === true) return { status: 455 };
    const transport = chooseTransport(request.headers.get('transport') ?? '', this.#around.transports);
    if (transport === undefined) return { status: 461 };
    const opened = await stream.ready(this.#around.signal).then(
      () => true,
      () => false,
    );
    if (!opened || this.#isGone()) return { status: 503, headers: { 'Retry-After': '1' } };
    this.#endSession();
    const { sink, answer } = await this.#openSink(transport);
    const delivery = new Delivery(stream.path, transport.kind, sink, this.#around.maxBufferedBytes);
    this.#session = { id: randomBytes(8).toString('hex'), stream, delivery };
    stream.add(delivery);
    // The client may have left while the ports were opened.
    if (this.#isGone()) this.#endSession();
    const ssrc = delivery.ssrc.toString(16).toUpperCase().padStart(8, '0');
    return { status: 200, headers: { Transport: `${answer};ssrc=${ssrc}`, ...this.#sessionHeader() } };
  }

  async #openSink(transport: Transport): Promise<{ readonly sink: PacketSink; readonly answer: string }> {
    switch (transport.kind) {
      case 'tcp': {
        const { rtpChannel, rtcpChannel } = transport;
        const sink = new InterleavedSink(this.#socket, rtpChannel, rtcpChannel);
        return { sink, answer: `RTP/AVP/TCP;unicast;interleaved=${rtpChannel}-${rtcpChannel}` };
      }
      case 'udp': {
        const host = plainAddress(this.#socket.remoteAddress ?? '127.0.0.1');
        const { rtpPort, rtcpPort } = transport;
        const sink = await UdpSink.open({ host, rtpPort, rtcpPort }, () => this.#heard());
        const ports = `client_port=${rtpPort}-${rtcpPort};server_port=${sink.rtpPort}-${sink.rtcpPort}`;
        return { sink, answer: `RTP/AVP;unicast;${ports}` };
      }
    }
  }

  #inSession(request: RtspRequest): RtspResponse {
    const session = this.#session;
    const asked = request.headers.get('session')?.split(';')[0]?.trim();
    if (session === undefined || (asked !== undefined && asked !== session.id)) {
      // Without a session GET_PARAMETER is a ping.
      return { status: request.method === 'GET_PARAMETER' && asked === undefined ? 200 : 454 };
    }
    const headers = this.#sessionHeader();
    switch (request.method) {
      case 'PLAY': {
        session.delivery.play();
        const base = request.uri.replace(/\/+$/, '').replace(new RegExp(`/${TRACK}$`), '');
        const info = `url=${base}/${TRACK};seq=${session.delivery.nextSequence}`;
        return { status: 200, headers: { ...headers, Range: 'npt=now-', 'RTP-Info': info } };
      }
      case 'PAUSE':
        session.delivery.pause();
        return { status: 200, headers };
      case 'TEARDOWN':
        this.#endSession();
        return { status: 200 };
      default:
        return { status: 200, headers };
    }
  }

  #sessionHeader(): Readonly<Record<string, string>> {
    return { Session: `${this.#session?.id ?? ''};timeout=${this.#around.sessionTimeoutSeconds}` };
  }

  /** By the address's path, with or without the track; a query is the client's own affair. */
  #streamOf(uri: string): SharedStream | undefined {
    const path = URL.canParse(uri) ? new URL(uri).pathname : uri;
    const plain = decodePath(path).replace(/^\/+|\/+$/g, '');
    const { streams } = this.#around;
    return streams.get(plain) ?? streams.get(plain.replace(new RegExp(`/${TRACK}$`), ''));
  }

  #isGone(): boolean {
    return this.#socket.destroyed;
  }

  #heard(): void {
    this.#heardAtMs = this.#around.clock.monotonicMs();
  }

  /** A frozen stream sends nothing that a client would answer: its silence is our doing. */
  #closeWhenSilent(): void {
    const silentMs = this.#around.clock.monotonicMs() - this.#heardAtMs;
    if (this.#around.faults.isFrozen(this.#session?.stream.path ?? '')) this.#heard();
    else if (silentMs > this.#around.sessionTimeoutSeconds * 1000) this.close();
  }

  #endSession(): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    session.stream.remove(session.delivery);
    session.delivery.close();
  }
}

/** An IPv4 address as a dual-stack socket writes it, in its plain form. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '');
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}
