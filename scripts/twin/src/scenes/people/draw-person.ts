import {
  type Canvas,
  CLOUD,
  ellipse,
  limb,
  linear,
  NOBODY,
  type Path,
  PLAIN_PEN,
  rectangle,
  type Rgb,
  shade,
  smooth,
  solid,
  stroke,
} from '../../raster/index.ts';
import { drawHead } from './draw-head.ts';
import { type Garment, GARMENT_LABELS } from './garments.ts';
import type { Person, Pose } from './person.ts';

/** Body measures as fractions of body height; the head is a little large, as a wide lens from above shows it. */
const SHOULDER = 0.795;
const HIP = 0.5;
/** The point about which heads of another size are scaled, in thousandths. */
const NECK = -850;

/** Paints a person standing at the pose's feet, and registers `person` with its head as a part. */
export function drawPerson(canvas: Canvas, person: Person, pose: Pose): void {
  const objects = canvas.objects;
  const body = objects?.add('person', person.objectId) ?? 0;
  const label = person.headwear ? 'headwear' : 'bare_head';
  const head = objects?.add(label, `${person.objectId}/head`, body) ?? 0;
  const part = (garment: Garment, worn: boolean, place: string): number => {
    if (!person.detailed) return canvas.owner;
    const shown = GARMENT_LABELS[garment][worn ? 'worn' : 'missing'];
    return objects?.add(shown, `${person.objectId}/${place}`, body) ?? 0;
  };
  const size = pose.size * person.tallness;
  const bob = Math.abs(Math.sin(pose.phase)) * 0.012 * pose.swing;
  canvas.as(NOBODY, () => canvas.glow(pose.x, pose.y, size * 0.2, size * 0.045, [0, 0, 0], 0.5));
  // Drawn in units of a thousandth of the body's height.
  const { slimness, headSize } = canvas.pen ?? PLAIN_PEN;
  canvas.within(pose.x, pose.y - bob * size, (size / 1000) * slimness, size / 1000, 0, () => {
    canvas.as(body, () => {
      drawLegs(canvas, person, pose);
      const hand = (side: 1 | -1, far: boolean): void =>
        drawArm(canvas, person, pose, side, far, () => part('gloves', person.gloves !== undefined, `hand${side}`));
      hand(pose.facing === 1 ? -1 : 1, true);
      canvas.as(part('coat', !person.withoutCoat, 'coat'), () => drawCoat(canvas, person, pose));
      if (pose.facing === 0 || pose.facing === 2) hand(-1, false);
      neck(canvas, person);
    });
    canvas.as(head, () =>
      canvas.within(0, NECK * (1 - headSize), headSize, headSize, 0, () =>
        drawHead(canvas, person, pose.facing, () => part('mask', person.mask !== undefined, 'face')),
      ),
    );
    canvas.as(body, () => {
      if (pose.facing === 1 || pose.facing === -1)
        drawArm(canvas, person, pose, pose.facing, false, () =>
          part('gloves', person.gloves !== undefined, `hand${pose.facing}`),
        );
    });
  });
}

function neck(canvas: Canvas, person: Person): void {
  canvas.fill(limb(0, -790, 0, -850, 38, 34), solid(shade(person.skin, 0.8)));
}

function drawLegs(canvas: Canvas, person: Person, pose: Pose): void {
  const side = pose.facing === 1 || pose.facing === -1;
  const swing = Math.sin(pose.phase) * pose.swing * person.stride;
  const apart = side ? 14 : 46 * person.build;
  for (const leg of [1, -1] as const) {
    const s = swing * leg;
    const foot = side ? s * 130 : apart * leg;
    const lift = side ? Math.max(0, s * (pose.facing === 1 ? 1 : -1)) * 26 : Math.max(0, s) * 34;
    const knee = side ? foot * 0.45 + 10 * pose.facing : apart * leg;
    const hip = side ? 6 * leg : apart * 0.9 * leg;
    const cloth = solid(shade(person.trousers, leg === 1 ? 0.78 : 0.96));
    canvas.fill(limb(hip, -HIP * 1000, knee, -260, 62 * person.build, 46), cloth);
    canvas.fill(limb(knee, -260, foot, -46 - lift, 46, 32), cloth);
    const toe = side ? pose.facing * 52 : leg * 12;
    canvas.fill(limb(foot, -22 - lift, foot + toe, -18 - lift, 28, 20), solid(shade(person.shoes, 0.9)));
  }
}

