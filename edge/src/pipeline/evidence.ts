import type { Box, RuleOutput, Track } from '../domain/index.ts';
import { type Clock, LinesideError } from '@lineside/kit';
import type { Overlay, Picture, PictureRequest, Rule, Vision } from './ports.ts';

/** Of the small picture that a snapshot carries for lists of events, in pixels. */
const THUMBNAIL_WIDTH = 240;

/** A snapshot, or why there is none. */
export type Snapshot = { readonly picture: Picture } | { readonly missing: string };

/**
 * Requests a snapshot and waits at most `deadlineMs`, whatever the vision process does. Never rejects: an event without a
 * snapshot is still an event. The boxes go beside its pixels, to be drawn on request.
 */
export async function takeSnapshot(
  vision: Vision,
  request: PictureRequest,
  clock: Clock,
  deadlineMs: number,
  overlays: readonly Overlay[],
): Promise<Snapshot> {
  const over = new AbortController();
  const deadline = async (): Promise<Snapshot> => {
    await clock.sleep(deadlineMs, over.signal);
    return { missing: 'deadline' };
  };
  const picture = async (): Promise<Snapshot> => ({
    picture: { ...(await vision.picture({ ...request, thumbnailWidth: THUMBNAIL_WIDTH }, over.signal)), overlays },
  });
  try {
    return await Promise.race([picture(), deadline()]);
  } catch (error) {
    return { missing: error instanceof LinesideError ? error.code : 'failed' };
  } finally {
    over.abort();
  }
}

/** Boxes of the objects detected in the newest frame, in the colours that the rules give their labels. */
export function overlaysOf(tracks: readonly Track[], rules: readonly Rule[]): readonly Overlay[] {
  return tracks
    .filter((track) => track.missed === 0)
    .map(({ box, label, score }) => ({ box, text: caption(label, score), colour: colourOf(label, rules) }));
}

/** The same with the box that the event is about, last so that it lies on top. */
export function overlaysFor(output: RuleOutput, around: readonly Overlay[]): readonly Overlay[] {
  const { box, label, score } = output;
  if (box === undefined) return around;
  const others = around.filter((overlay) => !isSameBox(overlay.box, box));
  return [...others, { box, text: score === undefined ? label : caption(label, score), colour: 'bad' }];
}

function caption(label: string, score: number): string {
  return `${label} ${score.toFixed(2)}`;
}

/** Where rules disagree, `bad` wins over `good`. */
function colourOf(label: string, rules: readonly Rule[]): Overlay['colour'] {
  const colours = rules.map((rule) => rule.colours?.[label]);
  if (colours.includes('bad')) return 'bad';
  return colours.includes('good') ? 'good' : 'plain';
}

function isSameBox(a: Box, b: Box): boolean {
  return a.every((side, k) => side === b[k]);
}
