/** Connections that wait for ever for nothing: neither for the connection, nor for the answer of a server that has vanished. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Client, type ClientConfig } from 'pg';

/** A few times what a claim, a lease or an answer takes on a busy server. */
const PROMPT_MS = 10_000;
/** The longest that a timer can wait, about 25 days. */
const MOST_MS = 2_147_483_647;

const limit = new AsyncLocalStorage<number>();

/**
 * Fails the statements of an action that have no answer after 10 s, and ends their connections: a host that is gone sends
 * no reset, and the system would wait a quarter of an hour for it. The server may have done what was asked all the same.
 */
export function promptly<T>(action: () => Promise<T>): Promise<T> {
  return limit.run(PROMPT_MS, action);
}

/** Lets the statements of an action take the time that the server lets them. */
export function patiently<T>(action: () => Promise<T>): Promise<T> {
  return limit.run(MOST_MS, action);
}

/**
 * Makes the clients of a pool. The pool's own limit on connecting would also count the wait for a free connection, and fail
 * stages that are merely many.
 */
export function boundClient(
  connectionTimeoutMillis: number | undefined,
): new (
  config?: string | ClientConfig,
) => Client {
  return class BoundClient extends Client {
    constructor(config?: string | ClientConfig) {
      super(
        typeof config === 'object' && connectionTimeoutMillis !== undefined
          ? { ...config, connectionTimeoutMillis }
          : config,
      );
      this.query = new Proxy(this.query, {
        apply: (query, _self, args: readonly unknown[]) => {
          const answer: unknown = Reflect.apply(query, this, limited(args));
          // The pool takes a connection back that still waits for its answer: what is asked there next would wait as well.
          Promise.resolve(answer).catch((error: unknown) => (isLate(error) ? this.end() : undefined));
          return answer;
        },
      });
    }
  };
}

/** Puts the limit of the running action on a statement. */
function limited(args: readonly unknown[]): readonly unknown[] {
  const ms = limit.getStore();
  const [statement, ...rest] = args;
  if (ms === undefined) return args;
  if (typeof statement === 'string') return [{ text: statement, query_timeout: ms }, ...rest];
  if (typeof statement !== 'object' || statement === null || 'submit' in statement) return args;
  return [{ ...statement, query_timeout: ms }, ...rest];
}

/** What pg says where `query_timeout` is over. */
function isLate(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}
