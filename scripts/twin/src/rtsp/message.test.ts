import { describe, expect, it } from 'vitest';
import { type Incoming, MalformedRequest, MessageReader } from './message.ts';
import { chooseTransport } from './transport.ts';

const read = (bytes: Buffer, step = bytes.length): Incoming[] => {
  const reader = new MessageReader();
  const found: Incoming[] = [];
  for (let at = 0; at < bytes.length; at += step) found.push(...reader.read(bytes.subarray(at, at + step)));
  return found;
};

describe('MessageReader', () => {
  const stream = Buffer.concat([
    Buffer.from('OPTIONS rtsp://h/a RTSP/1.0\r\nCSeq: 1\r\n\r\n\r\n'),
    Buffer.from([0x24, 1, 0, 3, 7, 8, 9]),
    Buffer.from(
      'GET_PARAMETER rtsp://h/a RTSP/1.0\r\ncseq:2\r\nContent-Length: 4\r\n\r\nab\r\nPLAY * RTSP/1.0\r\nCSeq: 3\r\n\r\n',
    ),
  ]);

  it('takes requests and packets apart however the bytes are sliced', () => {
    for (const step of [1, 2, 5, stream.length]) {
      const found = read(stream, step);
      expect(found.map((one) => (one.kind === 'request' ? one.request.method : [...one.data]))).toEqual([
        'OPTIONS',
        [7, 8, 9],
        'GET_PARAMETER',
        'PLAY',
      ]);
    }
  });

  it('refuses what is not RTSP, and a header without an end', () => {
    expect(() => read(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'))).toThrow(MalformedRequest);
    expect(() => read(Buffer.alloc(20_000, 'a'))).toThrow(MalformedRequest);
    expect(() => read(Buffer.from('PLAY * RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n'))).toThrow(MalformedRequest);
  });
});

describe('chooseTransport', () => {
  it("takes the first of the client's wishes that is offered", () => {
    const wishes = 'RTP/AVP;multicast, RTP/AVP;unicast;client_port=5000-5001, RTP/AVP/TCP;unicast;interleaved=2-3';
    expect(chooseTransport(wishes, ['tcp', 'udp'])).toEqual({ kind: 'udp', rtpPort: 5000, rtcpPort: 5001 });
    expect(chooseTransport(wishes, ['tcp'])).toEqual({ kind: 'tcp', rtpChannel: 2, rtcpChannel: 3 });
    expect(chooseTransport('RTP/AVP;multicast', ['tcp', 'udp'])).toBeUndefined();
    expect(chooseTransport('RTP/SAVP;unicast;client_port=1-2', ['tcp', 'udp'])).toBeUndefined();
    expect(chooseTransport('RTP/AVP;unicast;client_port=70000-70001', ['tcp', 'udp'])).toBeUndefined();
  });
});
