import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { authorityMark, claimSecret, readClaimCode, writeClaimCode } from './enrolment.ts';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Claims of a hundred throws, with what tests draw from. */
function* claims() {
  const throwDie = dice(7);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => throwDie(256));
  for (let i = 0; i < 100; i += 1) {
    yield { claim: { secret: claimSecret(bytes(10)), authority: authorityMark(bytes(32)) }, throwDie };
  }
}

describe('a claim code', () => {
  it('is read as it was written, however it was typed', () => {
    for (const { claim } of claims()) {
      const text = writeClaimCode(claim);
      expect(text).toMatch(/^([0-9A-Z]{4}-){9}[0-9A-Z]{4}$/);
      expect(readClaimCode(text)).toEqual(claim);
      expect(readClaimCode(` ${text.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o')} `)).toEqual(claim);
      expect(readClaimCode(text.replaceAll('-', '').replaceAll('1', 'l'))).toEqual(claim);
    }
  });

  it('is refused with one wrong digit or two neighbours exchanged', () => {
    for (const { claim, throwDie } of claims()) {
      const digits = writeClaimCode(claim).replaceAll('-', '');
      for (let at = 0; at < 40; at += 1) {
        const [own = '', next = ''] = digits.slice(at, at + 2);
        const other = DIGITS.replace(own, '')[throwDie(31)] ?? '';
        expect(readClaimCode(digits.slice(0, at) + other + digits.slice(at + 1))).toBeUndefined();
        const swapped = digits.slice(0, at) + next + own + digits.slice(at + 2);
        if (swapped !== digits) expect(readClaimCode(swapped)).toBeUndefined();
      }
    }
  });

  it('is refused when it is anything else', () => {
    for (const text of ['', '-', '0'.repeat(39), 'U'.repeat(40), `${'0'.repeat(39)}é`, 'A'.repeat(100_000)]) {
      expect(readClaimCode(text)).toBeUndefined();
    }
  });

  it('keeps the first 110 bits of the fingerprint, in the order of the bytes', () => {
    const sha256 = createHash('sha256').update('a certificate').digest();
    const bits = [...sha256].map((byte) => byte.toString(2).padStart(8, '0')).join('');
    const expected = Array.from({ length: 22 }, (_, i) => DIGITS[Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)]);
    expect(authorityMark(sha256)).toBe(expected.join(''));
  });
});
