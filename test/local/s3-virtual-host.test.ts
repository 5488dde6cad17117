import { lookup } from 'node:dns';
import { Agent } from 'node:http';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { bucketOfHost } from '../../src/local/s3/target';
import { CREDENTIALS, REGION, startTestAws, type TestAws } from './support/local-aws';
import { presign, send } from './support/s3';

let aws: TestAws;
let client: S3Client;

beforeAll(async () => {
  aws = await startTestAws();
  // Resolvers differ in whether they know names below localhost.
  const httpAgent = new Agent({ lookup: (_name, options, done) => lookup('127.0.0.1', options, done) });
  client = new S3Client({
    endpoint: `http://localhost:${aws.port}`,
    region: REGION,
    credentials: CREDENTIALS,
    requestHandler: { httpAgent },
  });
});

afterAll(async () => {
  client.destroy();
  await aws.close();
});

describe('virtual-host style', () => {
  it('reads the bucket from the host', () => {
    const hosts = {
      'shop.localhost:4566': 'shop',
      'shop.s3.localhost:80': 'shop',
      'my.dotted.bucket.localhost': 'my.dotted.bucket',
      'my.dotted.bucket.s3.eu-west-1.amazonaws.com': 'my.dotted.bucket',
      'shop.s3-eu-west-1.amazonaws.com': 'shop',
      'SHOP.S3.example.test:9000': 'shop',
      'localhost:4566': undefined,
      's3.localhost': undefined,
      's3.us-east-1.localhost:1': undefined,
      '127.0.0.1:4566': undefined,
      'nightjar:4566': undefined,
      '': undefined,
    };

    for (const [host, bucket] of Object.entries(hosts)) expect([host, bucketOfHost(host)]).toEqual([host, bucket]);
  });

  it.each(['shop', 'dotted.shop.example'])(
    'makes, fills and lists the bucket %s as the SDK does by default',
    async (Bucket) => {
      const hosts = new Set<string>();
      client.middlewareStack.add(
        (next) => (args) => {
          const { request } = args;
          if (typeof request === 'object' && request !== null && 'hostname' in request) {
            hosts.add(String(request.hostname));
          }
          return next(args);
        },
        { step: 'finalizeRequest', name: 'hosts', override: true },
      );
      await client.send(new CreateBucketCommand({ Bucket }));
      const keys = ['//two', '/lead', '_nightjar/faults', 'a/b c+d.txt'];
      for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      const listed = await client.send(new ListObjectsV2Command({ Bucket }));
      const same = await aws.s3.send(new ListObjectsV2Command({ Bucket }));

      expect([...hosts]).toEqual([`${Bucket}.localhost`]);
      expect(listed.Contents?.map((object) => object.Key)).toEqual(keys);
      expect(same.Contents).toEqual(listed.Contents);
      for (const Key of keys) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        expect(await Body?.transformToString()).toBe(Key);
      }
    },
  );

  it('uploads in parts, and answers where the object lies', async () => {
    const name = { Bucket: 'parts', Key: 'in/parts' };
    await client.send(new CreateBucketCommand({ Bucket: name.Bucket }));
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(name));
    const { ETag } = await client.send(new UploadPartCommand({ ...name, UploadId, PartNumber: 1, Body: 'x' }));
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
    const done = await client.send(new CompleteMultipartUploadCommand({ ...name, UploadId, MultipartUpload }));

    expect(done.Location).toBe(`http://parts.localhost:${aws.port}/in/parts`);
  });

  it('serves presigned URLs', async () => {
    const Bucket = 'presigned';
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello' }));
    const host = `${Bucket}.localhost:${aws.port}`;
    const url = new URL(await presign(client, { path: '/k', host }));
    const answer = await send(aws.endpoint, { path: `${url.pathname}${url.search}`, headers: { host } });

    expect([answer.status, answer.body]).toEqual([200, 'hello']);
  });
});
