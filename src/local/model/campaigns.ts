/** Models the operations on campaigns. */
import { operation } from './operation';
import { ARN, FAILURE_REASON, MAX_RESULTS, NAME, NEXT_TOKEN, STATUS, TRANSACTIONS_PER_SECOND } from './scalars';
import { BOOLEAN, list, structure, TIMESTAMP } from './shape';
import { HYPER_PARAMETERS, RANKING_INFLUENCE, TAGS } from './structures';

const CAMPAIGN_CONFIG = structure({
  itemExplorationConfig: HYPER_PARAMETERS,
  enableMetadataWithRecommendations: BOOLEAN,
  syncWithLatestSolutionVersion: BOOLEAN,
  rankingInfluence: RANKING_INFLUENCE,
});
const CAMPAIGN_UPDATE_SUMMARY = structure({
  solutionVersionArn: ARN,
  minProvisionedTPS: TRANSACTIONS_PER_SECOND,
  campaignConfig: CAMPAIGN_CONFIG,
  status: STATUS,
  failureReason: FAILURE_REASON,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
});
const CAMPAIGN = structure({
  name: NAME,
  campaignArn: ARN,
  solutionVersionArn: ARN,
  minProvisionedTPS: TRANSACTIONS_PER_SECOND,
  campaignConfig: CAMPAIGN_CONFIG,
  status: STATUS,
  failureReason: FAILURE_REASON,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  latestCampaignUpdate: CAMPAIGN_UPDATE_SUMMARY,
});
const CAMPAIGN_SUMMARY = structure({
  name: NAME,
  campaignArn: ARN,
  status: STATUS,
  creationDateTime: TIMESTAMP,
  lastUpdatedDateTime: TIMESTAMP,
  failureReason: FAILURE_REASON,
});

/** Holds the operations on campaigns. */
export const CAMPAIGN_OPERATIONS = {
  CreateCampaign: operation(
    structure(
      {
        name: NAME,
        solutionVersionArn: ARN,
        minProvisionedTPS: TRANSACTIONS_PER_SECOND,
        campaignConfig: CAMPAIGN_CONFIG,
        tags: TAGS,
      },
      'name',
      'solutionVersionArn',
    ),
    structure({ campaignArn: ARN }),
    {
      errors: [
        'InvalidInput',
        'ResourceNotFound',
        'ResourceAlreadyExists',
        'LimitExceeded',
        'ResourceInUse',
        'TooManyTags',
      ],
      idempotent: true,
    },
  ),
  DeleteCampaign: operation(structure({ campaignArn: ARN }, 'campaignArn'), null, {
    errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'],
    idempotent: true,
  }),
  DescribeCampaign: operation(structure({ campaignArn: ARN }, 'campaignArn'), structure({ campaign: CAMPAIGN }), {
    errors: ['InvalidInput', 'ResourceNotFound'],
    idempotent: true,
  }),
  ListCampaigns: operation(
    structure({ solutionArn: ARN, nextToken: NEXT_TOKEN, maxResults: MAX_RESULTS }),
    structure({ campaigns: list(CAMPAIGN_SUMMARY, { max: 100 }), nextToken: NEXT_TOKEN }),
    { errors: ['InvalidInput', 'InvalidNextToken'], idempotent: true },
  ),
  UpdateCampaign: operation(
    structure(
      {
        campaignArn: ARN,
        solutionVersionArn: ARN,
        minProvisionedTPS: TRANSACTIONS_PER_SECOND,
        campaignConfig: CAMPAIGN_CONFIG,
      },
      'campaignArn',
    ),
    structure({ campaignArn: ARN }),
    { errors: ['InvalidInput', 'ResourceNotFound', 'ResourceInUse'], idempotent: true },
  ),
} as const;
