/** Declares the port through which the local control plane has models trained and people scored. */
import type { Objective, RankingInfluence } from './recommender/recipe';

/** Names the files of one dataset: the Avro JSON schema's text and absolute paths of CSV files with headers. */
export interface DatasetFiles {
  readonly schema: string;
  readonly csvFiles: readonly string[];
}

/** Names the datasets of a group as they are at a time; Items and Users may be absent. */
export interface GroupFiles {
  readonly interactions: DatasetFiles;
  readonly items?: DatasetFiles;
  readonly users?: DatasetFiles;
}

/** Says how one event type counts: events below the threshold don't, the others with `weight`, 0 to 1. */
export interface EventParameters {
  readonly eventType: string;
  readonly eventValueThreshold?: number;
  readonly weight?: number;
}

/** Says which events and columns a training heeds; all of them where a member is missing. */
export interface TrainingSelection {
  readonly eventType?: string;
  readonly eventValueThreshold?: number;
  /** Only these types count. */
  readonly events?: readonly EventParameters[];
  /** Dataset type in capitals (INTERACTIONS, ITEMS, USERS) → columns that are left out. */
  readonly excludedColumns?: Readonly<Record<string, readonly string[]>>;
  /** Dataset type in capitals → the only columns that are read, beside the required ones. */
  readonly includedColumns?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Describes one training: `recipe` is a short name such as `aws-user-personalization`, and `modelFile`
 * is the absolute path of the model, written atomically.
 */
export interface TrainTask extends GroupFiles, TrainingSelection {
  readonly recipe: string;
  readonly objective?: Objective;
  readonly hyperParameters: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly modelFile: string;
  /** The model that training mode UPDATE adds to; absent for FULL. */
  readonly updatedModelFile?: string;
}

/** Holds what a training gave: the offline metrics by AWS's names, or the text for `failureReason`. */
export type TrainResult =
  | {
      readonly ok: true;
      readonly metrics: Readonly<Record<string, number>>;
      readonly trainingSeconds: number;
    }
  | { readonly ok: false; readonly failureReason: string };

/** Names one JSON Lines input and where its output goes: absolute local paths, the output written atomically. */
export interface InputFile {
  readonly inputFile: string;
  readonly outputFile: string;
}

/** Describes what the jobs share: the datasets are those of today, by which filters go and new items are known. */
interface BatchTask {
  readonly modelFile: string;
  readonly recipe: string;
  /** Items, or users, of a line at most. */
  readonly numResults: number;
  readonly files: readonly InputFile[];
  readonly datasets: GroupFiles;
  /** A filter expression; `$NAME` in it takes the line's `filterValues`. */
  readonly filter?: string;
  readonly seed: number;
}

/** Describes one batch inference: `explorationWeight` is in [0, 1], `explorationItemAgeCutOff` in days. */
export interface InferTask extends BatchTask {
  readonly explorationWeight?: number;
  readonly explorationItemAgeCutOff?: number;
  readonly rankingInfluence?: RankingInfluence;
  /** Whether items that came after the training are listed too: the version is the newest that was trained wholly. */
  readonly addsNewItems: boolean;
  /** The column of the items' names, where themes are wanted. */
  readonly themeNameColumn?: string;
}

/** Describes one batch segment job. */
export type SegmentTask = BatchTask;

/** Holds what a batch job gave over all its files: the lines written and those that carry an error. */
export type BatchResult =
  | { readonly ok: true; readonly lines: number; readonly errorLines: number }
  | { readonly ok: false; readonly failureReason: string };

/** Trains models and scores people outside of the server's own thread. */
export interface Compute {
  /** @param signal  ends the training at once, which rejects then and leaves no model */
  train(task: TrainTask, signal?: AbortSignal): Promise<TrainResult>;
  infer(task: InferTask): Promise<BatchResult>;
  segment(task: SegmentTask): Promise<BatchResult>;
  close(): Promise<void>;
}
