import { describe, expect, it } from 'vitest';
import { drawStill, type Line, parseLine, Scene, type TruthEvent } from '../index.ts';

const lineWith = (camera: string, seed = 9): Line =>
  parseLine(
    `seed: ${seed}\nsize: { width: 320, height: 180 }\nfps: 10\nperiodSeconds: 60\ncameras:\n  - ${camera}\n`,
    'x.yaml',
  );
const labelsAt = (scene: Scene, subject: string, seconds: number): string[] =>
  scene
    .truth(seconds * scene.fps)
    .filter(({ objectId }) => objectId.startsWith(`${subject}/`))
    .map(({ label }) => label);
const kinds = (events: readonly TruthEvent[], kind: string): TruthEvent[] => events.filter((one) => one.kind === kind);

describe('a people camera with garments', () => {
  const people = (visits: string): Scene =>
    new Scene(lineWith(`{ id: people, scene: people, garments: true, visits: [${visits}] }`), 'people');

  it('labels each garment as worn or missing, and the face of somebody turned away as neither', () => {
    const scene = people(
      `{ at: 0, seconds: 40, headwear: cap, lane: front, facing: front, place: 0.25, without: [mask, coat] },
       { at: 0, seconds: 40, headwear: cap, lane: front, facing: back, place: 0.75, without: [gloves] }`,
    );
    const front = new Set(labelsAt(scene, 'person-0.0', 20));
    expect(front).toEqual(new Set(['headwear', 'no_mask', 'no_coat', 'gloves']));
    const back = new Set(labelsAt(scene, 'person-0.1', 20));
    expect(back).toEqual(new Set(['headwear', 'coat', 'bare_hand']));
  });

  it('reports each missing garment as a violation of the person who lacks it', () => {
    const scene = people(
      `{ at: 0, seconds: 30, headwear: none, without: [mask] }, { at: 2, seconds: 30, headwear: helmet }`,
    );
    const reported = kinds(scene.events(0, 60), 'personnel_violation').map(
      ({ subject, attributes }) => `${subject} ${String(attributes['label'])}`,
    );
    expect(reported.sort()).toEqual(['person-0.0 bare_head', 'person-0.0 no_mask']);
  });

  it('leaves out garments that random visitors lack as often as declared', () => {
    const scene = new Scene(
      lineWith(
        '{ id: people, scene: people, garments: true, visitsPerMinute: 10, missingRates: { mask: 0.3, gloves: 0 } }',
      ),
      'people',
    );
    const events = scene.events(0, 3600);
    const [all, missing] = [kinds(events, 'presence').length, kinds(events, 'personnel_violation')];
    expect(missing.length / all).toBeGreaterThan(0.25);
    expect(missing.length / all).toBeLessThan(0.35);
    expect(new Set(missing.map(({ attributes }) => attributes['label']))).toEqual(new Set(['no_mask']));
  });
});

describe('violators anywhere', () => {
  const scene = new Scene(
    lineWith('{ id: people, scene: people, visitsPerMinute: 6, violationRate: 1, violators: anywhere }'),
    'people',
  );
  const events = kinds(scene.events(0, 3600), 'presence');
  const bare = events.filter(({ attributes }) => attributes['missing'] === 'bare_head');

  it('are far, behind the table, in front, turned away, and among others', () => {
    const of = (name: string): Set<unknown> => new Set(bare.map(({ attributes }) => attributes[name]));
    expect(of('lane')).toEqual(new Set(['far', 'behind_table', 'front']));
    expect(of('facing')).toEqual(new Set(['front', 'back', 'side', 'any']));
    expect(events.length - bare.length).toBeGreaterThan(50);
  });

  it('are seen where the truth says', () => {
    const far = bare.find(({ attributes, end, start }) => attributes['lane'] === 'far' && end - start > 12)!;
    expect(labelsAt(scene, far.subject, Math.round((far.start + far.end) / 2))).toContain('bare_head');
  });
});

