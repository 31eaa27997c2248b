import type Sharp from 'sharp';

let library: Promise<typeof Sharp> | undefined;

/**
 * The library that draws, scales and encodes pictures, loaded where the first one is wanted: the main process, which
 * knows no pixels, seldom draws. Loading it takes a tenth of a second and blocks the thread.
 */
export function imageLibrary(): Promise<typeof Sharp> {
  return (library ??= load());
}

async function load(): Promise<typeof Sharp> {
  const { default: sharp } = await import('sharp');
  // Drawing must not take time from inference.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}
