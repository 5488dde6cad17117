/** Models the operations on recommenders. */
import { operation } from './operation';
import { ARN, FAILURE_REASON, MAX_RESULTS, NAME, NEXT_TOKEN, STATUS, TRANSACTIONS_PER_SECOND } from './scalars';
import { BOOLEAN, list, structure, TIMESTAMP } from './shape';
import { HYPER_PARAMETERS, METRICS, TAGS, TRAINING_DATA_CONFIG } from './structures';

const RECOMMENDER_CONFIG = structure({
  itemExplorationConfig: HYPER_PARAMETERS,
  minRecommendationRequestsPerSecond: TRANSACTIONS_PER_SECOND,
  trainingDataConfig: TRAINING_DATA_CONFIG,
  enableMetadataWithRecommendations: BOOLEAN,
});
const RECOMMENDER_UPDATE_SUMMARY = structure({
  recommenderConfig: RECOMMENDER_CONFIG,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  status: STATUS,
  failureReason: FAILURE_REASON,
});
const RECOMMENDER = structure({
  recommenderArn: ARN,
  datasetGroupArn: ARN,
  name: NAME,
  recipeArn: ARN,
  recommenderConfig: RECOMMENDER_CONFIG,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  status: STATUS,
  failureReason: FAILURE_REASON,
  latestRecommenderUpdate: RECOMMENDER_UPDATE_SUMMARY,
  modelMetrics: METRICS,
});
const RECOMMENDER_SUMMARY = structure({
  name: NAME,
  recommenderArn: ARN,
  datasetGroupArn: ARN,
  recipeArn: ARN,
  recommenderConfig: RECOMMENDER_CONFIG,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
});

/** Holds the operations on recommenders. */
export const RECOMMENDER_OPERATIONS = {
  CreateRecommender: operation(
    structure(
      { name: NAME, datasetGroupArn: ARN, recipeArn: ARN, recommenderConfig: RECOMMENDER_CONFIG, tags: TAGS },
      'name',
      'datasetGroupArn',
      'recipeArn',
    ),
    structure({ recommenderArn: ARN }),
    {
      errors: [
        'InvalidInput',
        'ResourceAlreadyExists',
        'ResourceNotFound',
        'LimitExceeded',
        'ResourceInUse',
        'TooManyTags',
      ],
      idempotent: true,
    },
  ),
  DeleteRecommender: operation(structure({ recommenderArn: ARN }, 'recommenderArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
  DescribeRecommender: operation(
    structure({ recommenderArn: ARN }, 'recommenderArn'),
    structure({ recommender: RECOMMENDER }),
    { errors: ['InvalidInput', 'ResourceNotFound'], idempotent: true },
  ),
  ListRecommenders: operation(
    structure({ datasetGroupArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ recommenders: list(RECOMMENDER_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  StartRecommender: operation(
    structure({ recommenderArn: ARN }, 'recommenderArn'),
    structure({ recommenderArn: ARN }),
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'], idempotent: true },
  ),
  StopRecommender: operation(structure({ recommenderArn: ARN }, 'recommenderArn'), structure({ recommenderArn: ARN }), {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
  UpdateRecommender: operation(
    structure({ recommenderArn: ARN, recommenderConfig: RECOMMENDER_CONFIG }, 'recommenderArn', 'recommenderConfig'),
    structure({ recommenderArn: ARN }),
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'], idempotent: true },
  ),
} as const;
