import { readdir, readFile } from 'node:fs/promises';

/** The text of one language, or its plural forms. */
export type Texts = string | Readonly<Record<string, string>>;
/** The texts of a page by key and language. */
export type TextTable = Readonly<Record<string, Readonly<Record<string, Texts>>>>;

/** The languages of the pages, with the plural forms (CLDR) that a text of each needs where it has any. */
export const PAGE_LANGUAGES = { en: ['one', 'other'], ru: ['one', 'few', 'many'] } as const;

/** Tables that a script of a page exports under these names. */
export async function textsOf(folder: URL, tables: Readonly<Record<string, string>>): Promise<TextTable> {
  const parts = await Promise.all(
    Object.entries(tables).map(async ([file, name]) => {
      const module = (await import(new URL(file, folder).href)) as Record<string, TextTable>;
      return module[name] ?? {};
    }),
  );
  return Object.assign({}, ...parts) as TextTable;
}

/** Every form of a text. */
export const formsOf = (texts: Texts | undefined): readonly string[] =>
  texts === undefined ? [] : typeof texts === 'string' ? [texts] : Object.values(texts);

/** The places for values in a text, sorted. */
export const placesOf = (text: string): string =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name)
    .sort()
    .join();

/** The scripts of a folder that are no tables of texts, by name. */
export async function scriptsOf(folder: URL): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js') && !/texts\.js$/.test(name));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')] as const)),
  );
}

/** Everything that the scripts of a folder write between quotation marks, and the beginnings of keys that they put together. */
export async function quotedIn(folder: URL): Promise<ReadonlySet<string>> {
  const quoted = new Set<string>();
  for (const source of (await scriptsOf(folder)).values()) {
    for (const [, text = ''] of source.matchAll(/'([^'\n]*)'/g)) quoted.add(text);
    for (const [, text = ''] of source.matchAll(/t\(`(\w+_)\$\{/g)) quoted.add(text);
    for (const [, group = ''] of source.matchAll(/groupWord\('(\w+)'/g)) quoted.add(`${group}_`);
  }
  return quoted;
}
