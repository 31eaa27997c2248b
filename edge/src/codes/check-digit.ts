/**
 * The GS1 check digit of the digits before it: weights 3 and 1 in turn from the right, filled up to a multiple of ten
 * (GS1 General Specifications, 7.9.1). For GTIN-8, -12, -13, -14, GLN, SSCC and all other GS1 keys alike.
 *
 * @throws TypeError where `digits` holds anything but digits.
 */
export function checkDigit(digits: string): number {
  if (!/^\d+$/.test(digits)) throw new TypeError('a check digit is calculated from digits');
  const sum = Array.from(digits).reduceRight(
    (total, digit, index) => total + Number(digit) * ((digits.length - index) % 2 === 1 ? 3 : 1),
    0,
  );
  return (10 - (sum % 10)) % 10;
}

/** True where `digits` ends with the check digit of what is before it. */
export function hasValidCheckDigit(digits: string): boolean {
  return /^\d{2,}$/.test(digits) && checkDigit(digits.slice(0, -1)) === Number(digits.at(-1));
}

/**
 * A GTIN of 8, 12, 13 or 14 digits, or a UPC-E number of 8, as GTIN-14: zeros before it (GS1 General Specifications,
 * 3.3.2). The same product has one GTIN-14 whatever symbol carries it. Undefined where it is no GTIN or its check digit
 * is wrong.
 */
export function gtin14(digits: string): string | undefined {
  if (![8, 12, 13, 14].includes(digits.length) || !hasValidCheckDigit(digits)) return undefined;
  return digits.padStart(14, '0');
}

/**
 * The GTIN-12 that a UPC-E number of 8 digits (number system, six digits, check digit) stands for (ISO/IEC 15420, 4.3).
 * Undefined where it is no UPC-E number or its check digit is wrong.
 */
export function expandUpcE(digits: string): string | undefined {
  const match = /^([01])(\d)(\d)(\d)(\d)(\d)(\d)(\d)$/.exec(digits);
  if (match === null) return undefined;
  const [, system, a, b, c, d, e, rule, check] = match;
  const body =
    Number(rule) <= 2
      ? `${system}${a}${b}${rule}0000${c}${d}${e}`
      : rule === '3'
        ? `${system}${a}${b}${c}00000${d}${e}`
        : rule === '4'
          ? `${system}${a}${b}${c}${d}00000${e}`
          : `${system}${a}${b}${c}${d}${e}0000${rule}`;
  const full = `${body}${check}`;
  return hasValidCheckDigit(full) ? full : undefined;
}
