/** Called after each item of a long run: how many are done, of how many. */
export type OnProgress = (done: number, total: number) => void;
