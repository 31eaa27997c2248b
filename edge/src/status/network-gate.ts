import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AccessPort, type Person, type Rank, RANKS } from './access-port.ts';
import { isQuestion, rankFor, rankToRead, SESSION_PATH } from './changes.ts';
import { StatusError } from './client/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who it is from, once that is known; absent on the device itself. */
    person?: Person;
  }
}

/** `__Host-`: a browser takes it only with `Secure`, for this host alone, and no other host can set it. */
const COOKIE = '__Host-lineside';
export const CSRF_HEADER = 'x-lineside-csrf';

/**
 * Lets in from the network only what a session may do. The files of the page are public, for they are the same on every
 * device; nothing of this device is shown before somebody has logged in.
 */
export function addNetworkGate(api: FastifyInstance, access: AccessPort): void {
  api.addHook('onRequest', async (request, reply) => {
    const path = pathOf(request);
    if (isChange(request)) checkOrigin(request);
    if (!path.startsWith('/api/') && path !== '/metrics' && path !== '/healthz') return;
    const token = tokenOf(request);
    const person = token === undefined ? undefined : access.identityOf(token, isUse(request, path));
    if (SESSION_PATH.test(path)) return;
    if (person === undefined || token === undefined) throw loginNeeded();
    checkRank(person, path, request);
    request.person = person;
    // A stream must not outlive the session.
    reply.raw.once(
      'close',
      access.onEnd(token, () => void reply.raw.destroy()),
    );
  });
  api.addHook('preHandler', async (request) => {
    const { person, body } = request;
    if (person !== undefined && typeof body === 'object' && body !== null && 'by' in body) {
      Object.assign(body, { by: person.who });
    }
  });
  api.addHook('onResponse', async (request, reply) => {
    const { person } = request;
    if (person === undefined || !isChange(request) || reply.statusCode >= 300 || isQuestion(pathOf(request))) return;
    access.record(person.who, 'changed_on_page', { path: pathOf(request), role: person.rank });
  });
}

/** The token in the cookie of a request. */
export function tokenOf({ headers }: FastifyRequest): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((text) => text.trim());
  return cookies.find((text) => text.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

export function setCookie(reply: FastifyReply, token: string, maxAgeS: number): void {
  const value = `${COOKIE}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}`;
  reply.header('set-cookie', value);
}

export const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? '';

const isChange = ({ method }: FastifyRequest): boolean => method !== 'GET' && method !== 'HEAD';

/** What a page asks for by itself keeps no session open. */
const isUse = (request: FastifyRequest, path: string): boolean => isChange(request) || path === '/api/v1/session';

/** Browsers name the page that sends; one that is not ours, or that is not named, changes nothing. */
function checkOrigin({ headers }: FastifyRequest): void {
  const { origin, host } = headers;
  if (origin !== undefined && URL.canParse(origin) && new URL(origin).host === host) return;
  const message = 'This change does not come from a page of this device';
  throw new StatusError({ code: 'csrf_refused', message, advice: 'Use the page of the device' });
}

function checkRank(person: Person, path: string, request: FastifyRequest): void {
  if (!isChange(request)) return atLeast(person, rankToRead(path));
  if (request.headers[CSRF_HEADER] !== person.csrf) {
    const message = 'This change does not carry what the page of this session has';
    throw new StatusError({ code: 'csrf_refused', message, advice: 'Load the page again' });
  }
  const rank = rankFor(path);
  if (rank === undefined || rank === 'owner') {
    const message = 'This can be changed on the device alone';
    throw new StatusError({ code: 'role_refused', message, advice: 'Use the command line of the device' });
  }
  atLeast(person, rank);
}

function atLeast({ rank }: Person, needed: Rank): void {
  if (RANKS.indexOf(rank) >= RANKS.indexOf(needed)) return;
  const message = `This needs the role ${needed}`;
  throw new StatusError({ code: 'role_refused', message, advice: 'Log in with an account that has it' });
}

function loginNeeded(): StatusError {
  const message = 'Nobody is logged in, or the session has ended';
  return new StatusError({ code: 'login_needed', message, advice: 'Log in on the page of the device' });
}
