/** Sends an object's bytes to S3: in one request where they are few, else in parts side by side. */
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { cutIntoParts } from './parts';

/** S3's least size of a part that is not the last; with S3's 10,000 parts an object may have 50 GB. */
const PART_BYTES = 5 * 1024 ** 2;

/** Parts in flight; one more is being filled. */
const PARALLEL_PARTS = 4;

/** Says where an object goes and with which headers. */
export type ObjectHead = Pick<
  PutObjectCommandInput,
  'Bucket' | 'Key' | 'ContentType' | 'ServerSideEncryption' | 'SSEKMSKeyId'
>;

/**
 * Sends all bytes and makes the object of them; a chunk may be written over once the next one is asked for.
 * Where sending or the source fails, what has arrived is given up and nothing changes under the key.
 */
export async function uploadObject(s3: S3Client, head: ObjectHead, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const free: Buffer[] = [];
  const running = new Set<Promise<void>>();
  let upload: MultipartUpload | undefined;
  try {
    for await (const { buffer, bytes, isLast } of cutIntoParts(chunks, { free, partBytes: PART_BYTES })) {
      if (isLast && upload === undefined) {
        await s3.send(new PutObjectCommand({ ...head, Body: bytes }));
        return;
      }
      upload ??= await beginUpload(s3, head);
      if (running.size === PARALLEL_PARTS) await Promise.race(running);
      const sent = upload.send(bytes).then(() => {
        free.push(buffer);
        running.delete(sent);
      });
      // A failure is met where the set is waited for; until then it must not count as unhandled.
      sent.catch(() => undefined);
      running.add(sent);
    }
    await Promise.all(running);
    await upload?.complete();
  } catch (error) {
    await Promise.allSettled(running);
    // The error that led here says more than one of giving up, and a bucket's lifecycle rule removes what is left.
    await upload?.abort().catch(() => undefined);
    throw error;
  }
}

interface MultipartUpload {
  /** Sends the next part; the caller may call again before it has arrived. */
  send(bytes: Uint8Array): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}

async function beginUpload(s3: S3Client, head: ObjectHead): Promise<MultipartUpload> {
  const isChecked = (await s3.config.requestChecksumCalculation()) === 'WHEN_SUPPORTED';
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...head, ...(isChecked ? { ChecksumAlgorithm: 'CRC32' } : {}) }),
  );
  const name = { Bucket: head.Bucket, Key: head.Key, UploadId };
  const parts: CompletedPart[] = [];
  return {
    async send(Body) {
      const part: CompletedPart = { PartNumber: parts.length + 1 };
      parts.push(part);
      const { ETag, ChecksumCRC32 } = await s3.send(
        new UploadPartCommand({ ...name, PartNumber: part.PartNumber, Body }),
      );
      part.ETag = ETag;
      if (isChecked) part.ChecksumCRC32 = ChecksumCRC32;
    },
    complete: async () => {
      await s3.send(new CompleteMultipartUploadCommand({ ...name, MultipartUpload: { Parts: parts } }));
    },
    abort: async () => {
      await s3.send(new AbortMultipartUploadCommand(name));
    },
  };
}
