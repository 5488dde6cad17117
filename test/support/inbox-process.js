/** Serves an inbox in a process of its own, to be killed: arguments are folder and token; prints its URL. */
require('./register');
const { startInbox } = require('../../src/mail/inbox');

const [, , dir, token] = process.argv;
startInbox({ dir, token }).then((inbox) => process.stdout.write(`${inbox.url}\n`));
