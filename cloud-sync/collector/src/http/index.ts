export * from './access.ts';
export * from './api.ts';
export * from './media.ts';
export * from './problem.ts';
export * from './server.ts';
