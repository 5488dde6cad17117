/** Words the refusal of what AWS has and the local AWS does not. */
import { AwsFault } from '../../http/fault';

/** Makes the fault; its name is none of AWS's own for Personalize, so that nobody takes it for one. */
export function notComplete(what: string): AwsFault {
  const message = `${what} is not complete in nightjar's local AWS; docs/local-aws.md lists what is.`;
  return new AwsFault('NotImplementedException', message);
}
