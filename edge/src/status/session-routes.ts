import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessCommand, AccountCommand } from '../access/index.ts';
import type { AccessPort, BegunSession, Rank } from './access-port.ts';
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

const ROLE = { enum: ['viewer', 'technician', 'admin'] } as const;

/** Accounts, for people who are logged in: one's own, and for an admin all of them. Not on the device, where nobody is. */
export function addAccounts(api: FastifyInstance, access: AccessPort): void {
  const personOf = (request: FastifyRequest): { readonly who: string; readonly rank: Rank; readonly token: string } => {
    const [person, token] = [request.person, tokenOf(request)];
    if (person !== undefined && token !== undefined) return { ...person, token };
    const message = 'Nobody is logged in';
    throw new StatusError({ code: 'login_needed', message, advice: 'Log in on the page of the device' });
  };
  const ownOf = ({ who, rank }: { readonly who: string; readonly rank: Rank }) => ({
    ...{ who, rank },
    sessions: access.sessionsOf(who),
  });
  api.get('/api/v1/account', (request) => ownOf(personOf(request)));
  api.post<{ Body: { current: string; password: string } }>(
    '/api/v1/account/password',
    body({ current: TEXT, password: TEXT }, ['current', 'password']),
    async (request) => {
      const person = personOf(request);
      await access.changePassword(person.who, {
        ...request.body,
        ...{ address: addressOf(request), token: person.token },
      });
      return ownOf(person);
    },
  );
  api.post('/api/v1/account/sessions', (request) => {
    const person = personOf(request);
    access.endOthers(person.who, person.token);
    return ownOf(person);
  });
  api.get('/api/v1/accounts', () => access.view());
  const schema = { body: { oneOf: [...ACCOUNT_COMMANDS] } };
  api.post<{ Body: AccountRequest }>('/api/v1/accounts', { schema }, (request) =>
    access.manage({ ...request.body, by: personOf(request).who }),
  );
}

type WithoutBy<T> = T extends unknown ? Omit<T, 'by'> : never;
type AccountRequest = WithoutBy<AccountCommand>;

const one = (action: readonly string[], properties: object, required: readonly string[]) => ({
  type: 'object',
  additionalProperties: false,
  required: ['action', ...required],
  properties: { action: { enum: action }, ...properties },
});

/** What an admin asks for; each with the name that it is about. */
const ACCOUNT_COMMANDS = [
  one(['invite'], { name: NAME, role: ROLE }, ['name']),
  one(['set_role'], { name: NAME, role: ROLE }, ['name', 'role']),
  one(['remove_account', 'end_sessions', 'add_token', 'remove_token'], { name: NAME }, ['name']),
] as const;

/** What the owner of the device does; only over the control socket. */
export function addAccessCommands(api: FastifyInstance, access: AccessPort): void {
  api.get('/api/v1/access', (request) => {
    checkOwner(request);
    return access.view();
  });
  const owned = (action: readonly string[], properties: object, required: readonly string[]) =>
    one(action, { by: TEXT, ...properties }, ['by', ...required]);
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
        owned(['enable'], { listen, hosts: { type: 'array', maxItems: 20, items: HOST }, identity }, [
          ...['listen', 'hosts'],
        ]),
        owned(['disable'], {}, []),
        owned(['invite'], { name: NAME, role: ROLE }, []),
        owned(['set_role'], { name: NAME, role: ROLE }, ['name', 'role']),
        owned(['remove_account', 'end_sessions', 'add_token', 'remove_token'], { name: NAME }, ['name']),
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
