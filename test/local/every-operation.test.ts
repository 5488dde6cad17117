/** Calls every operation of the service models over HTTP, and compares docs/local-aws.md with what is performed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PERSONALIZE, PERSONALIZE_EVENTS, PERSONALIZE_RUNTIME } from '../../src/local/model/table';
import { createCountingCompute } from './support/counting-compute';
import { type Calls, dataCalls, fillShop, modelCalls } from './support/every-call';
import { startTestAws, type TestAws } from './support/local-aws';
import { refusalOf } from './support/refusal';
import { refusedCalls, siblingCalls } from './support/refused-calls';

const ALL = [PERSONALIZE, PERSONALIZE_RUNTIME, PERSONALIZE_EVENTS].flatMap(({ operations }) => [...operations.keys()]);

const REFUSED = [
  ...['CreateCampaign', 'DescribeCampaign', 'ListCampaigns', 'UpdateCampaign', 'DeleteCampaign'],
  ...['CreateRecommender', 'DescribeRecommender', 'ListRecommenders', 'UpdateRecommender', 'DeleteRecommender'],
  ...['StartRecommender', 'StopRecommender'],
  ...['CreateEventTracker', 'DescribeEventTracker', 'ListEventTrackers', 'DeleteEventTracker'],
  ...['CreateMetricAttribution', 'DescribeMetricAttribution', 'ListMetricAttributions'],
  ...['ListMetricAttributionMetrics', 'UpdateMetricAttribution', 'DeleteMetricAttribution'],
  ...['CreateDatasetExportJob', 'DescribeDatasetExportJob', 'ListDatasetExportJobs'],
  ...['GetRecommendations', 'GetPersonalizedRanking', 'GetActionRecommendations'],
  ...['PutEvents', 'PutItems', 'PutUsers', 'PutActions', 'PutActionInteractions'],
];

let aws: TestAws;
let calls: Calls;
let isHeld = false;

beforeAll(async () => {
  const gate = async () => {
    while (isHeld) await setTimeout(5);
  };
  aws = await startTestAws({ compute: createCountingCompute({ gate }) });
  const shop = await fillShop(aws);
  const hold = (held: boolean) => {
    isHeld = held;
  };
  calls = { ...dataCalls(aws, shop), ...modelCalls(aws, shop, hold), ...refusedCalls(aws), ...siblingCalls(aws) };
});
afterAll(() => aws.close());

describe('every operation of the service models', () => {
  it('has a call here, and there is none of another', () => {
    expect(Object.keys(calls).sort()).toEqual([...ALL].sort());
    expect(ALL).toHaveLength(79);
  });

  it.each(ALL.filter((name) => !REFUSED.includes(name)))('%s is performed', async (name) => {
    expect(await refusalOf(calls[name]?.() ?? Promise.reject())).toBe('accepted');
  });

  it.each(REFUSED)('%s is refused by its name', async (name) => {
    expect(await refusalOf(calls[name]?.() ?? Promise.reject())).toBe(
      `NotImplementedException: The operation ${name} is not complete in nightjar's local AWS; docs/local-aws.md lists what is.`,
    );
  });
});

interface Row {
  readonly operations: readonly string[];
  readonly state: string;
  readonly note: string;
}

/** Reads the table of the section Personalize: operations with commas between them, their state, what differs from AWS. */
function readTable(): readonly Row[] {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'local-aws.md'), 'utf8');
  const section = /\n### Personalize\n([\s\S]*?)\n### /.exec(text)?.[1] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => {
    const cells = line.slice(1).split('|');
    const [operations = '', state = '', note = ''] = cells.map((cell) => cell.trim());
    return { operations: operations.split(', '), state, note };
  });
}

describe('the table of docs/local-aws.md', () => {
  it('names every operation once', () => {
    expect(
      readTable()
        .flatMap(({ operations }) => operations)
        .sort(),
    ).toEqual([...ALL].sort());
  });

  it('says of each whether it is complete, partial or refused, and how a partial one differs', () => {
    for (const { operations, state, note } of readTable()) {
      expect([operations, state]).toEqual([operations, expect.stringMatching(/^(complete|partial|refused)$/)]);
      if (state === 'partial') expect([operations, note]).toEqual([operations, expect.stringMatching(/\w/)]);
    }
    const refused = readTable().filter(({ state }) => state === 'refused');
    expect(refused.flatMap(({ operations }) => operations).sort()).toEqual([...REFUSED].sort());
  });
});
