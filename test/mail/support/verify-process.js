/** Verifies a mail server in a process of its own, whose authorities are read at its start: prints `safe`, or the error's code. */
require('../../support/register');
const { createMailer } = require('../../../src/mail/mailer');

const mailer = createMailer({ url: process.argv[2], connections: 1 });
mailer
  .verify()
  .then(
    () => 'safe',
    (error) => error.code,
  )
  .then((answer) => process.stdout.write(answer))
  .finally(() => mailer.close());
