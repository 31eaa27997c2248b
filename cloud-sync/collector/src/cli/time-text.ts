/** Time for people, to the second, UTC; `-` for none, `?` for what no calendar can show. */
export function timeText(ms: number | null): string {
  if (ms === null) return '-';
  const date = new Date(ms);
  return Number.isNaN(date.getTime())
    ? '?'
    : date
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, 'Z');
}
