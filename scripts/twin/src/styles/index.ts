/**
 * How pictures look beside what they show: named styles of drawing, kept apart for training and for judging, and named
 * conditions of light and camera. Pure: a style and a seed give one look.
 */
export { CONDITIONS, type Condition, underConditions } from './conditions.ts';
export { type Look, lookOf } from './look.ts';
export { drawOverlay, type Overlay } from './overlay.ts';
export { STYLES, type StyleName, STYLE_NAMES, type StyleUse } from './styles.ts';
