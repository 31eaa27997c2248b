import { createHash } from 'node:crypto';
import { type Clock, type Logger, LogThrottle } from '@lineside/kit';
import type { EnrolmentAnswer, EnrolmentRequest } from '@lineside/protocol';
import { CertificateRequestRefused, hashPassword, type CredentialStore } from '../broker/index.ts';
import type { Claim, ClaimAction, ClaimStore } from './claim-store.ts';
import { hashOfSecret } from './make-claim.ts';
import { EnrolmentRefused, type RefusalCode } from './refusal.ts';

const LOG_EVERY_MS = 30_000;

/** What signs certificates of devices. */
export interface DeviceAuthority {
  /** PEM. */
  readonly ca: string;
  /** The key that a request is for, once its signature, kind and name are checked. Throws CertificateRequestRefused. */
  checkRequest(device: string, request: string): Promise<Uint8Array>;
  /** A certificate for that key, PEM; the device's earlier one is revoked. */
  sign(device: string, request: string, atMs: number): Promise<string>;
}

export interface EnrolmentOptions {
  readonly claims: ClaimStore;
  readonly credentials: Pick<CredentialStore, 'save'>;
  readonly authority: DeviceAuthority;
  /** Whether devices identify themselves by certificate at the broker. */
  readonly byCertificate: boolean;
  /** Whether the broker's certificate is signed by this authority. */
  readonly ownTls: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Lets devices with a claim in: once, and after that only the same device that lost the answer. */
export class Enrolment {
  readonly #options: EnrolmentOptions;
  readonly #throttle: LogThrottle;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: EnrolmentOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
  }

  /** `from`: the device's address; `broker`: URL under which it reaches the broker. Throws EnrolmentRefused. */
  async admit(request: EnrolmentRequest, from: string, broker: string): Promise<EnrolmentAnswer> {
    // One after the other: the list of issued certificates is one file.
    const turn = this.#last.then(() => this.#admit(request, from, broker));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #admit(request: EnrolmentRequest, from: string, broker: string): Promise<EnrolmentAnswer> {
    const { claims, clock, log } = this.#options;
    const { device } = request;
    const claim = await claims.find(hashOfSecret(request.secret));
    if (claim === undefined) {
      // Not in the history: nobody without a claim may fill the store.
      const times = this.#throttle.due('unknown');
      if (times !== undefined) log.warn({ from, times }, 'a device came with an unknown claim');
      throw new EnrolmentRefused('claim_unknown', 'there is no such claim');
    }
    const note = (action: ClaimAction, detail?: string): Promise<void> =>
      claims.note({ claim: claim.id, device, atMs: clock.wallMs(), who: from, action, detail });
    const refuse = async (code: RefusalCode, message: string): Promise<EnrolmentRefused> => {
      await note('refused', code);
      log.warn({ device, from, claim: claim.id, code }, 'a device was refused');
      return new EnrolmentRefused(code, message);
    };
    if (claim.cancelledAtMs !== undefined) throw await refuse('claim_cancelled', 'this claim was cancelled');
    if (claim.expiresAtMs <= clock.wallMs()) throw await refuse('claim_expired', 'this claim has expired');
    if (claim.device !== device) {
      throw await refuse('claim_other_device', `this claim is for ${claim.device}, and this device is ${device}`);
    }
    const binding = await this.#bindingOf(request).catch(async (error: unknown) => {
      throw error instanceof CertificateRequestRefused ? await refuse('request_invalid', error.message) : error;
    });
    const again = claim.usedAtMs !== undefined;
    if (again ? claim.binding !== binding : !(await claims.use(claim.id, binding, clock.wallMs()))) {
      throw await refuse('claim_used', 'this claim was used by another device');
    }
    const answer = await this.#give(claim, request, broker);
    await note(again ? 'asked again' : 'used');
    log.info({ device, from, claim: claim.id, again }, 'device enrolled');
    return answer;
  }

  async #give(claim: Claim, { device, request, password }: EnrolmentRequest, broker: string): Promise<EnrolmentAnswer> {
    const { authority, byCertificate, claims, clock, credentials, ownTls } = this.#options;
    let certificate = claim.certificate;
    if (byCertificate && certificate === undefined) {
      certificate = await authority.sign(device, request, clock.wallMs());
      await claims.keepCertificate(claim.id, certificate);
    }
    await credentials.save({ device, hash: await hashPassword(password), createdAtMs: clock.wallMs() });
    const { line, site } = claim;
    return {
      ...{ v: 1, device, broker },
      ...(certificate !== undefined && { certificate }),
      ...(ownTls && { ca: authority.ca }),
      ...(line !== undefined && { line }),
      ...(site !== undefined && { site }),
    };
  }

  /** Nobody else can ask again with a claim: that needs the same key, and the password that never was in an answer. */
  async #bindingOf({ device, request, password }: EnrolmentRequest): Promise<string> {
    const key = await this.#options.authority.checkRequest(device, request);
    return createHash('sha256').update(key).update(password).digest('hex');
  }
}
