/** Looks at Personalize: the solutions of the settings, the jobs in flight, and what nightjar may do. */
import {
  CreateBatchInferenceJobCommand,
  CreateBatchSegmentJobCommand,
  DescribeBatchInferenceJobCommand,
  DescribeBatchSegmentJobCommand,
  type PersonalizeClient,
  paginateListBatchInferenceJobs,
  paginateListBatchSegmentJobs,
} from '@aws-sdk/client-personalize';
import type { Settings } from '../../config/settings';
import { IN_FLIGHT_QUOTA } from '../../personalize/in-flight-quota';
import { readStatus } from '../../personalize/status';
import { checkSolution } from './check-solution';
import { ask, askInVain } from './denial';
import { type Examination, failed, ok, skipped, type Verdict, warning } from './finding';
import { arnsOf, ownerOf, type PermissionSettings, solutionArn } from './scope';

/** Examines Personalize; nothing is made, and nothing is bought. */
export async function examinePersonalize(
  exam: Examination,
  personalize: PersonalizeClient,
  world: { readonly settings: PermissionSettings & Pick<Settings, 'aws'>; readonly now: () => number },
): Promise<void> {
  const { settings } = world;
  const look = (name: string, verdict: () => Promise<Verdict>) => exam.check('personalize', name, verdict);
  const jobs = await look('inference jobs', () => countInFlight(settings, 'inference', listInferenceJobs(personalize)));
  if (jobs.isAway) return;
  await look('segment jobs', () => countInFlight(settings, 'segment', listSegmentJobs(personalize)));
  for (const name of Object.keys(settings.solutions)) {
    await look(`solution ${name}`, () => checkSolution(personalize, { name, ...world }));
  }
  const probe = probeOf(settings);
  await look('buy inference', () =>
    tryCreate('CreateBatchInferenceJob', probe, () =>
      personalize.send(new CreateBatchInferenceJobCommand(probe.request)),
    ),
  );
  await look('buy segments', () =>
    tryCreate('CreateBatchSegmentJob', probe, () => personalize.send(new CreateBatchSegmentJobCommand(probe.request))),
  );
  await look('look at jobs', () => tryDescribe(personalize, settings));
  await look('service role', async () => checkRole(settings));
}

async function* listInferenceJobs(client: PersonalizeClient): AsyncGenerator<string> {
  for await (const page of paginateListBatchInferenceJobs({ client }, {})) {
    for (const job of page.batchInferenceJobs ?? []) yield job.status ?? '';
  }
}

async function* listSegmentJobs(client: PersonalizeClient): AsyncGenerator<string> {
  for await (const page of paginateListBatchSegmentJobs({ client }, {})) {
    for (const job of page.batchSegmentJobs ?? []) yield job.status ?? '';
  }
}

async function countInFlight(
  settings: PermissionSettings & Pick<Settings, 'aws'>,
  kind: 'inference' | 'segment',
  statuses: AsyncIterable<string>,
): Promise<Verdict> {
  const operation = `personalize:${kind === 'inference' ? 'ListBatchInferenceJobs' : 'ListBatchSegmentJobs'}`;
  let inFlight = 0;
  await ask({ operation, resource: '*' }, async () => {
    for await (const status of statuses) {
      if (['pending', 'in-progress'].includes(readStatus(status))) inFlight += 1;
    }
  });
  const { jobsInFlight, region } = settings.aws;
  const detail = `${inFlight} of ${jobsInFlight} in flight in ${region}`;
  return inFlight < jobsInFlight ? ok(detail) : warning(`${detail}; the next one waits until one has ended`);
}

/** A request that is right in form and names a solution version that can't exist: versions end in 8 hex digits. */
function probeOf(settings: PermissionSettings) {
  const [named] = Object.values(settings.solutions);
  const solution = solutionArn(settings, named?.solution ?? 'nj-doctor')
    .split('/')
    .slice(0, 2)
    .join('/');
  const folder = `s3://${settings.storage.bucket}/${settings.storage.prefix}doctor`;
  const request = {
    jobName: 'nj-doctor',
    solutionVersionArn: `${solution}/no-such-version`,
    jobInput: { s3DataSource: { path: `${folder}/none.json` } },
    jobOutput: { s3DataDestination: { path: `${folder}/none/` } },
    roleArn: settings.aws.roleArn,
  };
  return { request, resource: jobArn(settings, 'batch-inference-job') };
}

function jobArn(settings: PermissionSettings, kind: string): string {
  const { partition, account } = ownerOf(settings);
  return `arn:${partition}:personalize:${settings.aws.region}:${account}:${kind}/nj-doctor`;
}

/** What AWS answers to the probe when it has found the call itself allowed. */
const REFUSALS = [
  'ResourceNotFoundException',
  'InvalidInputException',
  'ResourceInUseException',
  'LimitExceededException',
  IN_FLIGHT_QUOTA,
];

async function tryCreate(
  operation: string,
  probe: { readonly resource: string },
  send: () => Promise<unknown>,
): Promise<Verdict> {
  const isRefused = await askInVain(
    { operation: `personalize:${operation}`, resource: probe.resource },
    send,
    REFUSALS,
  );
  if (isRefused) return ok(`${operation} is allowed (asked for a version that does not exist; nothing was bought)`);
  return failed(`${operation} took a job for a solution version that does not exist; this is not Amazon Personalize`);
}

async function tryDescribe(personalize: PersonalizeClient, settings: PermissionSettings): Promise<Verdict> {
  const inference = jobArn(settings, 'batch-inference-job');
  const segment = jobArn(settings, 'batch-segment-job');
  const tried = await Promise.allSettled([
    askInVain(
      { operation: 'personalize:DescribeBatchInferenceJob', resource: inference },
      () => personalize.send(new DescribeBatchInferenceJobCommand({ batchInferenceJobArn: inference })),
      REFUSALS,
    ),
    askInVain(
      { operation: 'personalize:DescribeBatchSegmentJob', resource: segment },
      () => personalize.send(new DescribeBatchSegmentJobCommand({ batchSegmentJobArn: segment })),
      REFUSALS,
    ),
  ]);
  const errors = tried.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (errors.length > 0) throw new AggregateError(errors);
  return ok('DescribeBatchInferenceJob and DescribeBatchSegmentJob are allowed');
}

/** Nobody but Personalize can take its role on, so that only a job shows whether the role is right. */
function checkRole(settings: PermissionSettings & Pick<Settings, 'aws'>): Verdict {
  const [role = ''] = arnsOf('serviceRole', settings);
  if (settings.aws.endpoint === 'embedded') return skipped('the local AWS asks for no role');
  return skipped(`${role} can't be tried from here; compare its policies with those below`);
}
