// Everything that must hold before a change lands, one step after the other. `npm test` runs this.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from '../e2e/chromium.mjs';

const results = join(tmpdir(), `cloudtill-results-${process.pid}.json`);
const counts = { passed: 0, failed: 0 };

/** Runs a command of the workspace; a failed one ends the check. */
function step(name, command, args, env = {}) {
  const started = performance.now();
  process.stdout.write(`\n— ${name}\n`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  process.stdout.write(`  ${name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  if (status === 0) return;
  finish(1);
}

/** Test counts of a vitest run, for the closing line. */
function count() {
  if (!existsSync(results)) return;
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8'));
  counts.passed += numPassedTests;
  counts.failed += numFailedTests;
  rmSync(results);
}

function finish(status) {
  count();
  process.stdout.write(`\n${counts.passed} passed, ${Math.max(counts.failed, status === 0 ? 0 : 1)} failed\n`);
  process.exit(status);
}

const vitest = (project) => ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${results}`];

step('types and build', 'pnpm', ['run', '-s', 'build']);
step('types of the tests', 'tsc', ['-p', 'tsconfig.tests.json']);
step('lint', 'oxlint', ['--type-aware', '--deny-warnings', 'packages', 'server', 'bench', 'e2e', 'dashboard/src']);
step('format', 'oxfmt', ['--check', 'packages', 'server', 'bench', 'e2e', 'dashboard/src']);
step('rules', 'vitest', vitest('domain'));
count();
step('vendors', 'vitest', vitest('vendors'));
count();
step('dashboard', 'vitest', vitest('dashboard'));
count();
step('server', 'vitest', vitest('server'));
count();
if (existsSync('e2e/dashboard.test.ts')) {
  step('browser', 'vitest', vitest('e2e'), { CHROMIUM: ensureChromium() });
}
finish(0);
