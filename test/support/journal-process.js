/** Begins a hundred mails in a send journal and kills itself: arguments are folder, token and boot id. */
require('./register');
const { openJournal } = require('../../src/mail/journal');

const [, , dir, token, bootId] = process.argv;
const journal = openJournal({ dir, token, bootId });
for (let nth = 0; nth < 100; nth++) journal.begin(`u${nth}`);
process.kill(process.pid, 'SIGKILL');
