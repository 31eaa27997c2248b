import { mkdir, readFile } from 'node:fs/promises';
import { messageOf } from '@lineside/kit';
import {
  AttributeIds,
  type ClientSession,
  MessageSecurityMode,
  OPCUAClient,
  resolveNodeId,
  SecurityPolicy,
  type UserIdentityInfo,
  UserTokenType,
} from 'node-opcua-client';
import { PointError } from '../errors.ts';
import type { BrowsedPoint, PointReading, PointReport, PointWrite, WatchedPoint } from '../point-protocol.ts';
import { browseNodes } from './browse-nodes.ts';
import { ownCertificates } from './certificates.ts';
import { connectionFailure, writeRefusal } from './failures.ts';
import type { OpcuaTarget, Security } from './opcua-address.ts';
import { nodeIdOf, parseOpcuaPoint } from './opcua-point.ts';
import { readingOf, variantOf } from './values.ts';
import { type Found, NodeWatch } from './node-watch.ts';
import { fairlyWithin, within } from './within.ts';

const OPEN_MS = 10_000;
/** In every case, however busy this device is. */
const OPEN_AT_MOST_MS = 40_000;
/** For each request. */
const ANSWER_MS = 4_000;
const CLOSE_MS = 1_500;
/** What a server keeps of us when we are cut off; some refuse less than ten seconds. */
const SESSION_MS = 30_000;
const KEEP_ALIVE_MS = 5_000;
/** Nodes in one request. */
const CHUNK = 100;

const POLICIES: Readonly<Record<Security, SecurityPolicy>> = {
  none: SecurityPolicy.None,
  basic256sha256: SecurityPolicy.Basic256Sha256,
  aes128: SecurityPolicy.Aes128_Sha256_RsaOaep,
  aes256: SecurityPolicy.Aes256_Sha256_RsaPss,
};

export interface SessionParts {
  readonly target: OpcuaTarget;
  /** For certificates. */
  readonly folder: string;
  readonly onEnd: (error: PointError) => void;
  readonly onNote: (facts: object, message: string) => void;
}

/**
 * One session with a server. The library would connect again by itself; here it does not: one session is one connection,
 * whose end everybody hears of. Each request has a deadline of its own, because one that the library sent before a
 * server was lost may never settle.
 */
export class OpcuaSession {
  readonly #parts: SessionParts;
  readonly #client: OPCUAClient;
  readonly #session: ClientSession;
  readonly #uris: readonly string[];
  #watch: NodeWatch | undefined;
  #isOver = false;

  private constructor(parts: SessionParts, client: OPCUAClient, session: ClientSession, uris: readonly string[]) {
    this.#parts = parts;
    this.#client = client;
    this.#session = session;
    this.#uris = uris;
    const lost = (why: string): void =>
      this.#end(new PointError('point_lost', `the connection to ${parts.target.endpoint} was lost: ${why}`));
    client.on('connection_lost', () => lost('the server closed it'));
    client.on('close', (error) => lost(error ? messageOf(error) : 'it was closed'));
    session.on('session_closed', (status) => lost(`the session ended with ${status.name}`));
    session.on('keepalive_failure', () => lost('the server does not answer'));
  }

