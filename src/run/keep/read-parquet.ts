/** Reads an archive back from S3, a row group at a time, by ranges. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { AsyncBuffer } from 'hyparquet';
import { z } from 'zod';
import type { S3Uri } from '../../storage/uri';
import { createTally, type LedgerTally } from './tally';

const rowsSchema = z.array(
  z.object({
    user_id: z.string(),
    state: z.enum(['planned', 'claimed', 'deferred', 'unknown', 'accepted', 'refused', 'excluded', 'dropped']),
  }),
);

/** Sums up what an archive holds: every row is decoded. */
export async function tallyArchive(s3: S3Client, uri: S3Uri, bytes: number): Promise<LedgerTally> {
  const { parquetMetadataAsync, parquetReadObjects } = await import('hyparquet');
  const file = rangeBuffer(s3, uri, bytes);
  const metadata = await parquetMetadataAsync(file);
  const tally = createTally();
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, columns: ['user_id', 'state'] });
    tally.add(rowsSchema.parse(rows));
    rowStart = rowEnd;
  }
  return tally.close();
}

function rangeBuffer(s3: S3Client, uri: S3Uri, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const range = { Range: `bytes=${start}-${end - 1}` };
      const answer = await s3.send(new GetObjectCommand({ Bucket: uri.bucket, Key: uri.key, ...range }));
      const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      return new Uint8Array(body).buffer;
    },
  };
}
