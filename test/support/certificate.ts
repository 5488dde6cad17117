/** Makes a certificate of 127.0.0.1 that only those trust who are given it. */
import { execFile } from 'node:child_process';
import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificate {
  /** The certificate, which is its own authority: what NODE_EXTRA_CA_CERTS and sslrootcert take. */
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes one by openssl for `names` (of the form `IP:127.0.0.1` or `DNS:localhost`), valid for two days. */
export async function makeCertificate(
  folder: string,
  options: { readonly names?: readonly string[]; readonly user?: { uid: number; gid: number } | undefined } = {},
): Promise<Certificate> {
  const certFile = join(folder, 'server.crt');
  const keyFile = join(folder, 'server.key');
  const names = (options.names ?? ['IP:127.0.0.1', 'DNS:localhost']).join(',');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', keyFile];
  const subject = ['-subj', '/CN=nightjar test', '-addext', `subjectAltName=${names}`];
  await promisify(execFile)('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '2', ...subject]);
  await chmod(keyFile, 0o600);
  await chmod(certFile, 0o644);
  if (options.user !== undefined) await chown(keyFile, options.user.uid, options.user.gid);
  return { certFile, keyFile };
}
