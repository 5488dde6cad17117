/** The limits of Personalize that batch jobs meet, each with the page or model that states it. */

/** Input files of one inference or segment job. Source: developer guide, "Amazon Personalize endpoints and quotas". */
export const MAX_INPUT_FILES = 1000;

/** Total input of one job in bytes (1 GB, read as the smaller 10^9). Source: the same page. */
export const MAX_INPUT_BYTES = 1_000_000_000;

/** Records of one input file of an inference job. Source: the same page. */
export const MAX_INFERENCE_LINES_PER_FILE = 50_000_000;

/** Records of one input file of an inference job with themes. Source: the same page. */
export const MAX_THEME_LINES_PER_FILE = 100;

/** Queries of one input file by Item-Affinity. Source: the same page. */
export const MAX_ITEM_QUERIES_PER_FILE = 500;

/** Queries of one input file by Item-Attribute-Affinity. Source: the same page. */
export const MAX_ATTRIBUTE_QUERIES_PER_FILE = 10;

/** Jobs of one kind that may be pending or in progress in a region at a time. Source: the same page. */
export const MAX_JOBS_IN_FLIGHT = 5;

/** Users of one segment, the largest numResults of a segment job. Source: the same page. */
export const MAX_SEGMENT_USERS = 5_000_000;

/**
 * Items of one user that nightjar asks for, at most.
 * The documents state 500 for real-time calls and nothing for batch jobs, so 500 is nightjar's choice.
 */
export const MAX_INFERENCE_RESULTS = 500;

/** Items or users that a job returns where numResults is not set. Source: developer guide, "Creating a batch inference job". */
export const DEFAULT_RESULTS = 25;

/** Characters of a job name. Source: service model, shape `Name`. */
export const MAX_NAME_LENGTH = 63;

/** What a job name looks like. Source: service model, shape `Name`. */
export const NAME_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9\-_]*$/;

/** Characters of an input or output path, `s3://` and bucket included. Source: service model, shape `S3Location`. */
export const MAX_S3_PATH_LENGTH = 256;

/** Characters of a user or item id. Source: developer guide, "Amazon Personalize endpoints and quotas". */
export const MAX_ID_LENGTH = 256;

/** Regions with themes. Source: developer guide, "Batch recommendations with themes from Content Generator". */
export const THEME_REGIONS: readonly string[] = ['us-east-1', 'us-west-2', 'ap-northeast-1'];

/** What one batch job takes as its input; a larger one is cut into parts. */
export interface InputLimits {
  readonly bytes: number;
  readonly lines: number;
}

/** Tells how much a job of a recipe takes, or one with themes: nightjar writes one input file for each job. */
export function inputLimits(recipe: string, { hasThemes = false }: { readonly hasThemes?: boolean } = {}): InputLimits {
  if (hasThemes) return { bytes: MAX_INPUT_BYTES, lines: MAX_THEME_LINES_PER_FILE };
  const lines =
    recipe === 'aws-item-affinity'
      ? MAX_ITEM_QUERIES_PER_FILE
      : recipe === 'aws-item-attribute-affinity'
        ? MAX_ATTRIBUTE_QUERIES_PER_FILE
        : MAX_INFERENCE_LINES_PER_FILE;
  return { bytes: MAX_INPUT_BYTES, lines };
}
