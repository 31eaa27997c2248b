import type { Reply } from 'zeromq';

const VERSION = '1.0';
/** Parts of a request after those of the way back: version, id, domain, address, identity, mechanism, credentials. */
const REQUEST_PARTS = 7;

/**
 * Answers libzmq's questions about who may connect (rfc.zeromq.org/spec/27): a consumer is let in when its public key,
 * 32 bytes, is one of `allowed`. CURVE without this lets in everybody. `onRefused` counts. Returns when the socket is closed.
 */
export async function answerZap(socket: Reply, allowed: readonly Uint8Array[], onRefused: () => void): Promise<void> {
  for await (const parts of socket) {
    const [, id = Buffer.alloc(0), , , , mechanism, key] = parts;
    const isKnown = key !== undefined && allowed.some((one) => Buffer.compare(one, key) === 0);
    const isLetIn = parts.length >= REQUEST_PARTS && String(mechanism) === 'CURVE' && isKnown;
    if (!isLetIn) onRefused();
    const [code, text] = isLetIn ? ['200', 'OK'] : ['400', 'unknown key'];
    await socket.send([VERSION, id, code, text, '', '']);
  }
}
