import { request as httpsRequest } from 'node:https';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { ENROLL_PATH, EnrolmentAnswer, type EnrolmentRequest, readClaimCode } from '@lineside/protocol';
import { printable } from '@lineside/kit';
import { z } from 'zod';
import { certificateRequest, type DeviceSecrets } from './device-key.ts';
import { EnrolmentError } from './errors.ts';
import { type Place, recogniseAuthority, unreachable } from './recognise.ts';

const ANSWER_MS = 30_000;
const ANSWER_BYTES = 64 * 1024;

const Problem = z.object({
  code: z.string().max(64),
  title: z.string().max(500),
  advice: z.string().max(500).optional(),
});

/** What is needed to enrol. */
export interface EnrolOptions {
  readonly device: string;
  readonly collector: Place;
  /** The claim code as it was given to the person. */
  readonly claim: string;
  /** Kept before this is called: where the answer is lost, the same ones are asked with again. */
  readonly secrets: DeviceSecrets;
  readonly signal: AbortSignal;
}

/** Reads a claim code. Throws EnrolmentError, and then nothing needs to be sent. */
export function assertClaim(text: string): { readonly secret: string; readonly authority: string } {
  const claim = readClaimCode(text);
  if (claim !== undefined) return claim;
  throw new EnrolmentError({
    code: 'claim_invalid',
    message: 'this is no claim code, or a digit of it is wrong',
    advice: 'copy all ten groups of four that lineside-collector device claim printed',
  });
}

/** Asks the collector to take this device: recognises it first, then sends claim and public key. Throws EnrolmentError. */
export async function enrol({ device, collector, claim, secrets, signal }: EnrolOptions): Promise<EnrolmentAnswer> {
  const { secret, authority } = assertClaim(claim);
  const ca = await recogniseAuthority(collector, authority, signal);
  const request = await certificateRequest(device, secrets.key);
  const body: EnrolmentRequest = { v: 1, device, secret, request, password: secrets.password };
  const { status, text } = await post(collector, ca, JSON.stringify(body), signal);
  const value = parsed(text);
  if (status !== 200) throw refusal(value);
  const answer = EnrolmentAnswer.safeParse(value);
  if (answer.success && isForThis(answer.data, device, secrets.key)) return answer.data;
  throw new EnrolmentError({
    code: 'enrolment_answer_invalid',
    message: 'the collector answered something that is not for this device',
    advice: 'update collector or device, so that their versions fit together',
  });
}

function isForThis({ device: named, broker, certificate, ca }: EnrolmentAnswer, device: string, key: string): boolean {
  try {
    if (named !== device || !/^mqtts?:$/.test(new URL(broker).protocol)) return false;
    if (ca !== undefined) new X509Certificate(ca);
    if (certificate === undefined) return true;
    return createPublicKey(key).equals(new X509Certificate(certificate).publicKey);
  } catch {
    // What cannot be read as a URL or a certificate is not for this device either.
    return false;
  }
}

function refusal(value: unknown): EnrolmentError {
  const problem = Problem.safeParse(value);
  const { title, advice } = problem.success ? problem.data : { title: 'without a reason', advice: undefined };
  return new EnrolmentError({
    code: 'enrolment_refused',
    message: `the collector refused this device: ${printable(title)}`,
    advice: printable(advice ?? 'look at lineside-collector device claims'),
  });
}

/** Over TLS that trusts this authority alone, and checks that the certificate is for this host. */
async function post(
  at: Place,
  ca: string,
  body: string,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const request = httpsRequest({
    ...{ host: at.host, port: at.port, path: ENROLL_PATH, method: 'POST', ca, minVersion: 'TLSv1.2', agent: false },
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
  });
  request.on('error', reject);
  request.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
      if (text.length > ANSWER_BYTES) response.destroy(new Error('the answer is too long'));
    });
    response.on('error', reject);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
  });
  request.end(body);
  try {
    return await promise;
  } catch (cause) {
    signal.throwIfAborted();
    throw unreachable(at, cause);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
