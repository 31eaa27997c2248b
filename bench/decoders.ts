import type { ModelManifest } from '@lineside/models';
import { createDecoder, type Outputs, type OutputTensor } from '@lineside/models/families';
import type { Bench, Column, Report, Row } from './report.ts';

const SOURCE = { width: 1920, height: 1080 };
const OBJECTS = 60;

const COLUMNS: readonly Column[] = [
  { key: 'family' },
  { key: 'outputs' },
  { key: 'floats', digits: 0 },
  { key: 'detections', digits: 0 },
  { key: 'decodeMicroseconds', digits: 0 },
  { key: 'onePassMicroseconds', digits: 0 },
  { key: 'timesOnePass', digits: 2 },
];

export const decoders: Bench = {
  name: 'decoders',
  what: 'reading the outputs of each family, NMS included, beside one addition per value of the same outputs',
  async run({ quick, signal }) {
    const rows: Row[] = [];
    // Optimised as it stands, before it is first timed.
    for (let n = 0; n < 2_000; n++) sumOf(new Float32Array(1_000));
    for (const subject of SUBJECTS) {
      if (signal.aborted) break;
      rows.push(measure(subject, quick ? 20 : 200));
    }
    const report: Report = {
      bench: 'decoders',
      what: this.what,
      columns: COLUMNS,
      rows,
      notes: [
        `Outputs hold ${OBJECTS} objects among values that score nothing, as of a model at the size named; one thread.`,
        'Decoding and the pass alternate, call by call, and each is given by its median.',
        'The segmentation draws an outline of every object on 1920x1080.',
      ],
    };
    return report;
  },
};

interface Subject {
  readonly name: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly output: ModelManifest['output'];
  readonly classes: number;
  readonly outputs: Outputs;
}

function measure({ name, size, output, classes, outputs }: Subject, rounds: number): Row {
  const labels = Array.from({ length: classes }, (_, n) => `class${n}`);
  const letterbox = { anchor: 'center', fill: 114 } as const;
  const input = { name: 'i', type: 'uint8', layout: 'nhwc', color: 'rgb', ...size, letterbox } as const;
  const manifest = { input, output, labels, thresholds: { score: 0.25, iou: 0.45 } };
  const decoder = createDecoder({ manifest, score: 0.25, iou: 0.45, masks: true, maps: true });
  const picture = { source: SOURCE, packed: new Uint8Array(size.width * size.height * 3) };
  const arrays = [...outputs.values()].map(({ data }) => data as Float32Array);
  const taken: Once[] = [];
  for (let round = 0; round < rounds + Math.max(50, rounds); round++) {
    const once = takeOnce(() => decoder.decode(outputs, picture), arrays);
    if (round >= Math.max(50, rounds)) taken.push(once);
  }
  const [last] = taken;
  if (last === undefined || 'bad' in last.answer) throw new Error(`${name} is not read`);
  const detections = last.answer.detections.length;
  const decodeUs = taken.map((once) => once.decodeUs);
  const passUs = taken.map((once) => once.passUs);
  const [decodeMicroseconds, onePassMicroseconds] = [median(decodeUs), median(passUs)];
  return {
    family: name,
    outputs: [...outputs.values()].map(({ shape }) => `[${shape.join(', ')}]`).join(' '),
    floats: [...outputs.values()].reduce((sum, { data }) => sum + data.length, 0),
    detections,
    decodeMicroseconds,
    onePassMicroseconds,
    timesOnePass: decodeMicroseconds / onePassMicroseconds,
  };
}

interface Once {
  readonly answer: ReturnType<ReturnType<typeof createDecoder>['decode']>;
  readonly decodeUs: number;
  readonly passUs: number;
  readonly sum: number;
}

/**
 * A call of two functions in turn is compiled into no caller: the pass stays what it was when it was optimised, whatever
 * becomes of the code around it.
 */
const PASSES = [sumOf, (data: Float32Array): number => data.length];

/** Decodes once, then goes once over the same values. */
function takeOnce(decode: () => Once['answer'], arrays: readonly Float32Array[]): Once {
  const started = performance.now();
  const answer = decode();
  const decoded = performance.now();
  let sum = 0;
  for (const data of arrays) for (const pass of PASSES) sum += pass(data);
  return { answer, sum, decodeUs: (decoded - started) * 1000, passUs: (performance.now() - decoded) * 1000 };
}

