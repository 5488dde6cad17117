/** Makes the requests of batch jobs named like their input and output. */
import { CreateBatchInferenceJobCommand, CreateBatchSegmentJobCommand } from '@aws-sdk/client-personalize';
import { BUCKET, ROLE_ARN } from './shop';

export function inference(
  jobName: string,
  solutionVersionArn: string | undefined,
  more: { input?: string; output?: string } = {},
) {
  return new CreateBatchInferenceJobCommand({
    jobName,
    solutionVersionArn,
    jobInput: { s3DataSource: { path: more.input ?? `s3://${BUCKET}/in/${jobName}.json` } },
    jobOutput: { s3DataDestination: { path: more.output ?? `s3://${BUCKET}/out/${jobName}/` } },
    roleArn: ROLE_ARN,
    numResults: 3,
  });
}

export function segment(jobName: string, solutionVersionArn: string | undefined) {
  return new CreateBatchSegmentJobCommand({
    jobName,
    solutionVersionArn,
    jobInput: { s3DataSource: { path: `s3://${BUCKET}/in/${jobName}.json` } },
    jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out/${jobName}/` } },
    roleArn: ROLE_ARN,
    numResults: 2,
  });
}
