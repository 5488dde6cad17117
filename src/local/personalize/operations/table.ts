/** Lists the operations of Amazon Personalize that are built; the service refuses the rest of the model by name. */
import { createBatchInferenceJob, describeBatchInferenceJob, listBatchInferenceJobs } from './batch-inference-jobs';
import { createBatchSegmentJob, describeBatchSegmentJob, listBatchSegmentJobs } from './batch-segment-jobs';
import { createDataDeletionJob, describeDataDeletionJob, listDataDeletionJobs } from './data-deletion-jobs';
import { createDatasetGroup, deleteDatasetGroup, describeDatasetGroup, listDatasetGroups } from './dataset-groups';
import { createDatasetImportJob, describeDatasetImportJob, listDatasetImportJobs } from './dataset-import-jobs';
import { createDataset, deleteDataset, describeDataset, listDatasets, updateDataset } from './datasets';
import { createFilter, deleteFilter, describeFilter, listFilters } from './filters';
import { getSolutionMetrics } from './metrics';
import type { Operation } from './operation';
import { describeAlgorithm, describeFeatureTransformation, describeRecipe, listRecipes } from './recipes';
import { createSchema, deleteSchema, describeSchema, listSchemas } from './schemas';
import {
  createSolutionVersion,
  describeSolutionVersion,
  listSolutionVersions,
  stopSolutionVersionCreation,
} from './solution-versions';
import { createSolution, deleteSolution, describeSolution, listSolutions, updateSolution } from './solutions';
import { listTagsForResource, tagResource, untagResource } from './tags';

/** Holds the operations that are built, by AWS's names. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    CreateSchema: createSchema,
    DescribeSchema: describeSchema,
    ListSchemas: listSchemas,
    DeleteSchema: deleteSchema,
    CreateDatasetGroup: createDatasetGroup,
    DescribeDatasetGroup: describeDatasetGroup,
    ListDatasetGroups: listDatasetGroups,
    DeleteDatasetGroup: deleteDatasetGroup,
    CreateDataset: createDataset,
    DescribeDataset: describeDataset,
    ListDatasets: listDatasets,
    UpdateDataset: updateDataset,
    DeleteDataset: deleteDataset,
    CreateDatasetImportJob: createDatasetImportJob,
    DescribeDatasetImportJob: describeDatasetImportJob,
    ListDatasetImportJobs: listDatasetImportJobs,
    CreateDataDeletionJob: createDataDeletionJob,
    DescribeDataDeletionJob: describeDataDeletionJob,
    ListDataDeletionJobs: listDataDeletionJobs,
    CreateSolution: createSolution,
    DescribeSolution: describeSolution,
    ListSolutions: listSolutions,
    UpdateSolution: updateSolution,
    DeleteSolution: deleteSolution,
    CreateSolutionVersion: createSolutionVersion,
    DescribeSolutionVersion: describeSolutionVersion,
    ListSolutionVersions: listSolutionVersions,
    StopSolutionVersionCreation: stopSolutionVersionCreation,
    GetSolutionMetrics: getSolutionMetrics,
    ListRecipes: listRecipes,
    DescribeRecipe: describeRecipe,
    DescribeAlgorithm: describeAlgorithm,
    DescribeFeatureTransformation: describeFeatureTransformation,
    TagResource: tagResource,
    UntagResource: untagResource,
    ListTagsForResource: listTagsForResource,
    CreateFilter: createFilter,
    DescribeFilter: describeFilter,
    ListFilters: listFilters,
    DeleteFilter: deleteFilter,
    CreateBatchInferenceJob: createBatchInferenceJob,
    DescribeBatchInferenceJob: describeBatchInferenceJob,
    ListBatchInferenceJobs: listBatchInferenceJobs,
    CreateBatchSegmentJob: createBatchSegmentJob,
    DescribeBatchSegmentJob: describeBatchSegmentJob,
    ListBatchSegmentJobs: listBatchSegmentJobs,
  }),
);
