/** Who acts at the collector: persons with accounts, each known by a token of its own, and names that nothing proves. */
export { LEAST_TOKEN_LENGTH, People, type Person, type PersonFile } from './people.ts';
