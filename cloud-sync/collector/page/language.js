import { COMMON_TEXTS } from '/common/common-texts.js';
import { translator } from '/common/language.js';
import { PERSON_TEXTS } from './person-texts.js';
import { TEXTS } from './texts.js';

/** Texts of this page by key, its own and those of both pages. */
export const t = translator({ ...COMMON_TEXTS, ...TEXTS, ...PERSON_TEXTS });
