// Finds a browser for the tests, and installs Debian's where it is missing and we may.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** The path of a Chromium. */
export function ensureChromium() {
  const known = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path));
  if (known) return known;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new Error('the browser tests need Chromium: install Debian’s package chromium, or set CHROMIUM to a browser’s path');
  }
  console.log('installing Debian’s chromium for the browser tests');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core', 'fonts-noto-core'], { stdio: 'inherit', env });
  return ensureChromium();
}