  /** Rejects with a `PointError`; nothing stays open then. */
  static async open(parts: SessionParts): Promise<OpcuaSession> {
    const { target, folder } = parts;
    const identity = await identityOf(target);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { manager, applicationUri } = await ownCertificates(folder);
    const client = OPCUAClient.create({
      ...{ applicationName: 'Lineside', applicationUri, clientCertificateManager: manager },
      securityPolicy: POLICIES[target.security],
      securityMode: modeOf(target),
      // Servers behind an address translation report an address of their own.
      endpointMustExist: false,
      connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 1_000 },
      ...{ requestedSessionTimeout: SESSION_MS, keepSessionAlive: true, keepAliveInterval: KEEP_ALIVE_MS },
      ...{ defaultTransactionTimeout: ANSWER_MS, transportTimeout: OPEN_AT_MOST_MS },
    });
    try {
      const { endpoint } = target;
      const opening = async (): Promise<OpcuaSession> => {
        await client.connect(endpoint);
        const session = await client.createSession(identity);
        return new OpcuaSession(parts, client, session, await session.readNamespaceArray());
      };
      const limits = { pid: process.pid, ownMs: OPEN_MS, maxMs: OPEN_AT_MOST_MS };
      return await fairlyWithin(limits, endpoint, opening());
    } catch (error) {
      const failure = connectionFailure(target, error);
      await within(CLOSE_MS, 'closing', client.disconnect()).catch((late: unknown) => {
        // oxlint-disable-next-line preserve-caught-error -- the cause of this class is in its third argument
        throw new AggregateError([failure, late], 'a connection could not be given up', { cause: late });
      });
      throw failure;
    }
  }

  async read(points: readonly string[]): Promise<readonly PointReading[]> {
    const found = points.map((text) => this.#find(text));
    const readings: PointReading[] = found.map((one) => ('bad' in one ? one : { bad: 'no_answer' }));
    const known = found.flatMap((one, index) => ('nodeId' in one ? [{ ...one, index }] : []));
    for (let from = 0; from < known.length; from += CHUNK) {
      const chunk = known.slice(from, from + CHUNK);
      const nodes = chunk.map(({ nodeId }) => ({ nodeId, attributeId: AttributeIds.Value }));
      const values = await this.#answered(this.#session.read(nodes));
      for (const [n, { index }] of chunk.entries()) {
        const value = values[n];
        if (value !== undefined) readings[index] = readingOf(value);
      }
    }
    return readings;
  }

  async write(writes: readonly PointWrite[]): Promise<void> {
    for (const { point, value } of writes) {
      const found = this.#find(point);
      if ('bad' in found) throw writeRefusal(point, found.bad);
      const nodeId = resolveNodeId(found.nodeId);
      const type = await this.#answered(this.#session.read({ nodeId, attributeId: AttributeIds.DataType }));
      if (!type.statusCode.isGood()) throw writeRefusal(point, type.statusCode.name);
      const dataType = await this.#answered(this.#session.getBuiltInDataType(nodeId));
      const variant = variantOf(dataType, point, value);
      const status = await this.#answered(
        this.#session.write({ nodeId, attributeId: AttributeIds.Value, value: { value: variant } }),
      );
      if (!status.isGood()) throw writeRefusal(point, status.name);
    }
  }

  async browse(from: string | undefined, limit: number): Promise<readonly BrowsedPoint[]> {
    const found = from === undefined ? undefined : this.#find(from);
    if (found !== undefined && 'bad' in found)
      throw new PointError('point_unknown', `${from} is not there: ${found.bad}`);
    const ask = { session: this.#session, uris: this.#uris, answered: <T>(work: Promise<T>) => this.#answered(work) };
    return browseNodes(ask, found?.nodeId, limit);
  }

  async watch(points: readonly WatchedPoint[], report: PointReport): Promise<void> {
    const found = points.map(({ point, everyMs }) => ({ ...this.#find(point), everyMs }));
    const { onNote, target } = this.#parts;
    const onEnd = (why: string): void => this.#end(new PointError('point_silent', `${target.endpoint}: ${why}`));
    this.#watch = new NodeWatch(this.#session, found, { report, onEnd, onNote });
    await this.#answered(this.#watch.start());
  }

  /** Resolves when the session is closed at the server too, as far as it answers; false where it does not. */
  async close(): Promise<boolean> {
    this.#isOver = true;
    this.#watch?.stop();
    const closing = async (): Promise<true> => {
      // With its subscriptions.
      await this.#session.close(true);
      await this.#client.disconnect();
      return true;
    };
    return within(CLOSE_MS, 'closing', closing()).catch(async () =>
      within(CLOSE_MS, 'disconnecting', this.#client.disconnect()).then(
        () => true,
        () => false,
      ),
    );
  }

  #find(text: string): Found {
    const point = parseOpcuaPoint(text);
    const nodeId = typeof point === 'string' ? undefined : nodeIdOf(point, this.#uris);
    return nodeId === undefined ? { bad: 'BadNodeIdUnknown' } : { nodeId };
  }

  async #answered<T>(work: Promise<T>): Promise<T> {
    try {
      return await within(ANSWER_MS, this.#parts.target.endpoint, work);
    } catch (error) {
      const failure = connectionFailure(this.#parts.target, error);
      this.#end(failure);
      throw failure;
    }
  }

  #end(error: PointError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watch?.stop();
    this.#parts.onEnd(error);
  }
}

function modeOf({ security, mode }: OpcuaTarget): MessageSecurityMode {
  if (security === 'none') return MessageSecurityMode.None;
  return mode === 'sign' ? MessageSecurityMode.Sign : MessageSecurityMode.SignAndEncrypt;
}

async function identityOf({ user, userCertificate }: OpcuaTarget): Promise<UserIdentityInfo> {
  if (user !== undefined) return { type: UserTokenType.UserName, userName: user.name, password: user.password };
  if (userCertificate === undefined) return { type: UserTokenType.Anonymous };
  const [certificate, key] = await Promise.all(
    [userCertificate.certificate, userCertificate.key].map(async (path) => {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        throw new PointError('point_access', `the file ${path} cannot be read: ${messageOf(error)}`, error);
      }
    }),
  );
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(certificate ?? '')?.[1];
  if (body === undefined)
    throw new PointError('point_access', `${userCertificate.certificate} holds no PEM certificate`);
  return { type: UserTokenType.Certificate, certificateData: Buffer.from(body, 'base64'), privateKey: key ?? '' };
}
