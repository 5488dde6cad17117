/** Makes the Personalize client: the SDK tries throttled calls again, but not the quota of jobs in flight. */
import { PersonalizeClient } from '@aws-sdk/client-personalize';
import { IN_FLIGHT_QUOTA, isInFlightQuota } from '../../personalize/in-flight-quota';
import type { AwsConnection } from '../../storage/client';

/** Three tries a call pass over a lost packet; whatever takes longer is tried again by the stage. */
const MAX_ATTEMPTS = 3;

/**
 * Makes a Personalize client.
 * The SDK takes every LimitExceededException for throttling. A full region stays full for minutes or hours, so that answer gets a
 * name of its own before the SDK's retry sees it: it costs one call, and the run goes back into the queue.
 */
export function createPersonalizeClient(connection: AwsConnection): PersonalizeClient {
  const client = new PersonalizeClient({ ...connection, maxAttempts: MAX_ATTEMPTS });
  client.middlewareStack.add(
    (next) => async (call) => {
      try {
        return await next(call);
      } catch (error) {
        if (error instanceof Error && isInFlightQuota(error)) error.name = IN_FLIGHT_QUOTA;
        throw error;
      }
    },
    // Of normal priority, so that it stands inside the SDK's retry, whose priority is high.
    { step: 'finalizeRequest', name: 'nightjarInFlightQuota' },
  );
  return client;
}
