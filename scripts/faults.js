// Kills and cuts off whatever a run stands on, by seed: node scripts/faults.js --seed 7 [--rounds 20] [--world redis|postgres|embedded] [--verbose] [--out FILE]
require('../test/support/register');
const { runFaults } = require('../test/faults/harness/command');

runFaults(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
