import { describe, expect, it } from 'vitest';
import { terminalScreen } from './terminal-screen.ts';
import { terminalSvg } from './terminal-svg.ts';

const shown = (written: string): readonly string[] =>
  terminalScreen(written).map((cells) => cells.map(({ character }) => character).join(''));

describe('the picture of a terminal', () => {
  it('shows what was typed once, where a program draws its line anew with each key', () => {
    const typed = ['l', 'li', 'lin'].map((text) => `\u001b[1G\u001b[0JName: ${text}\u001b[${7 + text.length}G`);
    expect(shown(`first\r\n${typed.join('')}\r\nlast`)).toEqual(['first', 'Name: lin', 'last']);
  });

  it('shows a line that was overwritten as it was left, and moves of the cursor', () => {
    expect(shown('waiting 1 s\rdone\u001b[K\n\u001b[3Cx\b\u001b[1Ay')).toEqual(['done   y', '       x']);
    expect(shown('one\r\ntwo\r\n\u001b[2A\u001b[J')).toEqual(['']);
  });

  it('keeps colours, columns and characters that mean something in XML', () => {
    const svg = terminalSvg(terminalScreen('\u001b[32mok\u001b[0m   <a> & b\u001b[31;1m!\u001b[0m'), 40);
    expect(svg).toMatch(/<text x="16" y="30" textLength="16\.8"[^>]* fill="#5fd38d">ok<\/text>/);
    expect(svg).toMatch(/<text x="32\.8"[^>]*> {3}&lt;a&gt; &amp; b<\/text>/);
    expect(svg).toMatch(/font-weight="bold">!<\/text>/);
  });

  it('goes on in the next line where one is too long', () => {
    const svg = terminalSvg(terminalScreen('abcdefgh'), 5);
    expect([...svg.matchAll(/ y="(\d+)"[^>]*>(\w+)</g)].map(([, y, text]) => [y, text])).toEqual([
      ['30', 'abcde'],
      ['48', 'fgh'],
    ]);
  });
});
