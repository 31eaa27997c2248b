import { inspect } from 'node:util';
import { hasLiteral, hasLiteralPassword, maskText, maskUrl } from './masked-url.ts';
import { resolveUrl } from './resolve-url.ts';
import { fillReferences, type SecretReference, splitReferences } from './secret-reference.ts';

export type SecretKind = 'url' | 'text';

/**
 * Text of a configuration file that may contain secrets: as written, with its references unresolved. Every way of
 * printing it gives `shown`; only `SecretResolver` gives the text itself.
 */
export class SecretText {
  readonly kind: SecretKind;
  readonly #written: string;

  constructor(written: string, kind: SecretKind) {
    this.#written = written;
    this.kind = kind;
  }

  /** Safe for pages and logs: references as they are, literals in secret places as `***`. */
  get shown(): string {
    return this.kind === 'url' ? maskUrl(this.#written) : maskText(this.#written);
  }

  /** True when a password is written in the file itself where a reference should be. A user name alone is none. */
  get hasLiteralPassword(): boolean {
    return this.kind === 'text' ? hasLiteral(this.#written) : hasLiteralPassword(this.#written);
  }

  get references(): readonly SecretReference[] {
    return splitReferences(this.#written).filter((piece) => typeof piece !== 'string');
  }

  equals(other: SecretText): boolean {
    return this.#written === other.#written;
  }

  /** The text with every reference replaced by what `read` returns, encoded for its place where it is part of a URL. */
  resolve(read: (reference: SecretReference) => string): string {
    return this.kind === 'text' ? fillReferences(this.#written, read) : resolveUrl(this.#written, read);
  }

  toString(): string {
    return this.shown;
  }

  toJSON(): string {
    return this.shown;
  }

  [inspect.custom](): string {
    return this.shown;
  }
}