function drawCoat(canvas: Canvas, person: Person, pose: Pose): void {
  const side = pose.facing === 1 || pose.facing === -1;
  const wide = person.build * (side ? 0.66 : 1);
  const [shoulder, chest, waist, hem] = [132 * wide, 126 * wide, 112 * wide, 136 * wide];
  const low = person.withoutCoat ? -HIP * 1000 + 40 : -person.hem * 1000;
  const shape = smooth(
    [
      -52 * wide,
      -830,
      52 * wide,
      -830,
      shoulder,
      -SHOULDER * 1000,
      chest,
      -690,
      waist,
      -560,
      hem * 0.98,
      -430,
      hem,
      low,
      -hem,
      low,
      -hem * 0.98,
      -430,
      -waist,
      -560,
      -chest,
      -690,
      -shoulder,
      -SHOULDER * 1000,
    ],
    3,
  );
  const c = person.coat;
  const cloth = linear(
    [-hem, 0, hem, 0],
    [
      [0, shade(c, 0.62)],
      [0.25, shade(c, 0.98)],
      [0.55, shade(c, 1.04)],
      [1, shade(c, 0.66)],
    ],
    { tile: CLOUD, amount: 18, x: 0, y: 0 },
  );
  canvas.fill(shape, cloth);
  if (person.apron && pose.facing !== 2) {
    canvas.fill(
      rectangle(-chest * 0.66, -740, chest * 1.32, -low - 0 < 0 ? 0 : 740 + low),
      solid(shade(person.apron, 0.95), 0.95),
    );
  }
  if (pose.facing === 0) {
    canvas.fill([-40 * wide, -830, 0, -720, 40 * wide, -830], solid(shade(person.skin, 0.86)));
    canvas.fill(stroke(0, -720, 0, low, 5), solid(shade(c, 0.6), 0.8));
    canvas.fill(stroke(-44 * wide, -828, 0, -712, 12), solid(shade(c, 0.82)));
    canvas.fill(stroke(44 * wide, -828, 0, -712, 12), solid(shade(c, 0.82)));
    canvas.fill(rectangle(36 * wide, -690, 48 * wide, 46), solid(shade(c, 0.84), 0.8));
  }
  canvas.fill(rectangle(-hem, low - 14, hem * 2, 14), solid(shade(c, 0.6), 0.4));
}

/** side: 1 the arm on the picture's right. Behind the body it is darker. */
function drawArm(
  canvas: Canvas,
  person: Person,
  pose: Pose,
  side: 1 | -1,
  far: boolean,
  handOwner: () => number,
): void {
  const turned = pose.facing === 1 || pose.facing === -1;
  const swing = Math.sin(pose.phase + (far ? 0 : Math.PI)) * pose.swing;
  const sx = turned ? (far ? 18 : -10) * pose.facing : side * 122 * person.build;
  const sy = -SHOULDER * 1000 + 24;
  const reach = pose.reach;
  const busy = Math.sin(pose.phase * 1.7 + side) * 26 * reach;
  const forward = turned ? pose.facing * (120 * reach + swing * 90) : side * (24 - 60 * reach);
  const ex = sx + (turned ? forward * 0.45 - pose.facing * 18 * (1 - reach) : side * (26 + 14 * reach));
  const ey = sy + 150 - 10 * reach;
  const hx = turned ? sx + forward + busy : sx + side * 14 - side * 92 * reach + busy;
  const hy = sy + 300 - 118 * reach - Math.abs(swing) * 18 + busy * 0.4;
  const cloth: Rgb = shade(person.coat, far ? 0.7 : 0.88);
  const thick = 42 * (0.7 + 0.3 * person.build);
  const hand: Path = ellipse(hx, hy + 10, 26, 30);
  canvas.fill(limb(sx, sy, ex, ey, thick, thick * 0.82), solid(cloth));
  const forearm = person.withoutCoat ? shade(person.skin, far ? 0.75 : 0.92) : shade(cloth, 0.95);
  canvas.fill(limb(ex, ey, hx, hy, thick * 0.82, thick * 0.66), solid(forearm));
  canvas.as(handOwner(), () => canvas.fill(hand, solid(person.gloves ?? shade(person.skin, 0.95))));
}
