/** Names who sits at this machine, for records of who did what. */
import { hostname, userInfo } from 'node:os';

/** `ken@build-1`; a user id without a name has none. */
export function nameUser(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}@${hostname()}`;
  }
}
