/** Makes a good call of every operation that the local AWS refuses: of the control plane, the runtime and the events. */
import * as sdk from '@aws-sdk/client-personalize';
import { z } from 'zod';
import { PERSONALIZE_EVENTS, PERSONALIZE_RUNTIME } from '../../../src/local/model/table';
import type { Calls } from './every-call';
import type { TestAws } from './local-aws';
import { sampleOf } from './sample-values';
import { ROLE_ARN } from './shop';

const ARN = 'arn:aws:personalize:us-east-1:123456789012';

const MESSAGE = z.object({ message: z.string() });

/** Lists the calls of the control plane. */
export function refusedCalls({ personalize: client }: TestAws): Calls {
  const name = 'refused';
  const [campaignArn, recommenderArn] = [`${ARN}:campaign/a`, `${ARN}:recommender/a`];
  const [eventTrackerArn, metricAttributionArn] = [`${ARN}:event-tracker/a`, `${ARN}:metric-attribution/a`];
  const [datasetGroupArn, solutionVersionArn] = [`${ARN}:dataset-group/a`, `${ARN}:solution/a/0123abcd`];
  const [datasetArn, datasetExportJobArn] = [`${ARN}:dataset/a/ITEMS`, `${ARN}:dataset-export-job/a`];
  const recipeArn = 'arn:aws:personalize:::recipe/aws-ecomm-recommended-for-you';
  const metrics = [{ eventType: 'view', metricName: 'views', expression: 'SAMPLECOUNT()' }];
  const metricsOutputConfig = { roleArn: ROLE_ARN };
  const attribution = { name, datasetGroupArn, metrics, metricsOutputConfig };
  const exporting = { jobName: name, datasetArn, roleArn: ROLE_ARN };
  const jobOutput = { s3DataDestination: { path: 's3://shop/export/' } };
  return {
    CreateCampaign: () => client.send(new sdk.CreateCampaignCommand({ name, solutionVersionArn })),
    DescribeCampaign: () => client.send(new sdk.DescribeCampaignCommand({ campaignArn })),
    ListCampaigns: () => client.send(new sdk.ListCampaignsCommand({})),
    UpdateCampaign: () => client.send(new sdk.UpdateCampaignCommand({ campaignArn })),
    DeleteCampaign: () => client.send(new sdk.DeleteCampaignCommand({ campaignArn })),
    CreateRecommender: () => client.send(new sdk.CreateRecommenderCommand({ name, datasetGroupArn, recipeArn })),
    DescribeRecommender: () => client.send(new sdk.DescribeRecommenderCommand({ recommenderArn })),
    ListRecommenders: () => client.send(new sdk.ListRecommendersCommand({})),
    UpdateRecommender: () => client.send(new sdk.UpdateRecommenderCommand({ recommenderArn, recommenderConfig: {} })),
    DeleteRecommender: () => client.send(new sdk.DeleteRecommenderCommand({ recommenderArn })),
    StartRecommender: () => client.send(new sdk.StartRecommenderCommand({ recommenderArn })),
    StopRecommender: () => client.send(new sdk.StopRecommenderCommand({ recommenderArn })),
    CreateEventTracker: () => client.send(new sdk.CreateEventTrackerCommand({ name, datasetGroupArn })),
    DescribeEventTracker: () => client.send(new sdk.DescribeEventTrackerCommand({ eventTrackerArn })),
    ListEventTrackers: () => client.send(new sdk.ListEventTrackersCommand({})),
    DeleteEventTracker: () => client.send(new sdk.DeleteEventTrackerCommand({ eventTrackerArn })),
    CreateMetricAttribution: () => client.send(new sdk.CreateMetricAttributionCommand(attribution)),
    DescribeMetricAttribution: () => client.send(new sdk.DescribeMetricAttributionCommand({ metricAttributionArn })),
    ListMetricAttributions: () => client.send(new sdk.ListMetricAttributionsCommand({})),
    ListMetricAttributionMetrics: () =>
      client.send(new sdk.ListMetricAttributionMetricsCommand({ metricAttributionArn })),
    UpdateMetricAttribution: () => client.send(new sdk.UpdateMetricAttributionCommand({ metricAttributionArn })),
    DeleteMetricAttribution: () => client.send(new sdk.DeleteMetricAttributionCommand({ metricAttributionArn })),
    CreateDatasetExportJob: () => client.send(new sdk.CreateDatasetExportJobCommand({ ...exporting, jobOutput })),
    DescribeDatasetExportJob: () => client.send(new sdk.DescribeDatasetExportJobCommand({ datasetExportJobArn })),
    ListDatasetExportJobs: () => client.send(new sdk.ListDatasetExportJobsCommand({})),
  };
}

/** Lists the calls of the runtime and the events, whose clients are not here: as requests that the SDK signs. */
export function siblingCalls(aws: TestAws): Calls {
  const operations = [...PERSONALIZE_RUNTIME.operations, ...PERSONALIZE_EVENTS.operations];
  return Object.fromEntries(
    operations.map(([name, { path, input }]) => [name, () => postSigned(aws, path, sampleOf(input, 'smallest'))]),
  );
}

/** Posts JSON to a path, and rejects with the class that the answer's header names. */
async function postSigned({ endpoint, personalize }: TestAws, path: string, json: unknown): Promise<void> {
  const { host, hostname, port, protocol } = new URL(endpoint);
  const body = JSON.stringify(json);
  const signer = await personalize.config.signer();
  const headers = { host, 'content-type': 'application/json' };
  const request = { method: 'POST', protocol, hostname, port: Number(port), path, query: {}, headers, body };
  const signed = await signer.sign(request);
  const answer = await fetch(`${endpoint}${path}`, { method: 'POST', headers: signed.headers, body });
  if (answer.ok) return;
  const error = new Error(MESSAGE.parse(await answer.json()).message);
  error.name = answer.headers.get('x-amzn-errortype') ?? '';
  throw error;
}
