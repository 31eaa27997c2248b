import type { Point, Region } from '../../domain/index.ts';
import type { ModelSpec } from '../../inference/index.ts';
import type { LearnStep, TeachReport } from '../index.ts';

/** The order for the process of a teaching. The address of a camera may have credentials: it goes over the pipe alone. */
export interface TeachOrder {
  readonly id: string;
  /** Absolute folder of the teaching. */
  readonly dir: string;
  /** Forget the pieces that it holds. */
  readonly fresh?: boolean;
  /** Where more good pieces come from; without it those of the folder are all. */
  readonly collect?: Collecting;
  /** Absolute folder with images of bad pieces. */
  readonly bad?: string;
  /** Good pieces to be left out, by number. */
  readonly strike?: readonly number[];
  readonly mads: number | undefined;
  /** Absolute folder of the bundle; undefined while a person has not looked at the pieces yet. */
  readonly bundle: string | undefined;
  readonly state: 'watching' | 'armed';
}

/** Images of a folder, frames of a camera, or the products that a detector sees in them. */
export type Collecting =
  | { readonly from: 'images'; readonly dir: string }
  | (CameraPart & { readonly from: 'camera' })
  | (CameraPart & {
      readonly from: 'stage';
      /** The detector, and what a person calls it. */
      readonly spec: ModelSpec;
      readonly stage: string;
      readonly labels: readonly string[] | undefined;
      readonly padding: number;
      readonly masks: readonly (readonly Point[])[];
    });

export interface CameraPart {
  readonly url: string;
  /** Safe to print. */
  readonly shown: string;
  readonly transport: 'tcp' | 'udp';
  readonly region: Region | undefined;
  readonly durationMs: number;
  readonly wanted: number;
}

export interface TeachProgress {
  /** `images`, `bad` and `pieces` while they are collected, then what learning does. Each begins with 0 done. */
  readonly step: 'images' | 'bad' | 'pieces' | LearnStep | 'report';
  readonly done: number;
  readonly total: number;
}

/** Images that could not be read. */
export type Unreadable = readonly { readonly file: string; readonly reason: string }[];

export interface TeachOutcome {
  readonly report: TeachReport;
  readonly unreadable: Unreadable;
}

/** What the process says. An error without a code is a fault of ours. */
export type TeachMessage = TeachProgress | { readonly outcome: TeachOutcome } | { readonly error: ReportedFacts };

export interface ReportedFacts {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly advice?: string;
}
