/** Sends one mail to a tester, outside of the ledger: no run, no delivery, and an unsubscribe link that does nothing. */
import type { Mailbox } from '../../content/address';
import { NightjarError } from '../../errors';
import type { SendOutcome } from '../../mail/outcome';
import type { Engines } from '../engines';
import { makeTrial, type PreviewCase, type PreviewScope } from './preview-mails';

export interface TestSent {
  readonly messageId: string;
  readonly subject: string;
  readonly outcome: SendOutcome;
}

/**
 * Makes the mail of a case and hands it to the mail server of the settings.
 * @throws E_RUN_NO_RECIPIENTS where there is nothing to show; E_MAIL_… as `Mailer.send`
 */
export async function testSend(
  engines: Pick<Engines, 'mailer'>,
  { scope, one, to }: { readonly scope: PreviewScope; readonly one: PreviewCase; readonly to: Mailbox },
): Promise<TestSent> {
  const made = makeTrial(scope, one, { to });
  if (made === undefined) {
    throw new NightjarError('E_RUN_NO_RECIPIENTS', 'there is no item to show', { fix: 'nightjar import --items FILE' });
  }
  const tags = { run: scope.parts.run.runId, job: scope.job.name };
  const outcome = await engines.mailer.send(made.message, { tags });
  return { messageId: made.messageId, subject: made.rendered.subject, outcome };
}
