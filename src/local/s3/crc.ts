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

/** Eight tables, so that the loop takes eight bytes a turn ("slicing by 8"). */
const SLICES = 8;

function makeTables32(polynomial: number): Uint32Array {
  const tables = new Uint32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial;
    tables[byte] = crc >>> 0;
  }
  for (let index = 256; index < tables.length; index += 1) {
    const before = tables[index - 256] ?? 0;
    tables[index] = (before >>> 8) ^ (tables[before & 0xff] ?? 0);
  }
  return tables;
}

function createCrc(polynomial: number): () => RunningHash {
  let tables: Uint32Array | undefined;
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

function updateCrc32(table: Uint32Array, start: number, data: Buffer): number {
  let crc = start;
  let at = 0;
  const at32 = (slice: number, byte: number): number => table[slice * 256 + byte] ?? 0;
  for (const end = data.length - 7; at < end; at += 8) {
    const low = crc ^ data.readInt32LE(at);
    const high = data.readInt32LE(at + 4);
    crc =
      at32(7, low & 0xff) ^
      at32(6, (low >>> 8) & 0xff) ^
      at32(5, (low >>> 16) & 0xff) ^
      at32(4, low >>> 24) ^
      at32(3, high & 0xff) ^
      at32(2, (high >>> 8) & 0xff) ^
      at32(1, (high >>> 16) & 0xff) ^
      at32(0, high >>> 24);
  }
  for (; at < data.length; at += 1) crc = (crc >>> 8) ^ at32(0, (crc ^ (data[at] ?? 0)) & 0xff);
  return crc;
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
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

let tables64: Tables64 | undefined;

function makeTables64(): Tables64 {
  const tables = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte += 1) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      const isOdd = (low & 1) === 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (isOdd) {
        high ^= CRC64NVME_HIGH;
        low ^= CRC64NVME_LOW;
      }
    }
    tables.high[byte] = high >>> 0;
    tables.low[byte] = low >>> 0;
  }
  return tables;
}

/** Creates a CRC-64/NVME; 8 bytes. */
export function createCrc64Nvme(): RunningHash {
  tables64 ??= makeTables64();
  const tables = tables64;
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update(data) {
      for (let at = 0; at < data.length; at += 1) {
        const byte = (low ^ (data[at] ?? 0)) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (tables.low[byte] ?? 0);
        high = (high >>> 8) ^ (tables.high[byte] ?? 0);
      }
    },
    digest() {
      const result = Buffer.alloc(8);
      result.writeUInt32BE(~high >>> 0, 0);
      result.writeUInt32BE(~low >>> 0, 4);
      return result;
    },
  };
}
