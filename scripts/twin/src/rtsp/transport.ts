/** How a client wants its packets (RFC 2326, 12.39). */
export type Transport =
  | { readonly kind: 'tcp'; readonly rtpChannel: number; readonly rtcpChannel: number }
  | { readonly kind: 'udp'; readonly rtpPort: number; readonly rtcpPort: number };

export type TransportKind = Transport['kind'];

/** The first of the client's wishes, in its order, that the server can fulfil; undefined means 461. */
export function chooseTransport(header: string, offered: readonly TransportKind[]): Transport | undefined {
  for (const wish of header.split(',')) {
    const transport = parseWish(wish.trim());
    if (transport !== undefined && offered.includes(transport.kind)) return transport;
  }
  return undefined;
}

function parseWish(wish: string): Transport | undefined {
  const [profile = '', ...parameters] = wish.split(';').map((part) => part.trim());
  const named = new Map(parameters.map((part) => part.toLowerCase().split('=')).map(([k = '', v = '']) => [k, v]));
  if (named.has('multicast')) return undefined;
  switch (profile.toUpperCase()) {
    case 'RTP/AVP/TCP': {
      const channels = pair(named.get('interleaved') ?? '0-1', 255);
      return channels && { kind: 'tcp', rtpChannel: channels[0], rtcpChannel: channels[1] };
    }
    case 'RTP/AVP':
    case 'RTP/AVP/UDP': {
      const ports = pair(named.get('client_port') ?? '', 65_535);
      return ports && ports[0] > 0 ? { kind: 'udp', rtpPort: ports[0], rtcpPort: ports[1] } : undefined;
    }
    default:
      return undefined;
  }
}

/** "a-b", or "a", whose partner is the next number. */
function pair(text: string, max: number): readonly [number, number] | undefined {
  const [, first, second] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (first === undefined) return undefined;
  const low = Number(first);
  const high = second === undefined ? low + 1 : Number(second);
  return low <= max && high <= max ? [low, high] : undefined;
}
