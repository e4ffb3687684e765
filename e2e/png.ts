/** Packs a PNG as tightly as the format allows: the browser packs for speed, and filters that suit photographs. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE_BYTES = 8;
/** Red, green and blue, a byte each: how the browser writes what it shows. */
const PIXEL_BYTES = 3;

export function packed(png: Buffer): Buffer {
  const header = png.subarray(SIGNATURE_BYTES + 8, SIGNATURE_BYTES + 8 + 13);
  if (header[8] !== 8 || header[9] !== 2 || header[12] !== 0) throw new Error('only pictures of 24 bits a pixel, not interlaced');
  const lineBytes = header.readUInt32BE(0) * PIXEL_BYTES;
  const lines = unfiltered(inflateSync(Buffer.concat([...dataOf(png)])), lineBytes);
  return Buffer.concat([
    png.subarray(0, SIGNATURE_BYTES),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(lines.flatMap((line) => [Buffer.of(0), line])), { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.of()),
  ]);
}

function* dataOf(png: Buffer): Generator<Buffer> {
  for (let at = SIGNATURE_BYTES; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') yield png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
  }
}

/** Undoes the filter that the first byte of each line names (PNG specification, section 9). */
function unfiltered(filtered: Buffer, lineBytes: number): Buffer[] {
  const lines: Buffer[] = [];
  let above = Buffer.alloc(lineBytes);
  for (let start = 0; start < filtered.length; start += lineBytes + 1) {
    const line = Buffer.from(filtered.subarray(start + 1, start + 1 + lineBytes));
    for (let at = 0; at < lineBytes; at++) {
      const [left, upLeft] = at < PIXEL_BYTES ? [0, 0] : [line[at - PIXEL_BYTES]!, above[at - PIXEL_BYTES]!];
      line[at] = line[at]! + predicted(filtered[start]!, left, above[at]!, upLeft);
    }
    lines.push(line);
    above = line;
  }
  return lines;
}

function predicted(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const [byLeft, byUp, byBoth] = [Math.abs(up - upLeft), Math.abs(left - upLeft), Math.abs(left + up - 2 * upLeft)];
  return byLeft <= byUp && byLeft <= byBoth ? left : byUp <= byBoth ? up : upLeft;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
