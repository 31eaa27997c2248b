import { isIP } from 'node:net';
import { type Clock, type Logger, messageOf } from '@lineside/kit';
import { ENROLL_PATH, EnrolmentRequest } from '@lineside/protocol';
import { lateCompilers } from '@lineside/web';
import Fastify, { type FastifyError, type FastifyRequest } from 'fastify';
import { type Enrolment, EnrolmentRefused } from '../enrolment/index.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { bind } from './listen.ts';
import { ProblemError, sendProblem, tooManyAttempts } from './problem.ts';

const BODY_BYTES = 16 * 1024;
const REQUEST_MS = 20_000;
const MAX_CONNECTIONS = 64;

export interface EnrolmentServerOptions {
  readonly enrolment: Pick<Enrolment, 'admit'>;
  /** Certificate and key of the listener, PEM; signed by `ca`, which is sent with it so that devices can recognise it. */
  readonly identity: { readonly cert: string; readonly key: string };
  readonly ca: string;
  /** Where devices find the broker; a wildcard address is replaced by the name that the device used here. */
  readonly broker: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly address: { readonly host: string; readonly port: number } | undefined;
  /** Name of this machine, where neither `listen` nor `address` says one. */
  readonly hostname: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The listener where devices enrol. */
export interface EnrolmentServer {
  /** Host and port under which devices reach it. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * A TLS listener of its own with one route, `POST /enroll`: it can stand where devices reach it, and shows nothing else
 * of the collector. Throws CollectorError.
 */
export async function openEnrolment(options: EnrolmentServerOptions): Promise<EnrolmentServer> {
  const { identity, ca, listen, address, clock, log } = options;
  const app = Fastify({
    https: { cert: `${identity.cert}${ca}`, key: identity.key, minVersion: 'TLSv1.2' },
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    connectionTimeout: REQUEST_MS,
    keepAliveTimeout: 1000,
    forceCloseConnections: true,
    schemaController: lateCompilers(),
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  const attempts = new AttemptLimit(() => clock.monoMs());
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, { status: 404, code: 'not_found', title: 'Not found.' }),
  );
  app.setErrorHandler((error: FastifyError | ProblemError, _request, reply) => {
    if (error instanceof ProblemError) return sendProblem(reply, error.problem);
    const status = error.statusCode ?? 500;
    if (status < 500) return sendProblem(reply, { status, code: 'request_invalid', title: error.message });
    log.error({ error: messageOf(error) }, 'a device could not be enrolled');
    return sendProblem(reply, { status, code: 'internal', title: 'The collector could not answer.' });
  });
  app.post(ENROLL_PATH, async (request, reply) => {
    const waitS = attempts.waitS(request.ip);
    if (waitS > 0) throw tooManyAttempts(waitS);
    try {
      const body = EnrolmentRequest.safeParse(request.body);
      if (!body.success) throw new EnrolmentRefused('request_invalid', 'this is no request of a device');
      const answer = await options.enrolment.admit(body.data, request.ip, brokerFor(request, options.broker));
      return await reply.header('cache-control', 'no-store').send(answer);
    } catch (error) {
      if (!(error instanceof EnrolmentRefused)) throw error;
      attempts.wrong(request.ip);
      const { code, message, advice } = error;
      throw new ProblemError({ status: code === 'request_invalid' ? 400 : 403, code, title: message, advice });
    }
  });
  const port = await bind(app, { ...listen, setting: 'enrolment.listen' });
  return {
    address: hostAndPort(address ?? { host: isWildcard(listen.host) ? options.hostname : listen.host, port }),
    close: async () => app.close(),
  };
}

function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** The broker's URL with the host by which this device found the collector, where it listens on every address. */
function brokerFor({ headers }: FastifyRequest, broker: string): string {
  const url = new URL(broker);
  if (!isWildcard(url.hostname.replace(/^\[|\]$/g, ''))) return broker;
  const asked = (headers.host ?? '').replace(/:\d+$/, '');
  const name = asked.replace(/^\[|\]$/g, '');
  if (isIP(name) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(name)) return broker;
  return `${url.protocol}//${asked}:${url.port}`;
}
