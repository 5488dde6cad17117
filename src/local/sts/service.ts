/** Answers GetCallerIdentity of the Security Token Service; there is one caller, the user of the one key. */
import type { QueryService } from '../http/query-protocol';

/** Creates the service; `accountId` has 12 digits. */
export function createSts(
  accountId: string,
  common: Pick<QueryService, 'credentials' | 'region' | 'now'>,
): QueryService {
  return {
    ...common,
    name: 'sts',
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    actions: {
      GetCallerIdentity: async () => ({
        Arn: `arn:aws:iam::${accountId}:user/nightjar`,
        UserId: USER_ID,
        Account: accountId,
      }),
    },
  };
}

/** The unique id of the user, in the form that IAM gives to users. */
const USER_ID = 'AIDANIGHTJAR000000000';
