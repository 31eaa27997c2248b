import type { Page } from 'playwright-core';

/**
 * Every text of the page, its title and the names of its controls and pictures, but for commands and what is marked as being in
 * English: the words of a device or of the collector, and the names of languages.
 */
export function visibleTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(() => {
    const apart = (element) => element.closest('code, noscript, script, style, [lang]:not(html)') !== null;
    const texts = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, data } = walker.currentNode;
      if (data.trim() !== '' && !apart(parentElement)) texts.push(data.trim());
    }
    for (const element of document.body.querySelectorAll('*')) {
      if (apart(element)) continue;
      for (const name of ['aria-label', 'alt', 'title', 'placeholder']) {
        const text = element.getAttribute(name);
        if (text) texts.push(text);
      }
    }
    return texts;
  })()`);
}
