/** Wall time in the device's own time zone: `2026-11-20 14:03:27`. */
export function localTime(wallMs: number): string {
  const time = new Date(wallMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** A duration in two units at most: `850 ms`, `12.3 s`, `4 min 05 s`, `3 h 12 min`, `9 d 4 h`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${two((ms / 1000) % 60)} s`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ${two((ms / 60_000) % 60)} min`;
  return `${Math.floor(ms / 86_400_000)} d ${Math.floor((ms / 3_600_000) % 24)} h`;
}
