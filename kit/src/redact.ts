/** `text` with the user part of every URL replaced: `rtsp://cam:secret@host/` becomes `rtsp://***@host/`. */
export function redactUrls(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*(?:@[^\s/@]*)*@/gi, '$1***@');
}
