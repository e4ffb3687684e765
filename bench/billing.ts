/**
 * A month billed for the first time, against the least that any program must do to have the same rows in the same table:
 * COPY of the finished rows into a bare partition, and building the same indexes.
 */
import { createReadStream, createWriteStream, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { buildIndexes } from '../server/dist/src/billing/charge-partition.js';
import { billMonth } from './bill-month.ts';
import { makeBook, MONTH } from './book.ts';
import { connect, startCluster, type Cluster } from './cluster.ts';
import { conclude, megabytes, perSecond, round, seconds, table, timed, type Lap } from './measure.ts';

export async function billing(size: number, edges: 1 | 2): Promise<void> {
  const cluster = await startCluster();
  try {
    const client = await connect(cluster.url);
    console.log(`making a book of ${size.toLocaleString('en')} subscriptions, four quantity spans each, ${edges} edge${edges > 1 ? 's' : ''}`);
    await makeBook(client, { subscriptions: size, edges });
    const first = await billMonth(cluster, 'FRESH');
    const charges = first.facts.chargesWritten;
    const rerun = await billMonth(cluster, 'DIFFERENCES');
    const check = await billMonth(cluster, 'CHECK');
    if (rerun.facts.chargesWritten + rerun.facts.chargesChanged + check.facts.chargesWritten + check.facts.chargesChanged > 0)
      throw new Error('a rerun wrote something');
    const floor = await measureFloor(cluster);
    await client.end();

    const ratio = floor.lap.seconds / first.lap.seconds;
    const checkRatio = first.lap.seconds / check.lap.seconds;
    table([
      ['charges', charges.toLocaleString('en')],
      [
        'first run',
        `${seconds(first.lap)} + ${first.databaseCpuSeconds.toFixed(2)} s in PostgreSQL, ${perSecond(charges, first.lap.seconds)}, node at most ${megabytes(first.maxRssBytes)}`,
      ],
      [
        'floor: COPY + indexes',
        `${seconds(floor.lap)} + ${floor.databaseCpuSeconds.toFixed(2)} s in PostgreSQL, ${perSecond(charges, floor.lap.seconds)} (COPY ${floor.copySeconds.toFixed(2)} s)`,
      ],
      ['first run ÷ floor', `${ratio.toFixed(2)} × its rows/s (at least 0.5)`],
      ['rerun by status', `${rerun.lap.seconds.toFixed(2)} s (at most 1)`],
      [
        'rerun, every key',
        `${seconds(check.lap)} + ${check.databaseCpuSeconds.toFixed(2)} s in PostgreSQL, ${perSecond(charges, check.lap.seconds)}, ${checkRatio.toFixed(2)} × the first run (at least 2), node at most ${megabytes(check.maxRssBytes)}`,
      ],
    ]);
    conclude('billing', {
      ratio: round(ratio),
      size,
      edges,
      charges,
      firstSeconds: round(first.lap.seconds),
      firstCpuSeconds: round(first.lap.cpuSeconds + first.databaseCpuSeconds),
      floorCpuSeconds: round(floor.lap.cpuSeconds + floor.databaseCpuSeconds),
      cpuRatio: round((floor.lap.cpuSeconds + floor.databaseCpuSeconds) / (first.lap.cpuSeconds + first.databaseCpuSeconds)),
      floorSeconds: round(floor.lap.seconds),
      rerunSeconds: round(rerun.lap.seconds),
      checkRatio: round(checkRatio),
      maxRssMb: Math.round(first.maxRssBytes / 2 ** 20),
    });
  } finally {
    await cluster.stop();
  }
}

/** The very same rows, out of the finished partition into a bare table, and the same indexes built the same way. */
async function measureFloor({ url, cpuSeconds }: Cluster): Promise<{ lap: Lap; copySeconds: number; databaseCpuSeconds: number }> {
  const partition = `charge_${MONTH.replace('-', '_')}`;
  const file = join(tmpdir(), `cloudtill-floor-${process.pid}`);
  const [client, second] = [await connect(url), await connect(url)];
  try {
    await pipeline(client.query(copyTo(`copy ${partition} to stdout (format binary)`)), createWriteStream(file));
    await client.query(`create table floor (like ${partition} including defaults)`);
    await client.query('checkpoint');
    let copySeconds = 0;
    const before = cpuSeconds();
    const { lap } = await timed(async () => {
      const copy = await timed(() =>
        pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), client.query(copyFrom('copy floor from stdin (format binary)'))),
      );
      copySeconds = copy.lap.seconds;
      await buildIndexes([client, second] as never, 'floor');
    });
    const databaseCpuSeconds = cpuSeconds() - before;
    console.log(`  floor rows: ${megabytes(statSync(file).size)}`);
    await client.query('drop table floor');
    return { lap, copySeconds, databaseCpuSeconds };
  } finally {
    rmSync(file, { force: true });
    await client.end();
    await second.end();
  }
}
