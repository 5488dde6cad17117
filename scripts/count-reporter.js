// A jest reporter that writes the counts of a run to the file in VERIFY_COUNTS: jest's own --json fails where the error of a test refers to itself.
const { writeFileSync } = require('node:fs');

module.exports = class CountReporter {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests } = results;
    writeFileSync(
      process.env.VERIFY_COUNTS,
      JSON.stringify({
        passed: numPassedTests,
        failed: numFailedTests + numRuntimeErrorTestSuites,
        skipped: numPendingTests + numTodoTests,
      }),
    );
  }
};