function sumOf(data: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]!;
  return sum;
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? Number.NaN;
}

function tensor(shape: readonly number[], fill: (data: Float32Array) => void): OutputTensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  fill(data);
  return { data, shape };
}

/** Scores that are low everywhere but at the objects; a fixed pattern, so that runs can be compared. */
function low(n: number): number {
  return ((n * 2_654_435_761) % 4096) / 40_960;
}

/** A smooth surface, as maps and prototypes are. */
function waves(data: Float32Array, side: number): void {
  for (let n = 0; n < data.length; n++) data[n] = Math.sin((n % side) / 15) * Math.cos(Math.floor(n / side) / 11);
}

/** [1, fixed + classes, boxes] of middles, sizes and scores. */
function columns(boxes: number, classes: number, size: number, extra = 0): OutputTensor {
  return tensor([1, 4 + classes + extra, boxes], (data) => {
    for (let n = 4 * boxes; n < data.length; n++) data[n] = low(n);
    for (let n = 0; n < boxes; n++) {
      for (const [a, value] of [(n * 37) % size, (n * 91) % size, 60, 80].entries()) data[a * boxes + n] = value;
    }
    for (let n = 0; n < OBJECTS; n++) data[(4 + (n % classes)) * boxes + Math.floor((n * boxes) / OBJECTS)] = 0.9;
  });
}

/** [1, boxes, 5 + classes] with objectness. */
function rowsWithObject(boxes: number, classes: number, box: readonly number[]): OutputTensor {
  const attributes = 5 + classes;
  return tensor([1, boxes, attributes], (data) => {
    for (let n = 0; n < boxes; n++) {
      data.set(box, n * attributes);
      for (let a = 4; a < attributes; a++) data[n * attributes + a] = low(n * attributes + a);
    }
    for (let n = 0; n < OBJECTS; n++) {
      const at = Math.floor((n * boxes) / OBJECTS) * attributes;
      data[at] = box[0]! * (1 + (n % 7));
      data[at + 4] = 0.95;
      data[at + 5 + (n % classes)] = 0.95;
    }
  });
}

function scoreRows(rows: number, classes: number, none: number, sure: number): OutputTensor {
  return tensor([1, rows, classes], (data) => {
    for (let n = 0; n < data.length; n++) data[n] = none + low(n);
    for (let n = 0; n < OBJECTS; n++) data[Math.floor((n * rows) / OBJECTS) * classes + (n % classes)] = sure;
  });
}

const named = (outputs: Readonly<Record<string, OutputTensor>>): Outputs => new Map(Object.entries(outputs));
const square = (side: number): Subject['size'] => ({ width: side, height: side });
const STRIDES = [8, 16, 32] as const;
const cellsOf = (side: number, stride: number): number => (side / stride) ** 2;

