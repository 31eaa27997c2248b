import type { TensorData } from './decoder.ts';

/** Rounding in a half-precision engine may leave 0..1 by a little; logits leave it by a lot. */
export const SCORE_SLACK = 0.01;

/** An output as float32: itself where it is float32, otherwise a copy (integer labels, double precision). */
export function floats(data: TensorData): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number);
  return Float32Array.from(data);
}

/** One multiplication per value: NaN and infinities times 0 are NaN, and so is every sum with them. */
export function allFinite(data: Float32Array): boolean {
  // Four sums, so that no addition has to wait for the previous one.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const end = data.length & ~3;
  for (let i = 0; i < end; i += 4) {
    a += data[i]! * 0;
    b += data[i + 1]! * 0;
    c += data[i + 2]! * 0;
    d += data[i + 3]! * 0;
  }
  for (let i = end; i < data.length; i++) a += data[i]! * 0;
  return a + b + c + d === 0;
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** Value at which the sigmoid is `probability`; infinite at 0 and 1. Saves an exponential for each value below it. */
export function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

/** Softmax of `count` values from `at`, `step` apart, into `into`. */
export function softmax(data: Float32Array, at: number, step: number, count: number, into: Float64Array): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) most = Math.max(most, data[at + i * step]!);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += into[i] = Math.exp(data[at + i * step]! - most);
  for (let i = 0; i < count; i++) into[i]! /= sum;
}

/**
 * Mean of a distribution over 0, 1, ... bins - 1 given as logits: how GFL (Li et al. 2020, "Generalized Focal Loss")
 * and YOLOv8's DFL encode a distance.
 */
export function expectedBin(data: Float32Array, at: number, step: number, bins: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < bins; i++) most = Math.max(most, data[at + i * step]!);
  let sum = 0;
  let mean = 0;
  for (let i = 0; i < bins; i++) {
    const weight = Math.exp(data[at + i * step]! - most);
    sum += weight;
    mean += i * weight;
  }
  return mean / sum;
}
