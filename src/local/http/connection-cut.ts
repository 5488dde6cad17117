/** Defines how a handler gives up the connection: no answer is sent, and the client sees a reset. */

/** Thrown instead of an answer; passes through every handler to the endpoint, which destroys the connection. */
export class ConnectionCut extends Error {
  /** Tells whether the call may have had its effect. */
  readonly stage: 'before' | 'after';

  constructor(stage: 'before' | 'after') {
    super(`the connection is cut ${stage} the effect`);
    this.name = 'ConnectionCut';
    this.stage = stage;
  }
}

/** Tells a ConnectionCut by its name, also across realms. */
export function isConnectionCut(error: unknown): error is ConnectionCut {
  return error instanceof Error && error.name === 'ConnectionCut';
}
