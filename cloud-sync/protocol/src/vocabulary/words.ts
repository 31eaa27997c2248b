/** Languages in which every code has words. */
export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a code is called for people. */
export type Words = Readonly<Record<Language, string>>;
