import { isInFlightQuota } from '../../src/personalize/in-flight-quota';

const answer = (name: string, message: string) => Object.assign(new Error(message), { name });

it.each([
  ['LimitExceededException', 'More than 5 resources with PENDING or IN_PROGRESS status.', true],
  ['LimitExceededException', 'More than 20 resources with PENDING or IN PROGRESS status', true],
  ['InFlightQuotaExceeded', 'any text', true],
  ['LimitExceededException', 'The limit on the number of requests per second has been exceeded.', false],
  ['ThrottlingException', 'Rate exceeded', false],
  ['ValidationException', 'status must be PENDING or IN_PROGRESS', false],
])('%s "%s" is about the quota of jobs in flight: %s', (name, message, expected) => {
  expect(isInFlightQuota(answer(name, message))).toBe(expected);
});
