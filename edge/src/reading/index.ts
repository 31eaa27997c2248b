/** Reading of codes in pictures, on a thread of its own. What a code means is the matter of `codes`. */
export * from './code-reader.ts';
export * from './errors.ts';
export * from './image-file.ts';
export * from './picture.ts';
export * from './text-reader.ts';
