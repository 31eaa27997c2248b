/** `text` as every database takes it: well-formed UTF-16 without NUL, what cannot be kept replaced by U+FFFD. */
export function plainText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
