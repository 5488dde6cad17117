/** Tells what SFTP servers mean by their refusals; of the protocol there are few words, and each server has its own. */
import { systemErrorCode } from '../../errors';
import { away, type DestinationCase, refused, unheard } from './destination';

const textOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

/** Tells whether the server has shown a host key that is not the expected one. */
export function isOtherHostKey(cause: unknown): boolean {
  return /host (denied|verification)|verification failed/i.test(textOf(cause));
}

/** Tells whether the server has no host key of the kinds that were asked for. */
export function isWithoutHostKey(cause: unknown): boolean {
  return /no matching host key|no matching (server )?host/i.test(textOf(cause));
}

/** The refusal of a server none of whose keys is the expected one. */
export function otherHostKey({ name, settings }: DestinationCase, seen: readonly string[]): Error {
  const keys = seen.join(' or ');
  return refused(name, `has the host key ${keys}, and ${settings.hostKey} is expected`, {
    fix: `if the server's owner confirms it, set destinations.${name}.hostKey to ${keys}`,
  });
}

interface Meaning {
  readonly says: RegExp;
  readonly message: string;
  /** Of a refusal; what has none may pass. */
  readonly fix?: (name: string) => string;
}

const MEANINGS: readonly Meaning[] = [
  {
    says: /authentication methods failed|no such user|parse privateKey|bad passphrase/i,
    message: 'refuses the login',
    fix: (name) => `check user and password in destinations.${name}.url, or its keyFile and passphrase`,
  },
  {
    says: /no matching/i,
    message: 'speaks no kind of SSH that nightjar takes',
    fix: (name) => `ask the owner of destinations.${name} for a server of newer algorithms`,
  },
  {
    says: /unable to start subsystem/i,
    message: 'has no SFTP behind its login',
    fix: (name) => `ask the owner of destinations.${name} to give the user SFTP`,
  },
  {
    says: /permission denied|no such (file|path)|bad path/i,
    message: 'does not let the files in (permission denied, or no such folder)',
    fix: (name) => `let the user write to the folder of destinations.${name}.url`,
  },
  { says: /: failure\b/i, message: 'fails to take a file, and does not say why; its disk may be full' },
];

/** Makes of what the client has thrown an error that tells what to mend. */
export function explainSftp({ name }: DestinationCase, cause: unknown): Error {
  const text = textOf(cause);
  const meaning = MEANINGS.find(({ says }) => says.test(text));
  if (meaning?.fix !== undefined) return refused(name, meaning.message, { fix: meaning.fix(name), cause });
  if (meaning !== undefined) return away(name, meaning.message, cause);
  // Of the client this is the time for connecting as well.
  if (/waiting for handshake/i.test(text)) return away(name, "can't be reached (no answer in time)", unheard(text));
  const code = systemErrorCode(cause);
  const reason = code === undefined || code.startsWith('ERR_') ? 'connection lost' : code;
  return away(name, `can't be reached (${reason})`, cause);
}
