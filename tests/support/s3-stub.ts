import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface StoredObject {
  readonly body: Buffer;
  readonly type: string;
}

/** As much of S3 as a client of one bucket needs: objects by path, and AWS Signature Version 4 on every request. */
export class S3Stub implements AsyncDisposable {
  readonly bucket = 'pictures';
  readonly accessKey = 'AKIATESTKEY';
  readonly secretKey = 'a secret that is only for tests';
  readonly region = 'eu-test-1';
  readonly objects = new Map<string, StoredObject>();
  /** Answer everything with this status, as a server in trouble does. */
  broken: number | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  }

  static async start(): Promise<S3Stub> {
    const stub = new S3Stub();
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the stub does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    if (this.broken !== undefined) return void response.writeHead(this.broken).end();
    const problem = this.#signatureProblem(request, body);
    if (problem !== undefined) return void response.writeHead(403).end(`<Error><Code>${problem}</Code></Error>`);
    const [, bucket, ...rest] = decodeURIComponent(new URL(request.url ?? '', 'http://s3').pathname).split('/');
    if (bucket !== this.bucket) return void response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>');
    this.#serve(request, response, rest.join('/'), body);
  }

  #serve(request: IncomingMessage, response: ServerResponse, key: string, body: Buffer): void {
    if (key === '') return void response.writeHead(200).end();
    if (request.method === 'PUT') {
      this.objects.set(key, { body, type: request.headers['content-type'] ?? '' });
      return void response.writeHead(200, { etag: '"x"' }).end();
    }
    if (request.method === 'DELETE') {
      this.objects.delete(key);
      return void response.writeHead(204).end();
    }
    const found = this.objects.get(key);
    if (found === undefined) return void response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = from === undefined ? found.body : found.body.subarray(Number(from), Number(to) + 1);
    const status = from === undefined ? 200 : 206;
    response.writeHead(status, { 'content-length': part.length, 'content-type': found.type });
    response.end(request.method === 'HEAD' ? undefined : part);
  }

  /** Why the request was not signed with the secret key; undefined when it was. */
  #signatureProblem({ headers, method, url }: IncomingMessage, body: Buffer): string | undefined {
    const [, credential = '', signed = '', signature = ''] =
      /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
        headers.authorization ?? '',
      ) ?? [];
    const [accessKey, date = '', region = '', service = ''] = credential.split('/');
    if (accessKey !== this.accessKey) return 'InvalidAccessKeyId';
    if (region !== this.region || service !== 's3') return 'AuthorizationHeaderMalformed';
    const payload = String(headers['x-amz-content-sha256']);
    if (/^[0-9a-f]{64}$/.test(payload) && payload !== sha256(body)) return 'XAmzContentSHA256Mismatch';
    const { pathname, searchParams } = new URL(url ?? '', 'http://s3');
    const query = [...searchParams].map(([k, v]) => `${encodeURIComponent(k)}=${encodeURIComponent(v)}`).sort();
    const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
    const canonical = [method, pathname, query.join('&'), lines.join(''), signed, payload].join('\n');
    const scope = `${date}/${region}/s3/aws4_request`;
    const text = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope, sha256(Buffer.from(canonical))].join('\n');
    const key = [region, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${this.secretKey}`, date));
    const expected = hmac(key, text);
    const fits = timingSafeEqual(expected, Buffer.from(signature.padEnd(64, '0'), 'hex'));
    return fits ? undefined : 'SignatureDoesNotMatch';
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
