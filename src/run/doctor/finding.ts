/** Makes one check after the other, and keeps what each found: no failure stops the rest. */
import { NightjarError } from '../../errors';
import { explainFailure } from '../explain-failure';
import { type Denial, isFailedCall, readDenial, statusOf } from './denial';
import type { PermissionSettings } from './scope';

/** Names what is examined, in the order in which it is. */
export type EngineName =
  | 'settings'
  | 'database'
  | 'queue'
  | 'storage'
  | 'destinations'
  | 'personalize'
  | 'mail'
  | 'data'
  | 'machine';

/** `skipped`: it couldn't be seen, because something before it failed or because nothing can see it from here. */
export type Status = 'ok' | 'warning' | 'failed' | 'skipped';

/** What one check found. */
export interface Finding {
  readonly engine: EngineName;
  /** A word or three: `connect`, `clock`, `put`. */
  readonly check: string;
  readonly status: Status;
  readonly detail: string;
  readonly fix?: string;
  /** Permissions that are missing. */
  readonly denials?: readonly Denial[];
  /** The engine is out of reach or knows us not at all, so that every further call would say the same. */
  readonly isAway?: true;
  readonly ms: number;
}

/** What a check answers; one that throws has failed. */
export interface Verdict {
  readonly status: Status;
  readonly detail: string;
  readonly fix?: string;
}

/** Makes a good verdict. */
export function ok(detail: string): Verdict {
  return { status: 'ok', detail };
}

/** Makes a verdict that something should be changed, although it works. */
export function warning(detail: string, fix?: string): Verdict {
  return fix === undefined ? { status: 'warning', detail } : { status: 'warning', detail, fix };
}

/** Makes the verdict of what could not be looked at. */
export function skipped(detail: string): Verdict {
  return { status: 'skipped', detail };
}

/** Makes a bad verdict. */
export function failed(detail: string, fix?: string): Verdict {
  return fix === undefined ? { status: 'failed', detail } : { status: 'failed', detail, fix };
}

/** Keeps the findings of one examination. */
export interface Examination {
  check(engine: EngineName, name: string, look: () => Promise<Verdict>): Promise<Finding>;
  readonly findings: readonly Finding[];
}

export interface ExaminationOptions {
  readonly settings: PermissionSettings;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  /** A check that takes longer has failed. */
  readonly limitMs: number;
  readonly onFinding?: (finding: Finding) => void;
}

/** Begins an examination. */
export function beginExamination({ settings, clock, limitMs, onFinding }: ExaminationOptions): Examination {
  const findings: Finding[] = [];
  return {
    findings,
    async check(engine, name, look) {
      const startedMs = clock();
      const end = await withLimit(look(), limitMs).catch((error: unknown) => judgeFailure(error, settings));
      const finding = { engine, check: name, ...end, ms: Math.round(clock() - startedMs) };
      findings.push(finding);
      onFinding?.(finding);
      return finding;
    },
  };
}

async function withLimit(looking: Promise<Verdict>, limitMs: number): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => resolve(failed(`no answer within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return await Promise.race([looking, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Judgement = Verdict & Pick<Finding, 'denials' | 'isAway'>;

function judgeFailure(error: unknown, settings: PermissionSettings): Judgement {
  const errors = partsOf(error);
  const denials = errors.flatMap((one) => (isFailedCall(one) ? (readDenial(one.cause, one.call, settings) ?? []) : []));
  if (denials.length > 0) return { ...judgeDenials(denials), denials };
  const [first] = errors;
  const cause = isFailedCall(first) ? first.cause : first;
  const credentials = explainCredentials(cause);
  const { message, fix } = credentials ?? explainFailure(cause);
  const isAway = credentials !== undefined || (isFailedCall(first) && statusOf(cause) === undefined);
  return { ...failed(message, fix), ...(isAway ? { isAway } : {}) };
}

/** Not by instanceof: errors of the system have another identity in some realms. */
function partsOf(error: unknown): readonly unknown[] {
  if (!(typeof error === 'object' && error !== null && 'errors' in error)) return [error];
  return Array.isArray(error.errors) && error.errors.length > 0 ? error.errors : [error];
}

function judgeDenials(denials: readonly Denial[]): Verdict {
  const detail = denials.map(({ action, resource }) => `${action} on ${resource} is not allowed`).join('; ');
  const deniedBy = denials.find((denial) => denial.deniedBy !== undefined)?.deniedBy;
  if (deniedBy === undefined) return failed(detail);
  return failed(detail, `take the deny out of the ${deniedBy} policy; no permission helps against it`);
}

/** Names of errors that AWS and the SDK give for keys that are missing, wrong or run out. */
const CREDENTIALS: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'no AWS credentials are found: aws sts get-caller-identity shows what the SDK would take',
  UnrecognizedClientException: 'AWS does not know the access key',
  InvalidAccessKeyId: 'AWS does not know the access key',
  InvalidClientTokenId: 'AWS does not know the access key',
  InvalidSignatureException: 'the secret key or the clock of this machine is wrong',
  SignatureDoesNotMatch: 'the secret key is wrong',
  RequestTimeTooSkewed: 'the clock of this machine is wrong by more than 15 minutes',
  ExpiredToken: 'the session has run out',
  ExpiredTokenException: 'the session has run out',
};

function explainCredentials(error: unknown): NightjarError | undefined {
  if (!(error instanceof Error)) return undefined;
  const text = CREDENTIALS[error.name];
  if (text === undefined) return undefined;
  return new NightjarError('E_ENGINE_AWS_REFUSED', text, {
    fix: 'set AWS_PROFILE or aws.profile, or run it where a role gives credentials; then: aws sts get-caller-identity',
    cause: error,
  });
}
