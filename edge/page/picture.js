import { html, useEffect, useRef, useState } from '/vendor/preact.js';
import { zoneNamePlaces } from './zone-names.js';

const NEXT_AFTER_MS = 300;
const AGAIN_AFTER_MS = 2_000;
/** Small pictures, seldom: several cameras together stay near 10 kB a second. */
const SAVING_AFTER_MS = 5_000;
const sizeOf = (economy) => (economy ? 'economy=1' : 'width=640');

/** True while the page can be seen; nothing is asked for in a hidden tab. */
export function usePageVisible() {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return visible;
}

/**
 * A picture that renews itself: each one is asked for after the one before has come, so that a slow phone gets fewer
 * instead of late ones. It holds no connection open: browsers allow six to one host, and a page of eight open streams
 * would have none left for anything else.
 */
export function Stills({ camera, boxes, economy, paused, epoch, alt }) {
  const ref = useRef(null);
  const [has, setHas] = useState(false);
  useEffect(() => {
    if (paused) return undefined;
    const image = ref.current;
    let next;
    let count = 0;
    const ask = () => {
      count += 1;
      image.src = `${pathOf(camera)}/picture.jpg?boxes=${boxes ? 1 : 0}&${sizeOf(economy)}&n=${epoch}.${count}`;
    };
    const came = () => {
      setHas(true);
      next = setTimeout(ask, economy ? SAVING_AFTER_MS : NEXT_AFTER_MS);
    };
    const failed = () => {
      setHas(false);
      next = setTimeout(ask, AGAIN_AFTER_MS);
    };
    image.addEventListener('load', came);
    image.addEventListener('error', failed);
    ask();
    return () => {
      clearTimeout(next);
      image.removeEventListener('load', came);
      image.removeEventListener('error', failed);
    };
  }, [camera, boxes, economy, paused, epoch]);
  return html`<img ref=${ref} class=${has ? 'shown' : ''} alt=${alt} />`;
}

/** The camera as a stream of pictures, for one camera at a time. */
export function Live({ camera, boxes, economy, paused, epoch, alt }) {
  const ref = useRef(null);
  useEffect(() => {
    const image = ref.current;
    if (paused) return undefined;
    image.src = `${pathOf(camera)}/live?boxes=${boxes ? 1 : 0}&${economy ? 'economy=1' : 'width=1280'}&n=${epoch}`;
    // Without this the browser would go on reading a stream that nobody sees.
    return () => image.removeAttribute('src');
  }, [camera, boxes, economy, paused, epoch]);
  return html`<img ref=${ref} class="shown" alt=${alt} />`;
}

/** Zones over a picture; points are fractions of its width and height. */
export const Zones = ({ zones }) => html`
  <svg class="zones" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
    ${zones.map((zone) => html`<polygon key=${zone.id} points=${zone.polygon.map((p) => p.join(',')).join(' ')} />`)}
  </svg>
  ${zoneNamePlaces(zones).map(({ id, x, y }) => html`<span key=${id} class="zone-name" style=${{ left: `${x * 100}%`, top: `${y * 100}%` }}>${id}</span>`)}
`;

const pathOf = (camera) => `/api/v1/cameras/${encodeURIComponent(camera)}`;
