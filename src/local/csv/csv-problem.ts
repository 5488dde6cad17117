/** Says what is wrong with a CSV file, and on which of its lines. */

/** Its message is a sentence without the place; `line` counts from 1, the header's. */
export class CsvProblem extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message);
  }
}
