/** Makes a message ready for SMTP's DATA (RFC 5321 section 4.5.2), many times faster than byte by byte. */

const LF = 10;
const CR = 13;
const DOT = 46;
const EXTRA_DOT = Buffer.from('.');

/**
 * Doubles the dots that begin lines, and leaves the line end of the last line to the sender of the final dot.
 * Undefined where a CR or LF stands alone, in which a server might read the end of the message, or where the last line has no end.
 */
export function escapeDots(message: Buffer): Buffer | undefined {
  if (!message.subarray(-2).equals(LINE_END)) return undefined;
  const dots = message[0] === DOT ? [0] : [];
  let lines = 0;
  for (let at = message.indexOf(LF); at >= 0; at = message.indexOf(LF, at + 1)) {
    if (message[at - 1] !== CR) return undefined;
    if (message[at + 1] === DOT) dots.push(at + 1);
    lines += 1;
  }
  // Each LF has a CR before it, so where there are as many of both no CR is left that stands alone.
  for (let at = message.indexOf(CR); at >= 0; at = message.indexOf(CR, at + 1)) lines -= 1;
  if (lines !== 0) return undefined;
  return insertDots(message.subarray(0, -2), dots);
}

const LINE_END = Buffer.from('\r\n');

function insertDots(message: Buffer, dots: readonly number[]): Buffer {
  if (dots.length === 0) return message;
  const pieces = dots.flatMap((at, n) => [message.subarray(n === 0 ? 0 : dots[n - 1], at), EXTRA_DOT]);
  return Buffer.concat([...pieces, message.subarray(dots.at(-1))]);
}
