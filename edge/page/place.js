import { useEffect, useState } from '/vendor/preact.js';

/** The pages, in the order in which people ask. */
export const PAGES = ['now', 'cameras', 'events', 'records', 'models', 'device'];

/** A page beside them, where one's own name leads. */
const ASIDE = ['account'];

/** Where in the page one is: `#cameras`, `#cameras/belt/zones`. An unknown place is the first page. */
export function placeOf(hash) {
  const [page, ...rest] = hash.replace(/^#/, '').split('/').map(decode);
  return [...PAGES, ...ASIDE].includes(page) ? { page, rest } : { page: PAGES[0], rest: [] };
}

export function usePlace() {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const follow = () => {
      setPlace(placeOf(location.hash));
      window.scrollTo(0, 0);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return place;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
