/** Declares the port through which the local control plane has models trained and people scored. */

/** Names the files of one dataset: the Avro JSON schema's text and absolute paths of CSV files with headers. */
export interface DatasetFiles {
  readonly schema: string;
  readonly csvFiles: readonly string[];
}

/**
 * Describes one training: `recipe` is a short name such as `aws-user-personalization`, and `modelFile`
 * is the absolute path of the model, written atomically.
 */
export interface TrainTask {
  readonly recipe: string;
  readonly interactions: DatasetFiles;
  readonly items?: DatasetFiles;
  readonly users?: DatasetFiles;
  readonly eventType?: string;
  readonly eventValueThreshold?: number;
  readonly hyperParameters: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly modelFile: string;
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

/** Describes one batch inference: `explorationWeight` is in [0, 1], `explorationItemAgeCutOff` in days. */
export interface InferTask {
  readonly modelFile: string;
  readonly recipe: string;
  readonly numResults: number;
  readonly files: readonly InputFile[];
  readonly explorationWeight?: number;
  readonly explorationItemAgeCutOff?: number;
  readonly seed: number;
}

/** Describes one batch segment job: `numResults` is the number of users for each line. */
export interface SegmentTask {
  readonly modelFile: string;
  readonly recipe: string;
  readonly numResults: number;
  readonly files: readonly InputFile[];
  readonly seed: number;
}

/** Holds what a batch job gave over all its files: the lines written and those that carry an error. */
export type BatchResult =
  | { readonly ok: true; readonly lines: number; readonly errorLines: number }
  | { readonly ok: false; readonly failureReason: string };

/** Trains models and scores people outside of the server's own thread. */
export interface Compute {
  train(task: TrainTask): Promise<TrainResult>;
  infer(task: InferTask): Promise<BatchResult>;
  segment(task: SegmentTask): Promise<BatchResult>;
  close(): Promise<void>;
}
