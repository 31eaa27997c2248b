/** A frame may be early by this part of a slot: cameras and networks jitter. The average rate stays what was asked for. */
const EARLY = 0.6;
/** After the first frame and after a gap, the next one comes no sooner than this part of a slot. */
const LEAST_APART = 0.7;
/** So late a frame may have been taken and still count for its own instant: the rush that follows a short stall. */
const LATE_S = 0.5;

/**
 * FFmpeg's `select` expression that lets through at most `fps` frames a second, evenly, and none twice.
 *
 * FFmpeg's own `fps` filter and a comparison of time stamps trust the camera's clock: a clock that runs at half its
 * rate would halve the rate of inspection, and one that stands still would end it. Here the schedule runs on a clock of
 * its own, which steps as the time stamps do and is held between the frame's arrival and half a second before it. A
 * right clock decides which frame of a burst is due; a wrong one cannot change how many are due.
 *
 * `arrivalS` is the expression of the arrival in seconds: FFmpeg has the wall clock only. When that is set forward one
 * frame comes early, and when it is set back the schedule begins anew.
 *
 * Variables: 0 when the next frame is due, 1 the own clock, 2 the time stamp and 3 the arrival of the frame before,
 * 4 the arrival, 5 the step of the time stamp, 6 whether the schedule begins anew.
 */
export function choiceExpression(fps: number, arrivalS = 'time(0)'): string {
  const slot = 1 / fps;
  const step = 'if(gt(ld(5),0),ld(5),ld(4)-ld(3))';
  const next = `if(ld(6),ld(1)+${(EARLY + LEAST_APART) * slot},ld(0)+${slot})`;
  return [
    `st(4,${arrivalS})`,
    'st(5,t-ld(2))',
    `st(1,if(ld(3),max(min(ld(1)+${step},ld(4)),ld(4)-${LATE_S}),ld(4)))`,
    'st(2,t)',
    'st(3,ld(4))',
    `st(6,gt(ld(1),ld(0)+${slot})+lt(ld(1),ld(0)-${3 * slot}))`,
    `if(gte(ld(1),ld(0)-${EARLY * slot})+ld(6),1+0*st(0,${next}),0)`,
  ].join(';');
}
