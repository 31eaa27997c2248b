/** Placeholder until this room opens. */
export {};
