import { expect, it } from 'vitest';
import { conditionWords } from './condition-words.ts';
import { readFindingTexts } from './finding-texts.ts';

const CYRILLIC = /[а-яё]/i;

it('every text of the page for a finding is there in Russian, and figures of the device stay', async () => {
  const texts = await readFindingTexts();
  const words = conditionWords('ru', texts);
  const codes = Object.keys(texts);
  expect(codes.length).toBeGreaterThan(20);
  for (const code of codes) {
    const said = words.camera('belt', { code, message: 'Its pictures come 3.5 s late', advice: 'lineside doctor' });
    expect(said.text, code).toMatch(/^камера belt: [^(]*[а-яё][^(]* \(Its pictures come 3\.5 s late\)$/i);
  }
  // The state of a stream is in the vocabulary, not in the page.
  expect(words.camera('belt', { code: 'connecting', message: 'no answer', advice: 'check' }).text).toMatch(CYRILLIC);
  // What a newer version says is passed on as it is.
  expect(words.finding({ code: 'unheard_of', message: 'Something', advice: 'Wait' })).toEqual({
    text: 'Something',
    advice: 'Wait',
  });
  expect(words.notInspecting(undefined).text).toBe('линия не проверяется: ничего не проверяется');
  expect(words.queueOld('events', 7).text).toMatch(/^события: .*7/);
});
