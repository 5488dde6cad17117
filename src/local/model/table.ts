/** Holds the models of Amazon Personalize's three services: 71, 3 and 5 operations. */
import { BATCH_JOB_OPERATIONS } from './batch-jobs';
import { CAMPAIGN_OPERATIONS } from './campaigns';
import { DATASET_JOB_OPERATIONS } from './dataset-jobs';
import { DATASET_OPERATIONS } from './datasets';
import { TRACKER_OPERATIONS } from './event-trackers';
import { EVENTS_OPERATIONS } from './events';
import { FILTER_OPERATIONS } from './filters';
import type { OperationModel } from './operation';
import { RECIPE_OPERATIONS } from './recipes';
import { RECOMMENDER_OPERATIONS } from './recommenders';
import { RUNTIME_OPERATIONS } from './runtime';
import { SOLUTION_VERSION_OPERATIONS } from './solution-versions';
import { SOLUTION_OPERATIONS } from './solutions';
import { TAG_OPERATIONS } from './tags';

/** Holds a service: its operations by AWS's names, and the HTTP statuses of errors that differ from 400. */
export interface ServiceModel {
  readonly operations: ReadonlyMap<string, OperationModel>;
  readonly errorStatus: Readonly<Record<string, number>>;
}

/** Holds the control plane, whose operations are told apart by the header x-amz-target. */
export const PERSONALIZE: ServiceModel = {
  operations: new Map<string, OperationModel>(
    Object.entries({
      ...DATASET_OPERATIONS,
      ...DATASET_JOB_OPERATIONS,
      ...SOLUTION_OPERATIONS,
      ...SOLUTION_VERSION_OPERATIONS,
      ...RECIPE_OPERATIONS,
      ...FILTER_OPERATIONS,
      ...BATCH_JOB_OPERATIONS,
      ...CAMPAIGN_OPERATIONS,
      ...RECOMMENDER_OPERATIONS,
      ...TRACKER_OPERATIONS,
      ...TAG_OPERATIONS,
    }),
  ),
  errorStatus: {},
};

/** Holds what answers in real time; its operations are told apart by their paths. */
export const PERSONALIZE_RUNTIME: ServiceModel = {
  operations: new Map<string, OperationModel>(Object.entries(RUNTIME_OPERATIONS)),
  errorStatus: { ResourceNotFoundException: 404 },
};

/** Holds what takes data one by one; its operations are told apart by their paths. */
export const PERSONALIZE_EVENTS: ServiceModel = {
  operations: new Map<string, OperationModel>(Object.entries(EVENTS_OPERATIONS)),
  errorStatus: { ResourceNotFoundException: 404, ResourceInUseException: 409 },
};
