/** A mailer goes to where its server has moved. */
import { followServer } from '../../src/mail/follow-server';
import { createMailer } from '../../src/mail/mailer';
import { startSmtpServer } from '../support/smtp-server';
import { testMessage } from '../support/test-message';

const MESSAGE = testMessage({ to: 'u1@people.example', subject: 'Tea', text: 'Tea is back.' });

describe('a mailer that follows its server', () => {
  it('sends to the server that is there now, and closes every mailer that it made', async () => {
    const [before, after] = [await startSmtpServer(), await startSmtpServer()];
    let server = before;
    const mailer = followServer(
      () => server.url,
      (url) => createMailer({ url, connections: 1 }),
    );

    const first = await mailer.send(MESSAGE);
    await before.close();
    server = after;
    const second = await mailer.send(MESSAGE);
    await mailer.verify();
    await mailer.close();

    expect([first.kind, second.kind]).toEqual(['accepted', 'accepted']);
    expect([before.received.length, after.received.length]).toEqual([1, 1]);
    await after.close();
  });

  it('lets a message under way at the old place finish', async () => {
    const slow = await startSmtpServer({ faults: { body: { silent: true } } });
    const other = await startSmtpServer();
    let server = slow;
    const mailer = followServer(
      () => server.url,
      (url) => createMailer({ url, connections: 1, timeouts: { silence: 500 } }),
    );

    const waiting = mailer.send(MESSAGE);
    while (slow.received.length === 0) await new Promise((resolve) => setImmediate(resolve));
    server = other;
    const moved = await mailer.send(MESSAGE);

    expect({ waiting: (await waiting).kind, moved: moved.kind }).toEqual({ waiting: 'unknown', moved: 'accepted' });
    await mailer.close();
    await Promise.all([slow.close(), other.close()]);
  });
});
