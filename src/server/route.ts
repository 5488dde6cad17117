/** A route of the API as one value: what it takes, what it answers, who may call it. The server and openapi.json are made of these. */
import type { z } from 'zod';
import { combineErrors, NightjarError } from '../errors';
import type { ApiToken, Role } from './access';

export interface Answer {
  readonly status: number;
  /** Its members; the version is added. */
  readonly document: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What HTTP gave, not checked yet. */
export interface RawCall {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
  readonly caller: ApiToken;
}

interface Described {
  readonly method: 'GET' | 'POST';
  /** `/api/runs/:run` */
  readonly path: string;
  readonly role: Role;
  /** Unique; `startRun`. */
  readonly operation: string;
  /** One sentence. */
  readonly about: string;
  /** Its document is of a form that others have laid down, and bears no version of ours. */
  readonly isForeign?: boolean;
  /** Takes the header `Idempotency-Key`. */
  readonly takesKey?: boolean;
  /** Status → what it means, and the document; errors are the same for all. */
  readonly answers: Readonly<Record<number, { readonly about: string; readonly document: z.ZodType }>>;
}

interface Typed<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> extends Described {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly handle: (call: {
    readonly params: z.output<Params>;
    readonly query: z.output<Query>;
    readonly body: z.output<Body>;
    readonly key: string | undefined;
    readonly caller: ApiToken;
  }) => Promise<Answer>;
}

export interface Route extends Described {
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  /** Checks a call and does it. @throws E_API_REQUEST with all that is wrong, and whatever the call itself does */
  readonly call: (raw: RawCall) => Promise<Answer>;
}

/** Makes a route of its typed parts. */
export function route<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  typed: Typed<Params, Query, Body>,
): Route {
  const { handle, ...described } = typed;
  return {
    ...described,
    call: async (raw) => {
      const params = read(typed.params, raw.params, 'path');
      const query = read(typed.query, raw.query, 'query');
      const body = read(typed.body, raw.body ?? {}, 'body');
      return handle({ params, query, body, key: readKey(raw.idempotencyKey), caller: raw.caller });
    },
  };
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown, part: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => {
    const step = [part, ...issue.path.map(String)].join('.');
    return new NightjarError('E_API_REQUEST', `${step}: ${lowerFirst(issue.message)}`, {
      where: { step },
      fix: 'GET /api/openapi.json describes what each route takes',
    });
  });
  throw combineErrors(errors) ?? new NightjarError('E_API_REQUEST', `the ${part} is wrong`);
}

const KEY = /^[\x21-\x7e]{1,255}$/;

function readKey(text: string | undefined): string | undefined {
  if (text === undefined || KEY.test(text)) return text;
  throw new NightjarError(
    'E_API_REQUEST',
    'the header Idempotency-Key is not one; expected 1 to 255 visible characters',
    {
      where: { step: 'header.idempotency-key' },
      fix: 'send one that you make for this one request, such as a UUID',
    },
  );
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
