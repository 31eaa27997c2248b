import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessCommand } from '../access/index.ts';
import type { AccessPort, BegunSession } from './access-port.ts';
import { StatusError } from './client/index.ts';
import { setCookie, tokenOf } from './network-gate.ts';

const TEXT = { type: 'string', minLength: 1, maxLength: 256 } as const;
const NAME = { type: 'string', minLength: 1, maxLength: 32 } as const;
const HOST = { type: 'string', pattern: '^[A-Za-z0-9:]([A-Za-z0-9._:-]{0,252})$' } as const;

const body = (properties: object, required: readonly string[]) =>
  ({ schema: { body: { type: 'object', additionalProperties: false, required, properties } } }) as const;

/** On the device itself: nobody logs in. */
export function addLocalSession(api: FastifyInstance): void {
  api.get('/api/v1/session', () => ({ network: false }));
}

/** From the network: who is logged in, logging in and out. */
export function addSessions(api: FastifyInstance, access: AccessPort): void {
  api.get('/api/v1/session', (request) => {
    const token = tokenOf(request);
    const person = token === undefined ? undefined : access.identityOf(token, true);
    if (person === undefined) return { network: true, needsSetup: access.needsSetup() };
    const { who, rank, csrf } = person;
    return { network: true, who, rank, csrf };
  });
  api.post<{ Body: { name: string; password: string } }>(
    '/api/v1/session',
    body({ name: NAME, password: TEXT }, ['name', 'password']),
    async (request, reply) => {
      const { name, password } = request.body;
      return begun(reply, await access.logIn(name, password, addressOf(request)));
    },
  );
  api.post<{ Body: { code: string; name: string; password: string } }>(
    '/api/v1/session/setup',
    body({ code: NAME, name: NAME, password: TEXT }, ['code', 'name', 'password']),
    async (request, reply) => {
      const { code, name, password } = request.body;
      return begun(reply, await access.setUp(code, name, password, addressOf(request)));
    },
  );
  api.post<{ Body: { token: string } }>('/api/v1/session/wall', body({ token: TEXT }, ['token']), (request, reply) =>
    begun(reply, access.wall(request.body.token, addressOf(request))),
  );
  api.post('/api/v1/session/end', (request, reply) => {
    const token = tokenOf(request);
    if (token !== undefined) access.logOut(token);
    setCookie(reply, '', 0);
    return { network: true, needsSetup: access.needsSetup() };
  });
}

/** What the owner of the device does; only over the control socket. */
export function addAccessCommands(api: FastifyInstance, access: AccessPort): void {
  api.get('/api/v1/access', (request) => {
    checkOwner(request);
    return access.view();
  });
  const common = { by: TEXT, name: NAME };
  const one = (action: readonly string[], properties: object, required: readonly string[]) => ({
    type: 'object',
    additionalProperties: false,
    required: ['action', 'by', ...required],
    properties: { action: { enum: action }, by: TEXT, ...properties },
  });
  const pem = { type: 'string', maxLength: 65_536 };
  const identity = {
    type: 'object',
    additionalProperties: false,
    required: ['cert', 'key'],
    properties: { cert: pem, key: pem },
  };
  const listen = {
    type: 'object',
    additionalProperties: false,
    required: ['host', 'port'],
    properties: { host: HOST, port: { type: 'integer', minimum: 0, maximum: 65_535 } },
  };
  const schema = {
    body: {
      oneOf: [
        one(['enable'], { listen, hosts: { type: 'array', maxItems: 20, items: HOST }, identity }, ['listen', 'hosts']),
        one(['disable'], {}, []),
        one(['invite'], { name: common.name, role: { enum: ['viewer', 'technician', 'admin'] } }, []),
        one(['remove_account', 'add_token', 'remove_token'], { name: common.name }, ['name']),
      ],
    },
  };
  api.post<{ Body: AccessCommand }>('/api/v1/access', { schema }, (request) => {
    checkOwner(request);
    return access.command(request.body);
  });
}

function checkOwner(request: FastifyRequest): void {
  if (request.raw.socket.remoteAddress === undefined) return;
  const message = 'There is nothing at this address';
  throw new StatusError({ code: 'not_found', message, advice: 'Use lineside access on the device' });
}

function begun(reply: FastifyReply, { token, maxAgeS, who, rank, csrf }: BegunSession): object {
  setCookie(reply, token, maxAgeS);
  return { network: true, who, rank, csrf };
}

/** IPv6 addresses count by their network: one machine has as many of them as it likes. */
function addressOf({ raw }: FastifyRequest): string {
  const address = (raw.socket.remoteAddress ?? 'control').replace(/^::ffff:/, '');
  return address.includes(':') ? address.split(':').slice(0, 4).join(':') : address;
}
