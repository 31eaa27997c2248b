import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { isIPv6, type Socket } from 'node:net';

/** Where one client's packets go. Sending never waits: what cannot leave yet counts as buffered. */
export interface PacketSink {
  readonly bufferedBytes: number;
  sendRtp(packets: readonly Buffer[]): void;
  sendRtcp(packet: Buffer): void;
  close(): void;
}

/** RTP between the RTSP messages of one TCP connection (RFC 2326, 10.12). */
export class InterleavedSink implements PacketSink {
  readonly #socket: Socket;
  readonly #rtpChannel: number;
  readonly #rtcpChannel: number;

  constructor(socket: Socket, rtpChannel: number, rtcpChannel: number) {
    this.#socket = socket;
    this.#rtpChannel = rtpChannel;
    this.#rtcpChannel = rtcpChannel;
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  sendRtp(packets: readonly Buffer[]): void {
    if (!this.#socket.writable) return;
    this.#socket.write(Buffer.concat(packets.flatMap((packet) => [frameHeader(this.#rtpChannel, packet), packet])));
  }

  sendRtcp(packet: Buffer): void {
    if (!this.#socket.writable) return;
    this.#socket.write(Buffer.concat([frameHeader(this.#rtcpChannel, packet), packet]));
  }

  /** The connection belongs to the RTSP side. */
  close(): void {
    return;
  }
}

function frameHeader(channel: number, packet: Buffer): Buffer {
  return Buffer.of(0x24, channel, packet.length >> 8, packet.length & 0xff);
}

/** Packets sent before the loop turns: a large key frame at once would overflow the client's socket buffer. */
const BURST_PACKETS = 24;
const BURST_EVERY_MS = 2;
const BIND_ATTEMPTS = 50;

/** RTP and RTCP as datagrams from a pair of ports, the even one for RTP (RFC 3550, 11). */
export class UdpSink implements PacketSink {
  readonly rtpPort: number;
  readonly rtcpPort: number;
  readonly #rtp: UdpSocket;
  readonly #rtcp: UdpSocket;
  readonly #to: { readonly host: string; readonly rtpPort: number; readonly rtcpPort: number };
  readonly #queue: Buffer[] = [];
  #queuedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(rtp: UdpSocket, rtcp: UdpSocket, to: UdpSink['target'], onRtcp: () => void) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#to = to;
    this.rtpPort = rtp.address().port;
    this.rtcpPort = rtcp.address().port;
    rtcp.on('message', onRtcp);
  }

  get target(): { readonly host: string; readonly rtpPort: number; readonly rtcpPort: number } {
    return this.#to;
  }

  /** Binds a pair of ports; `onRtcp` is called for each report that the client sends. */
  static async open(to: UdpSink['target'], onRtcp: () => void): Promise<UdpSink> {
    const family = isIPv6(to.host) ? 'udp6' : 'udp4';
    for (let attempt = 0; attempt < BIND_ATTEMPTS; attempt++) {
      const rtp = await bind(family, 0);
      const { port } = rtp.address();
      const rtcp = port % 2 === 0 ? await bind(family, port + 1).catch(() => undefined) : undefined;
      if (rtcp !== undefined) return new UdpSink(rtp, rtcp, to, onRtcp);
      rtp.close();
    }
    throw new Error('found no pair of free UDP ports');
  }

  get bufferedBytes(): number {
    return this.#queuedBytes;
  }

  sendRtp(packets: readonly Buffer[]): void {
    for (const packet of packets) {
      this.#queue.push(packet);
      this.#queuedBytes += packet.length;
    }
    if (this.#timer === undefined) this.#sendBurst();
  }

  sendRtcp(packet: Buffer): void {
    if (!this.#closed) this.#rtcp.send(packet, this.#to.rtcpPort, this.#to.host);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#queue.length = 0;
    this.#rtp.close();
    this.#rtcp.close();
  }

  #sendBurst(): void {
    this.#timer = undefined;
    if (this.#closed) return;
    for (const packet of this.#queue.splice(0, BURST_PACKETS)) {
      this.#queuedBytes -= packet.length;
      this.#rtp.send(packet, this.#to.rtpPort, this.#to.host);
    }
    if (this.#queue.length > 0) this.#timer = setTimeout(() => this.#sendBurst(), BURST_EVERY_MS);
  }
}

function bind(family: 'udp4' | 'udp6', port: number): Promise<UdpSocket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(family);
    socket.once('error', reject);
    socket.bind(port, () => {
      socket.off('error', reject);
      // A client that went away answers with ICMP; its RTSP connection shows it soon enough.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}
