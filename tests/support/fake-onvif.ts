import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

const SOAP = 'http://www.w3.org/2003/05/soap-envelope';
const GROUP = '239.255.255.250';
const PORT = 3702;

export interface FakeOnvifOptions {
  readonly name: string;
  /** Answers each action with this text instead of its own answer. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Sent to each probe instead of a match. */
  readonly matches?: readonly string[];
  /** Refuses everything that has no user name token. */
  readonly users?: boolean;
  /** Accepts requests and never answers. */
  readonly silent?: boolean;
}

/** An ONVIF camera on the loopback, with the answers of an ordinary one or with those that a test gives it. */
export class FakeOnvif implements AsyncDisposable {
  readonly #options: FakeOnvifOptions;
  readonly #server: Server;
  readonly #socket: Socket | undefined;
  /** Bodies of requests so far. */
  readonly requests: string[] = [];
  port = 0;

  private constructor(options: FakeOnvifOptions, multicast: boolean) {
    this.#options = options;
    this.#socket = multicast ? createSocket({ type: 'udp4', reuseAddr: true }) : undefined;
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        this.requests.push(body);
        if (options.silent === true) return;
        const action = ACTIONS.find((one) => body.includes(`<${one} `) || body.includes(`<${one}>`)) ?? '';
        const refused = options.users === true && action !== 'GetSystemDateAndTime' && !body.includes('UsernameToken');
        response.writeHead(refused ? 400 : 200, { 'content-type': 'application/soap+xml' });
        response.end(refused ? envelope(FAULT) : (options.answers?.[action] ?? envelope(this.#answer(action))));
      });
    });
  }

  static async open(options: FakeOnvifOptions, { multicast = false } = {}): Promise<FakeOnvif> {
    const camera = new FakeOnvif(options, multicast);
    camera.#server.listen(0, '127.0.0.1');
    await once(camera.#server, 'listening');
    const address = camera.#server.address();
    camera.port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const socket = camera.#socket;
    if (socket === undefined) return camera;
    socket.on('message', (message, { port, address: asker }) => {
      const id = /MessageID[^>]*>([^<]+)</.exec(message.toString('utf8'))?.[1] ?? '';
      for (const match of options.matches ?? [camera.#match(id)]) socket.send(match, port, asker);
    });
    socket.bind(PORT, () => socket.addMembership(GROUP, '127.0.0.1'));
    await once(socket, 'listening');
    return camera;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/onvif/device_service`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.close();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #match(id: string): string {
    const scope = `onvif://www.onvif.org/name/${encodeURIComponent(this.#options.name)}`;
    const fields = `<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${scope}</d:Scopes><d:XAddrs>${this.url}</d:XAddrs>`;
    const reference = `<a:EndpointReference><a:Address>urn:uuid:${this.#options.name}-${this.port}</a:Address></a:EndpointReference>`;
    return (
      `<s:Envelope xmlns:s="${SOAP}" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">` +
      `<s:Header><a:RelatesTo>${id}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>${reference}${fields}` +
      '<d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>'
    );
  }

  #answer(action: string): string {
    switch (action) {
      case 'GetSystemDateAndTime':
        return (
          '<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>12</tt:Hour>' +
          '<tt:Minute>0</tt:Minute><tt:Second>0</tt:Second></tt:Time><tt:Date><tt:Year>2026</tt:Year><tt:Month>6</tt:Month>' +
          '<tt:Day>1</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>'
        );
      case 'GetServices':
        return `<tds:GetServicesResponse>${['device', 'media', 'events'].map((one) => this.#service(one)).join('')}</tds:GetServicesResponse>`;
      case 'GetDeviceInformation':
        return (
          '<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>Cam 4</tds:Model>' +
          '<tds:FirmwareVersion>1.2.3</tds:FirmwareVersion></tds:GetDeviceInformationResponse>'
        );
      case 'GetProfiles':
        return `<trt:GetProfilesResponse>${profile('main', 1920, 25)}${profile('sub', 640, 10)}</trt:GetProfilesResponse>`;
      case 'GetStreamUri':
        return streamUri('rtsp://admin:s3cret@127.0.0.1/stream1');
      default:
        return FAULT;
    }
  }

  #service(name: string): string {
    const url = `http://127.0.0.1:${this.port}/onvif/${name}_service`;
    const namespace = `http://www.onvif.org/ver10/${name}/wsdl`;
    return `<tds:Service><tds:Namespace>${namespace}</tds:Namespace><tds:XAddr>${url}</tds:XAddr></tds:Service>`;
  }
}

const ACTIONS = ['GetSystemDateAndTime', 'GetServices', 'GetDeviceInformation', 'GetProfiles', 'GetStreamUri'];
const FAULT =
  '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>' +
  '<s:Reason><s:Text xml:lang="en">Sender not authorized</s:Text></s:Reason></s:Fault>';

export function envelope(body: string): string {
  const spaces = [
    `xmlns:s="${SOAP}"`,
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"',
    'xmlns:trt="http://www.onvif.org/ver10/media/wsdl"',
    'xmlns:tt="http://www.onvif.org/ver10/schema"',
  ];
  return `<?xml version="1.0"?><s:Envelope ${spaces.join(' ')}><s:Body>${body}</s:Body></s:Envelope>`;
}

export function streamUri(url: string): string {
  return `<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>${url}</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>`;
}

function profile(token: string, width: number, fps: number): string {
  const size = `<tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${(width * 9) / 16}</tt:Height></tt:Resolution>`;
  const rate = `<tt:RateControl><tt:FrameRateLimit>${fps}</tt:FrameRateLimit><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>`;
  return (
    `<trt:Profiles token="${token}"><tt:Name>${token} stream</tt:Name><tt:VideoEncoderConfiguration token="e">` +
    `<tt:Encoding>H264</tt:Encoding>${size}${rate}</tt:VideoEncoderConfiguration></trt:Profiles>`
  );
}
