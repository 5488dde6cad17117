/** Computes the CRC checksums that S3 knows. Sources: RFC 3720 (CRC-32C), NVM Express command set (CRC-64). */

import { crc32 } from 'node:zlib';

/** Takes bytes as they come and gives the digest, big-endian, once. */
export interface RunningHash {
  update(data: Buffer): void;
  digest(): Buffer;
}

const CRC32_POLYNOMIAL = 0xedb88320;
const CRC32C_POLYNOMIAL = 0x82f63b78;
const CRC64NVME_HIGH = 0x9a6c9329;
const CRC64NVME_LOW = 0xac4bc9b5;

/** Eight tables of 256, one behind the other, so that the loops take eight bytes a turn ("slicing by 8"). */
const TABLE_LENGTH = 8 * 256;

function makeTables32(polynomial: number): Int32Array {
  const tables = new Int32Array(TABLE_LENGTH);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial;
    tables[byte] = crc;
  }
  for (let index = 256; index < TABLE_LENGTH; index += 1) {
    const before = tables[index - 256] ?? 0;
    tables[index] = (before >>> 8) ^ (tables[before & 0xff] ?? 0);
  }
  return tables;
}

function createCrc(polynomial: number): () => RunningHash {
  let tables: Int32Array | undefined;
  return () => {
    tables ??= makeTables32(polynomial);
    const table = tables;
    let crc = 0xffffffff;
    return {
      update(data) {
        crc = updateCrc32(table, crc, data);
      },
      digest() {
        const result = Buffer.alloc(4);
        result.writeUInt32BE(~crc >>> 0);
        return result;
      },
    };
  };
}

function updateCrc32(table: Int32Array, start: number, data: Buffer): number {
  let crc = start;
  let at = 0;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (const end = data.length - 7; at < end; at += 8) {
    const low = crc ^ view.getInt32(at, true);
    crc = sliceOf(table, low, 1024) ^ sliceOf(table, view.getInt32(at + 4, true), 0);
  }
  for (; at < data.length; at += 1) crc = (crc >>> 8) ^ (table[(crc ^ (data[at] ?? 0)) & 0xff] ?? 0);
  return crc;
}

/** Looks four bytes up, the lowest in the last of four tables that begin at `first`. */
function sliceOf(table: Int32Array, bytes: number, first: number): number {
  return (
    (table[first + 768 + (bytes & 0xff)] ?? 0) ^
    (table[first + 512 + ((bytes >>> 8) & 0xff)] ?? 0) ^
    (table[first + 256 + ((bytes >>> 16) & 0xff)] ?? 0) ^
    (table[first + (bytes >>> 24)] ?? 0)
  );
}

const createTableCrc32 = createCrc(CRC32_POLYNOMIAL);

/** Creates a CRC-32 (of zip files); 4 bytes. Node has had its own, many times faster, since 20.15. */
export function createCrc32(): RunningHash {
  if (typeof crc32 !== 'function') return createTableCrc32();
  let crc = 0;
  return {
    update(data) {
      crc = crc32(data, crc);
    },
    digest() {
      const result = Buffer.alloc(4);
      result.writeUInt32BE(crc);
      return result;
    },
  };
}

/** Creates a CRC-32C (Castagnoli); 4 bytes. */
export const createCrc32c = createCrc(CRC32C_POLYNOMIAL);

interface Tables64 {
  readonly high: Int32Array;
  readonly low: Int32Array;
}

let tables64: Tables64 | undefined;

function makeTables64(): Tables64 {
  const tables = { high: new Int32Array(TABLE_LENGTH), low: new Int32Array(TABLE_LENGTH) };
  for (let byte = 0; byte < 256; byte += 1) {
    let [high, low] = [0, byte];
    for (let bit = 0; bit < 8; bit += 1) {
      const isOdd = (low & 1) === 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (isOdd) {
        high ^= CRC64NVME_HIGH;
        low ^= CRC64NVME_LOW;
      }
    }
    tables.high[byte] = high;
    tables.low[byte] = low;
  }
  for (let index = 256; index < TABLE_LENGTH; index += 1) {
    const [high, low] = [tables.high[index - 256] ?? 0, tables.low[index - 256] ?? 0];
    tables.high[index] = (high >>> 8) ^ (tables.high[low & 0xff] ?? 0);
    tables.low[index] = ((low >>> 8) | (high << 24)) ^ (tables.low[low & 0xff] ?? 0);
  }
  return tables;
}

interface Crc64 {
  high: number;
  low: number;
}

function updateCrc64(tables: Tables64, crc: Crc64, data: Buffer): void {
  let { high, low } = crc;
  let at = 0;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (const end = data.length - 7; at < end; at += 8) {
    const first = low ^ view.getInt32(at, true);
    const second = high ^ view.getInt32(at + 4, true);
    low = sliceOf(tables.low, first, 1024) ^ sliceOf(tables.low, second, 0);
    high = sliceOf(tables.high, first, 1024) ^ sliceOf(tables.high, second, 0);
  }
  for (; at < data.length; at += 1) {
    const byte = (low ^ (data[at] ?? 0)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (tables.low[byte] ?? 0);
    high = (high >>> 8) ^ (tables.high[byte] ?? 0);
  }
  crc.high = high;
  crc.low = low;
}

/** Creates a CRC-64/NVME; 8 bytes. */
export function createCrc64Nvme(): RunningHash {
  tables64 ??= makeTables64();
  const tables = tables64;
  const crc: Crc64 = { high: -1, low: -1 };
  return {
    update: (data) => updateCrc64(tables, crc, data),
    digest() {
      const result = Buffer.alloc(8);
      result.writeUInt32BE(~crc.high >>> 0, 0);
      result.writeUInt32BE(~crc.low >>> 0, 4);
      return result;
    },
  };
}
