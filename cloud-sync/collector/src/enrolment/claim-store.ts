/** Permission for one device to enrol, once and for a while. */
export interface Claim {
  /** Names it in lists and in the history; not secret. */
  readonly id: string;
  readonly device: string;
  /** SHA-256 of its secret, hexadecimal. The secret has 80 random bits, so that no slow hash is needed. */
  readonly hash: string;
  /** What people call the line and its site; given to the device. */
  readonly line: string | undefined;
  readonly site: string | undefined;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** When it was used, cancelled: at most one device, and never again. */
  readonly usedAtMs: number | undefined;
  readonly cancelledAtMs: number | undefined;
  /** Hash of the key and the password of the device that used it: the same device may ask again, and only it. */
  readonly binding: string | undefined;
  /** The certificate that was made for it, PEM. */
  readonly certificate: string | undefined;
}

export type ClaimAction = 'made' | 'used' | 'asked again' | 'refused' | 'cancelled';

/** One line of the history: what was done with a claim, when, by whom (a person, or the address of a device). */
export interface ClaimEntry {
  readonly claim: string;
  readonly device: string;
  readonly atMs: number;
  readonly who: string;
  readonly action: ClaimAction;
  readonly detail: string | undefined;
}

/** Where claims and their history are kept; the command line and the running collector share them. */
export interface ClaimStore {
  /** Adds a claim; open ones of the same device are cancelled with it. */
  add(claim: Claim, who: string): Promise<void>;
  find(hash: string): Promise<Claim | undefined>;
  /** Newest first. */
  list(limit: number): Promise<readonly Claim[]>;
  /** Takes it for the device with this binding; false where it is used, cancelled or expired by then. Only one call wins. */
  use(id: string, binding: string, atMs: number): Promise<boolean>;
  keepCertificate(id: string, certificate: string): Promise<void>;
  /** Cancels every claim of the device, also a used one, which then is no way to ask again; the number of open ones. */
  cancel(device: string, who: string, atMs: number): Promise<number>;
  note(entry: ClaimEntry): Promise<void>;
  /** Newest first. */
  history(limit: number): Promise<readonly ClaimEntry[]>;
}