const SUBJECTS: readonly Subject[] = [
  {
    name: 'yolov8',
    size: square(640),
    output: { name: 'o', family: 'yolov8' },
    classes: 80,
    outputs: named({ o: columns(8400, 80, 640) }),
  },
  {
    name: 'yolov8, 3 classes',
    size: square(640),
    output: { name: 'o', family: 'yolov8' },
    classes: 3,
    outputs: named({ o: columns(8400, 3, 640) }),
  },
  {
    name: 'yolov8-seg',
    size: square(640),
    output: { name: 'o', names: ['o', 'p'], family: 'yolov8-seg' },
    classes: 80,
    outputs: named({
      o: columns(8400, 80, 640, 32),
      p: tensor([1, 32, 160, 160], (data) => waves(data, 160)),
    }),
  },
  {
    name: 'yolov5',
    size: square(640),
    output: { name: 'o', family: 'yolov5' },
    classes: 80,
    outputs: named({ o: rowsWithObject(25_200, 80, [80, 300, 60, 80]) }),
  },
  {
    name: 'yolo-end2end',
    size: square(640),
    output: { name: 'o', family: 'yolo-end2end' },
    classes: 80,
    outputs: named({
      o: tensor([1, 300, 6], (data) => {
        for (let n = 0; n < 300; n++) data.set([n, 200, n + 60, 280, n < OBJECTS ? 0.9 : 0.01, n % 80], 6 * n);
      }),
    }),
  },
  {
    name: 'yolox',
    size: square(416),
    output: { name: 'o', family: 'yolox' },
    classes: 80,
    outputs: named({ o: rowsWithObject(3549, 80, [0.1, 0.5, 1, 1]) }),
  },
  {
    name: 'nanodet',
    size: square(320),
    output: { name: 'c8', names: ['c8', 'c16', 'c32', 'd8', 'd16', 'd32'], family: 'nanodet' },
    classes: 80,
    outputs: named({
      ...Object.fromEntries(STRIDES.map((s) => [`c${s}`, scoreRows(cellsOf(320, s), 80, 0, 0.9)])),
      ...Object.fromEntries(STRIDES.map((s) => [`d${s}`, scoreRows(cellsOf(320, s), 32, 0, 3)])),
    }),
  },
  {
    name: 'fastestdet',
    size: square(352),
    output: { name: 'o', family: 'fastestdet' },
    classes: 80,
    outputs: named({
      o: tensor([1, 85, 22, 22], (data) => {
        for (let n = 0; n < data.length; n++) data[n] = low(n);
        for (let n = 0; n < OBJECTS; n++) {
          data[8 * n] = 0.95;
          data[484 * (5 + (n % 80)) + 8 * n] = 0.95;
        }
      }),
    }),
  },
  {
    name: 'ssd',
    size: { width: 320, height: 240 },
    output: { name: 's', names: ['s', 'b'], family: 'ssd', options: { background: 0 } },
    classes: 1,
    outputs: named({
      s: tensor([1, 4420, 2], (data) => {
        for (let n = 0; n < 4420; n++) data.set(n % 73 === 0 ? [0.1, 0.9] : [0.99, 0.01], 2 * n);
      }),
      b: tensor([1, 4420, 4], (data) => {
        for (let n = 0; n < 4420; n++) data.set([n / 4420, 0.3, n / 4420 + 0.05, 0.5], 4 * n);
      }),
    }),
  },
  {
    name: 'detr',
    size: square(640),
    output: { name: 'l', names: ['l', 'b'], family: 'detr' },
    classes: 80,
    outputs: named({
      l: scoreRows(300, 80, -8, 3),
      b: tensor([1, 300, 4], (data) => data.forEach((_, n) => (data[n] = 0.1 + low(n)))),
    }),
  },
  {
    name: 'yolo-raw, distances',
    size: square(640),
    output: { name: 'h8', names: ['h8', 'h16', 'h32'], family: 'yolo-raw' },
    classes: 80,
    outputs: named(
      Object.fromEntries(
        STRIDES.map((stride) => {
          const side = 640 / stride;
          const head = tensor([1, 144, side, side], (data) => {
            for (let n = 0; n < data.length; n++) data[n] = n < 64 * side * side ? low(n) : low(n) - 8;
            for (let n = 0; n < OBJECTS / 3; n++) data[(64 + n) * side * side + n * 17] = 3;
          });
          return [`h${stride}`, head];
        }),
      ),
    ),
  },
  {
    name: 'classify',
    size: square(224),
    output: { name: 'o', family: 'classify', options: { softmax: 'outside' } },
    classes: 1000,
    outputs: named({ o: { data: scoreRows(1, 1000, 0, 9).data, shape: [1, 1000] } }),
  },
  {
    name: 'anomaly',
    size: square(256),
    output: { name: 's', names: ['s', 'm'], family: 'anomaly', options: { pixelThreshold: 0.05 } },
    classes: 1,
    outputs: named({
      s: { data: Float32Array.of(0.9), shape: [1, 1] },
      m: tensor([1, 1, 256, 256], (data) => waves(data, 256)),
    }),
  },
  {
    name: 'autoencoder',
    size: square(256),
    output: { name: 'o', family: 'autoencoder' },
    classes: 1,
    outputs: named({ o: tensor([1, 3, 256, 256], (data) => data.forEach((_, n) => (data[n] = low(n)))) }),
  },
];
