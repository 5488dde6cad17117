/** Lists the operations of Amazon Personalize: those that are built, and the names of the rest. */
import { createBatchInferenceJob, describeBatchInferenceJob, listBatchInferenceJobs } from './batch-inference-jobs';
import { createBatchSegmentJob, describeBatchSegmentJob, listBatchSegmentJobs } from './batch-segment-jobs';
import { createDatasetGroup, describeDatasetGroup, listDatasetGroups } from './dataset-groups';
import { createDatasetImportJob, describeDatasetImportJob, listDatasetImportJobs } from './dataset-import-jobs';
import { createDataset, describeDataset, listDatasets } from './datasets';
import type { Operation } from './operation';
import { describeRecipe, listRecipes } from './recipes';
import { createSchema, describeSchema, listSchemas } from './schemas';
import {
  createSolutionVersion,
  describeSolutionVersion,
  getSolutionMetrics,
  listSolutionVersions,
} from './solution-versions';
import { createSolution, describeSolution, listSolutions } from './solutions';

/** Holds the operations that are built, by AWS's names. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    CreateSchema: createSchema,
    DescribeSchema: describeSchema,
    ListSchemas: listSchemas,
    CreateDatasetGroup: createDatasetGroup,
    DescribeDatasetGroup: describeDatasetGroup,
    ListDatasetGroups: listDatasetGroups,
    CreateDataset: createDataset,
    DescribeDataset: describeDataset,
    ListDatasets: listDatasets,
    CreateDatasetImportJob: createDatasetImportJob,
    DescribeDatasetImportJob: describeDatasetImportJob,
    ListDatasetImportJobs: listDatasetImportJobs,
    CreateSolution: createSolution,
    DescribeSolution: describeSolution,
    ListSolutions: listSolutions,
    CreateSolutionVersion: createSolutionVersion,
    DescribeSolutionVersion: describeSolutionVersion,
    ListSolutionVersions: listSolutionVersions,
    GetSolutionMetrics: getSolutionMetrics,
    ListRecipes: listRecipes,
    DescribeRecipe: describeRecipe,
    CreateBatchInferenceJob: createBatchInferenceJob,
    DescribeBatchInferenceJob: describeBatchInferenceJob,
    ListBatchInferenceJobs: listBatchInferenceJobs,
    CreateBatchSegmentJob: createBatchSegmentJob,
    DescribeBatchSegmentJob: describeBatchSegmentJob,
    ListBatchSegmentJobs: listBatchSegmentJobs,
  }),
);

const OTHER_OPERATIONS = new Set(
  (
    'CreateCampaign CreateDataDeletionJob CreateDatasetExportJob CreateEventTracker CreateFilter ' +
    'CreateMetricAttribution CreateRecommender DeleteCampaign DeleteDataset DeleteDatasetGroup DeleteEventTracker ' +
    'DeleteFilter DeleteMetricAttribution DeleteRecommender DeleteSchema DeleteSolution DescribeAlgorithm ' +
    'DescribeCampaign DescribeDataDeletionJob DescribeDatasetExportJob DescribeEventTracker ' +
    'DescribeFeatureTransformation DescribeFilter DescribeMetricAttribution DescribeRecommender ListCampaigns ' +
    'ListDataDeletionJobs ListDatasetExportJobs ListEventTrackers ListFilters ListMetricAttributionMetrics ' +
    'ListMetricAttributions ListRecommenders ListTagsForResource StartRecommender StopRecommender ' +
    'StopSolutionVersionCreation TagResource UntagResource UpdateCampaign UpdateDataset UpdateMetricAttribution ' +
    'UpdateRecommender UpdateSolution'
  ).split(' '),
);

/** Tells whether a name is that of an operation of Amazon Personalize, built or not. */
export function isPersonalizeOperation(name: string): boolean {
  return OPERATIONS.has(name) || OTHER_OPERATIONS.has(name);
}
