/**
 * Pieces: products that pass a line in the picture, each with what the rules find of it from there on, for the outputs of
 * the plant.
 */
export { PieceFollower, type PieceNews, type Station } from './piece-follower.ts';