describe('other events of the truth', () => {
  it('are the stay of each person at their place of work, within their time in the hall', () => {
    const scene = new Scene(
      lineWith('{ id: people, scene: people, visits: [{ at: 5, seconds: 30, headwear: cap, place: 0.5 }] }'),
      'people',
    );
    const [presence] = kinds(scene.events(0, 60), 'presence');
    const [operation] = kinds(scene.events(0, 60), 'operation');
    expect(presence).toMatchObject({ subject: 'person-0.0', start: 5, end: 35 });
    expect(operation!.start).toBeGreaterThan(5);
    expect(operation!.end).toBeLessThan(35);
    const middle = (seconds: number): number => {
      const box = scene.truth(Math.round(seconds * 10)).find(({ label }) => label === 'person')!;
      return (box.x1 + box.x2) / 2;
    };
    expect(Math.abs(middle(operation!.start + 1) - 160)).toBeLessThan(12);
    expect(Math.abs(middle(operation!.end - 1) - 160)).toBeLessThan(12);
  });

  it('are the passage of each product, once, when it crosses the middle', () => {
    const scene = new Scene(
      lineWith('{ id: product, scene: product, bottlesPerMinute: 60, secondsInView: 4 }'),
      'product',
    );
    const passages = [0, 20, 40].flatMap((from) => kinds(scene.events(from, from + 20), 'passage'));
    expect(passages.length).toBeGreaterThan(57);
    expect(new Set(passages.map(({ subject }) => subject)).size).toBe(passages.length);
    const { subject, start } = passages[10]!;
    const box = scene.truth(Math.round(start * 10)).find(({ objectId }) => objectId === subject)!;
    expect(Math.abs((box.x1 + box.x2) / 2 - 160)).toBeLessThan(6);
  });

  it('are hands, which hide products', () => {
    const camera = (hands: string): Scene =>
      new Scene(lineWith(`{ id: product, scene: product, bottlesPerMinute: 60, secondsInView: 4${hands} }`), 'product');
    const [plain, handled] = [camera(''), camera(', hands: [{ at: 5, seconds: 4 }]')];
    expect(kinds(handled.events(0, 30), 'hand')).toMatchObject([{ start: 5, end: 9 }]);
    const hidden = [60, 65, 70, 75, 80].filter(
      (frame) => JSON.stringify(plain.truth(frame)) !== JSON.stringify(handled.truth(frame)),
    );
    expect(hidden.length).toBeGreaterThan(0);
    expect(handled.truth(150)).toEqual(plain.truth(150));
  });

  it('are cleanings by schedule, with a person and a mop in the picture', () => {
    const scene = new Scene(lineWith('{ id: floor, scene: floor, cleanings: [{ at: 10, seconds: 20 }] }'), 'floor');
    expect(kinds(scene.events(0, 60), 'cleaning')).toMatchObject([{ subject: 'cleaner-0.0', start: 10, end: 30 }]);
    expect(new Set(scene.truth(200).map(({ label }) => label))).toEqual(new Set(['person', 'mop']));
    expect(scene.truth(500)).toEqual([]);
  });
});

describe('light by shift', () => {
  const plant = `plant:
  startsAt: '2026-03-02T13:59:00Z'
  packsPerMinute: 40
  shifts: [{ name: day, from: '06:00', staff: 1 }, { name: late, from: '14:00', staff: 1 }]
  products: [{ code: '123456789012', name: a, nominalGrams: 100, sigmaGrams: 1, shelfLifeDays: 1 }]
  batchPacks: 1000
  changeoverSeconds: 10
  belt: { lifeHours: 10 }
  scale: { sigmaGrams: 0.1, driftGramsPerHour: 0 }
  temperature: { meanC: 20, swingC: 1 }
`;
  it('changes with the shift of the plant', () => {
    const text = `seed: 1\nsize: { width: 160, height: 90 }\nfps: 10\nperiodSeconds: 60\ncameras:\n  - { id: floor, scene: floor, light: { late: dark } }\n`;
    const scene = new Scene(parseLine(text + plant, 'x.yaml'), 'floor');
    const brightness = (seconds: number): number => {
      const frame = Buffer.alloc(scene.frameBytes);
      scene.render(seconds * 10, frame);
      return frame.reduce((sum, value) => sum + value, 0) / frame.length;
    };
    expect(brightness(70)).toBeLessThan(brightness(50) * 0.6);
    expect(() => parseLine(text, 'x.yaml')).toThrow(/light by shift/);
  });
});

describe('training pictures with garments', () => {
  it('show every garment, worn and missing', () => {
    const boxes = Array.from(
      { length: 30 },
      (_, index) =>
        drawStill('people', 1, index, 320, 180, { styles: ['plain'], conditions: [], garments: true }).boxes,
    ).flat();
    const labels = new Set(boxes.map(({ label }) => label));
    for (const label of ['mask', 'no_mask', 'gloves', 'bare_hand', 'coat', 'no_coat']) expect(labels).toContain(label);
  });
});
