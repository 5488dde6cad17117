/** Finds how AWS and the mail server are reached; the embedded ones are served by this process, or found where another serves them. */
import { randomBytes } from 'node:crypto';
import type { Settings } from '../config/settings';
import { type SharedService, shareService } from '../database/embedded/service';
import { createCompute } from '../local/compute/compute';
import { type LocalAwsOptions, startLocalAws } from '../local/endpoint';
import type { FaultRuleInput } from '../local/faults/rule';
import { startInbox } from '../mail/inbox';
import { explainFailure } from '../run/explain-failure';
import { tellOutage } from '../run/outages';
import type { AwsConnection } from '../storage/client';
import { credentialsOf } from '../storage/credentials';
import type { OpenOptions, OpenStore } from './open-store';

/** Another S3-compatible store than the endpoint's own, by the same credentials. */
export function storageEndpoint({ storage }: Settings): { endpoint?: string } {
  return storage.endpoint === null ? {} : { endpoint: storage.endpoint };
}

/** Finds how AWS is reached, and with which keys; the local AWS is served or found. */
export async function connectAws(options: OpenOptions, store: OpenStore): Promise<AwsConnection> {
  const { aws } = options.settings;
  if (aws.endpoint !== 'embedded') return remoteAws(options.settings);
  const service = await shareLocalAws(options, store);
  const credentials = { accessKeyId: LOCAL_ACCESS_KEY, secretAccessKey: service.token };
  // Whoever takes the service over serves on the same port, unless something holds it still: a process that is stopped does.
  return {
    region: aws.region,
    endpoint: async () => ({ url: new URL(`http://127.0.0.1:${service.port}`) }),
    credentials,
  };
}

/** How AWS is reached where it is not the local one: AWS itself, or another endpoint. */
export function remoteAws({ aws }: Settings): AwsConnection {
  const endpoint = aws.endpoint === null ? {} : { endpoint: aws.endpoint };
  return { region: aws.region, ...endpoint, ...credentialsOf(aws) };
}

/** The access key of the local AWS; its secret is made anew with the state folder. */
export const LOCAL_ACCESS_KEY = 'NIGHTJARLOCAL';

/** What the verb `local` asks for: a port of its own (0 takes a free one), and whether signatures are checked. */
export interface LocalAwsWish {
  readonly port: number;
  readonly auth: boolean;
  /** Rules by which it fails; none unless given. */
  readonly faults?: readonly FaultRuleInput[];
  /** How it differs from AWS in its times, quotas and words. */
  readonly manners?: Pick<LocalAwsOptions, 'profile' | 'quotas' | 'statuses'>;
}

/** nightjar trains one solution a recipe in one dataset group; those who keep more projects in it need not ask AWS first. */
const EMBEDDED: LocalAwsWish = {
  port: 0,
  auth: true,
  manners: { quotas: { 'dataset-groups': 100, solutions: 100 } },
};

/** Serves the local AWS, or finds the process that does: one a state folder, or jobs could be bought twice. */
export async function shareLocalAws(
  options: OpenOptions,
  { connection, state, releases }: OpenStore,
  own: LocalAwsWish = EMBEDDED,
): Promise<SharedService> {
  const { region, roleArn } = options.settings.aws;
  const service = await shareService({
    connection,
    name: 'local-aws',
    now: () => Date.now(),
    serve: async (wish) => {
      const token = wish.token ?? randomBytes(20).toString('hex');
      const compute = createCompute();
      const local = await startLocalAws({
        stateDir: state.root,
        port: own.port === 0 ? (wish.port ?? 0) : own.port,
        credentials: own.auth ? { accessKeyId: LOCAL_ACCESS_KEY, secretAccessKey: token } : null,
        region,
        accountId: roleArn.split(':')[4] ?? '123456789012',
        jobSeconds: options.jobSeconds,
        compute,
        ...(own.faults === undefined ? {} : { faults: own.faults }),
        ...own.manners,
        now: () => Date.now(),
      });
      const close = async () => {
        await local.close();
        await compute.close();
      };
      return { port: local.port, token, close };
    },
    onError: tellNotTakenOver(options, 'local AWS not taken over'),
  });
  releases.add('local AWS', () => service.release());
  return service;
}

/** Finds the URL of the mail server, which that of the embedded inbox may change; the inbox is served or found. */
export async function connectMail(
  options: OpenOptions,
  { connection, state, releases }: OpenStore,
): Promise<() => string> {
  const { url } = options.settings.mail;
  if (url !== 'embedded') return () => url;
  const service = await shareService({
    connection,
    name: 'inbox',
    now: () => Date.now(),
    serve: async (wish) => {
      const token = wish.token ?? randomBytes(20).toString('hex');
      const inbox = await startInbox({
        dir: state.inbox,
        token,
        ...(wish.port === undefined ? {} : { port: wish.port }),
      });
      return { port: inbox.port, token, close: () => inbox.close() };
    },
    onError: tellNotTakenOver(options, 'inbox not taken over'),
  });
  releases.add('inbox', () => service.release());
  return () => `smtp://nightjar:${service.token}@127.0.0.1:${service.port}`;
}

/** Taking over is tried ten times a second for as long as the database is away. */
function tellNotTakenOver({ log }: Pick<OpenOptions, 'log'>, subject: string): (error: unknown) => void {
  return (error) => tellOutage({ log, now: () => Date.now() }, { subject, error: explainFailure(error) });
}
