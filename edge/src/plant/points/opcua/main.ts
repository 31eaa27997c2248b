/** The process of a connection to OPC UA: the library is large, and what happens to it happens to nobody else. */
import { inspect } from 'node:util';
import { endWithParent, messageOf, tellParent } from '@lineside/kit';
import { setDebugLogger, setErrorLogger, setWarningLogger } from 'node-opcua-client';
import { PointError } from '../errors.ts';
import type { Failed, FromOpcua, Request } from './messages.ts';
import { isToOpcua, type ToOpcua } from './messages.ts';
import { OpcuaSession } from './opcua-session.ts';

const MAX_LINE = 300;

const send: (message: FromOpcua) => void = tellParent;

function failed(error: unknown): Failed {
  if (error instanceof PointError) return { code: error.code, message: error.message };
  return { code: 'point_lost', message: messageOf(error) };
}

/** The library speaks to standard output in lines of decoration; it goes to the log, where somebody looks for a cause. */
function quiet(...words: readonly unknown[]): void {
  const text = words.map((word) => (typeof word === 'string' ? word : inspect(word, { depth: 0 }))).join(' ');
  send({ type: 'log', level: 'debug', facts: { library: text.trim().slice(0, MAX_LINE) }, message: 'OPC UA library' });
}
for (const set of [setDebugLogger, setWarningLogger, setErrorLogger]) set(quiet);

let current: { readonly number: number; readonly session: OpcuaSession } | undefined;

async function answer(number: number, request: Request): Promise<unknown> {
  if (request.type === 'open') {
    await end();
    const { target, folder } = request;
    const session = await OpcuaSession.open({
      ...{ target, folder },
      onEnd: (error) => send({ type: 'ended', session: number, ...failed(error) }),
      onNote: (facts, message) => send({ type: 'log', level: 'info', facts, message }),
    });
    current = { number, session };
    return undefined;
  }
  if (request.type === 'close') {
    if (current?.number === number) await end();
    return undefined;
  }
  const session = current?.number === number ? current.session : undefined;
  if (session === undefined) throw new PointError('point_lost', 'the connection was closed');
  switch (request.type) {
    case 'read':
      return session.read(request.points);
    case 'write':
      return session.write(request.writes);
    case 'browse':
      return session.browse(request.from, request.limit);
    case 'watch':
      return session.watch(request.points, {
        changed: (index, reading) => send({ type: 'changes', session: number, changes: [{ index, reading }] }),
        alive: () => send({ type: 'alive', session: number }),
      });
  }
}

/** A session that cannot be ended would stay for ever: then this process goes, and all that it holds. */
async function end(): Promise<void> {
  const before = current;
  current = undefined;
  if (before !== undefined && !(await before.session.close())) process.exit(0);
}

async function take({ session, id, request }: ToOpcua): Promise<void> {
  try {
    send({ type: 'answer', id, value: await answer(session, request) });
  } catch (error) {
    send({ type: 'failed', id, ...failed(error) });
    if (error instanceof AggregateError) process.exit(0);
  }
}

let last: Promise<void> = Promise.resolve();
process.on('message', (message: unknown) => {
  if (!isToOpcua(message)) return;
  const isOrdered = message.request.type === 'open' || message.request.type === 'close';
  // Sessions come one after the other; within one, requests need not wait for each other.
  last = isOrdered ? last.then(() => take(message)) : last;
  if (!isOrdered) void last.then(() => take(message));
});
// Without its parent nobody listens; the sessions end first, so that none is left at a server.
endWithParent(() => void end().finally(() => process.exit(0)));
send({ type: 'up' });
