import type { ParameterSets } from './nal.ts';
import { CLOCK_HZ, PAYLOAD_TYPE } from './rtp.ts';

/** The one track of each stream, as the path's last step. */
export const TRACK = 'track1';

/** A live session's description (RFC 4566; the parameters of RFC 6184, 8.1). */
export function describe(facts: {
  readonly path: string;
  readonly host: string;
  readonly fps: number;
  readonly sets: ParameterSets;
}): string {
  const { sps, pps } = facts.sets;
  const family = facts.host.includes(':') ? 'IP6' : 'IP4';
  const profile = sps.subarray(1, 4).toString('hex').padEnd(6, '0');
  const sprop = [sps, pps].map((set) => set.toString('base64')).join(',');
  return [
    'v=0',
    `o=- 1 1 IN ${family} ${facts.host}`,
    `s=${facts.path}`,
    `c=IN ${family} ${family === 'IP4' ? '0.0.0.0' : '::'}`,
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    `m=video 0 RTP/AVP ${PAYLOAD_TYPE}`,
    `a=rtpmap:${PAYLOAD_TYPE} H264/${CLOCK_HZ}`,
    `a=fmtp:${PAYLOAD_TYPE} packetization-mode=1;profile-level-id=${profile};sprop-parameter-sets=${sprop}`,
    `a=framerate:${facts.fps}`,
    `a=control:${TRACK}`,
    '',
  ].join('\r\n');
}
