import { createServer, type Socket } from 'node:net';

/** What a client handed over. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
}

/** A mail server that takes everything and keeps it: the commands of RFC 5321 that a client needs, without TLS. */
export class SmtpSink implements AsyncDisposable {
  readonly mails: ReceivedMail[] = [];
  readonly #server = createServer((socket) => this.#serve(socket));

  static async start(): Promise<SmtpSink> {
    const sink = new SmtpSink();
    await new Promise<void>((resolve) => sink.#server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    let [from, to, rest] = ['', [] as string[], ''];
    let data: string[] | undefined;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    say('220 sink');
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      rest += bytes.toString('utf8');
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (data !== undefined) {
          if (line !== '.') {
            data.push(line);
            continue;
          }
          this.mails.push({ from, to, data: data.join('\n') });
          data = undefined;
          say('250 taken');
        } else if (/^EHLO|^HELO/i.test(line)) say('250 sink');
        else if (/^MAIL FROM:<([^>]*)>/i.test(line)) {
          [from, to] = [/<([^>]*)>/.exec(line)?.[1] ?? '', []];
          say('250 ok');
        } else if (/^RCPT TO:<([^>]*)>/i.test(line)) {
          to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
          say('250 ok');
        } else if (/^DATA/i.test(line)) {
          data = [];
          say('354 go on');
        } else if (/^QUIT/i.test(line)) {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
  }
}
