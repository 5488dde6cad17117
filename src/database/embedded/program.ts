/** Runs a program to its end and collects what it prints. */
import { type SpawnOptions, spawn } from 'node:child_process';
import { systemErrorCode } from '../../errors';

/** The user that the programs of PostgreSQL run as; ids as the operating system counts them. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface ProgramCall {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited, since PG* and NODE_OPTIONS would change what runs. */
  readonly env: Readonly<Record<string, string>>;
  readonly user: ServerUser | undefined;
  /** Text for its standard input. */
  readonly input?: string;
}

/** `errno` is set where it could not be started at all; `code` is null then, and where a signal ended it. */
export interface ProgramResult {
  readonly code: number | null;
  readonly errno: string | undefined;
  readonly output: string;
}

/** Runs a program as the given user in the root folder, as its own working folder may be closed to that user. Never throws. */
export function runProgram(call: ProgramCall): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const finish = (code: number | null, errno: string | undefined): void =>
      resolve({ code, errno, output: Buffer.concat(chunks).toString() });
    try {
      const child = spawn(call.command, call.args, { ...describeUser(call.user), cwd: '/', env: { ...call.env } });
      child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(call.input ?? '');
      child.once('error', (error) => finish(null, systemErrorCode(error) ?? error.message));
      child.once('close', (code) => finish(code, undefined));
    } catch (error) {
      finish(null, systemErrorCode(error) ?? String(error));
    }
  });
}

function describeUser(user: ServerUser | undefined): SpawnOptions {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}
