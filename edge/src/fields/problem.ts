import type { z } from 'zod';

/** A refinement made of a function that says what is wrong with a text, or undefined where nothing is. */
export function fromProblem(problem: (text: string) => string | undefined) {
  return (text: string, context: z.RefinementCtx): void => {
    const message = problem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message, input: text });
  };
}
