/** Tells apart what is wrong with a job's data, which fails the job, from what is wrong with nightjar or the machine. */

/** Says in its message, which becomes the job's `failureReason`, what is wrong with the data. Never leaves this folder. */
export class DataProblem extends Error {}

/** Runs a job; a DataProblem, and a file that isn't there, become a failure reason. */
export async function explainFailure<Result>(
  job: () => Promise<Result>,
): Promise<Result | { readonly ok: false; readonly failureReason: string }> {
  try {
    return await job();
  } catch (error) {
    if (error instanceof DataProblem) return { ok: false, failureReason: error.message };
    if (isMissingFile(error)) return { ok: false, failureReason: `A file of the job does not exist: ${error.message}` };
    throw error;
  }
}

function isMissingFile(error: unknown): error is { readonly message: unknown } {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT' && 'message' in error
  );
}
