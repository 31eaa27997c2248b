import { createHash, X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { messageOf } from '@lineside/kit';
import { authorityMark } from '@lineside/protocol';
import { EnrolmentError } from './errors.ts';

const CONNECT_MS = 15_000;
const MAX_CHAIN = 8;

/** Host and port of a listener. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/**
 * The certificate authority (PEM) that the collector shows and the claim code names by its fingerprint. Nothing is sent
 * before that. Throws EnrolmentError where somebody else answers.
 */
export async function recogniseAuthority(at: Place, mark: string, signal: AbortSignal): Promise<string> {
  const chain = await chainOf(at, signal);
  const authority = chain.find(({ raw }) => authorityMark(createHash('sha256').update(raw).digest()) === mark);
  if (authority === undefined || !isAuthority(authority)) {
    throw new EnrolmentError({
      code: 'collector_not_recognised',
      message: `what answers at ${at.host}:${at.port} is not the collector that made this claim`,
      advice:
        'compare address and code with what lineside-collector device claim printed; a proxy must not end TLS there',
    });
  }
  return authority.toString();
}

/** Signed by itself and allowed to sign others: the certificate of an ordinary server is none. */
function isAuthority(certificate: X509Certificate): boolean {
  return certificate.ca && certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

/** The certificates that the server shows, its own first. The connection is not trusted, and carries nothing. */
async function chainOf({ host, port }: Place, signal: AbortSignal): Promise<readonly X509Certificate[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly X509Certificate[]>();
  const socket = connect({ host, port, rejectUnauthorized: false, minVersion: 'TLSv1.2' });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]);
  const abort = (): void => void socket.destroy(new Error('no answer in time'));
  limit.addEventListener('abort', abort, { once: true });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the connection was closed')));
  socket.on('secureConnect', () => {
    try {
      resolve(certificatesOf(socket.getPeerCertificate(true)));
    } catch (error) {
      reject(error);
    }
  });
  try {
    return await promise;
  } catch (cause) {
    signal.throwIfAborted();
    throw unreachable({ host, port }, cause);
  } finally {
    limit.removeEventListener('abort', abort);
    socket.destroy();
  }
}

function certificatesOf(first: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let at: DetailedPeerCertificate | undefined = first;
  while (at?.raw !== undefined && chain.length < MAX_CHAIN) {
    chain.push(new X509Certificate(at.raw));
    // A certificate that signed itself names itself as its issuer.
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate;
  }
  return chain;
}

export function unreachable({ host, port }: Place, cause: unknown): EnrolmentError {
  return new EnrolmentError({
    code: 'collector_unreachable',
    message: `no enrolment at ${host}:${port}: ${messageOf(cause)}`,
    advice: 'check address and network, and enrolment.listen in the configuration of the collector',
    cause,
  });
}
