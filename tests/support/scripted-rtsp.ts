import { createServer, type Socket } from 'node:net';

export interface ScriptedRtsp extends AsyncDisposable {
  readonly port: number;
}

const SDP = [
  ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=control:*', 'm=video 0 RTP/AVP 96'],
  ...['a=rtpmap:96 H264/90000', 'a=control:track1', ''],
].join('\r\n');

/**
 * A camera that answers each RTSP method with the status and headers of a script, and with success where it says
 * nothing; no video ever follows. `silent` accepts connections and answers nothing.
 */
export async function scriptedRtsp(script: Readonly<Record<string, string>> | 'silent'): Promise<ScriptedRtsp> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => socket.destroy());
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        if (script !== 'silent') socket.write(answerTo(request, script));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as { port: number }).port,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function answerTo(request: string, script: Readonly<Record<string, string>>): string {
  const method = request.split(' ', 1)[0] ?? '';
  const sequence = /^cseq:\s*(\d+)/im.exec(request)?.[1] ?? '1';
  const wanted = /^transport:\s*(\S+)/im.exec(request)?.[1] ?? '';
  const ports = /client_port=[\d-]+/.exec(wanted)?.[0];
  const success: Readonly<Record<string, string>> = {
    OPTIONS: '200 OK\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN',
    DESCRIBE: '200 OK\r\nContent-Type: application/sdp',
    SETUP:
      ports === undefined
        ? '200 OK\r\nSession: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1'
        : `200 OK\r\nSession: 1\r\nTransport: RTP/AVP;unicast;${ports};server_port=40000-40001`,
  };
  const status = script[method] ?? success[method] ?? '200 OK';
  const body = method === 'DESCRIBE' && status.startsWith('200') ? SDP : '';
  return `RTSP/1.0 ${status}\r\nCSeq: ${sequence}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
