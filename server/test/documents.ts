/**
 * Documents that run. The `bash` blocks of a document are one shell session in a folder of its own; a `json` or `text`
 * block right after one is what it must print, where `…` stands for anything within a line. A `js` block that begins
 * with `// name.mjs` is a file in that folder. Blocks in other languages are for reading; `sh` are commands not run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Block {
  readonly lang: string;
  readonly text: string;
  /** Where it begins, for messages. */
  readonly line: number;
}

/** The fenced blocks of a document, in order. */
export function blocksOf(document: string): Block[] {
  const blocks: Block[] = [];
  let open: { lang: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of readFileSync(join(ROOT, document), 'utf8').split('\n').entries()) {
    const fence = /^```(\S*)/.exec(line);
    if (!fence) open?.lines.push(line);
    else if (open) {
      blocks.push({ lang: open.lang, line: open.line, text: open.lines.join('\n') });
      open = undefined;
    } else open = { lang: fence[1]!, line: index + 1, lines: [] };
  }
  return blocks;
}

/** Only Node and npm are promised to be there; where curl is not, what needs it is left out. */
const HAS_CURL = spawnSync('curl', ['--version']).status === 0;

const MARK = '\u001e';

/**
 * Runs a document against a server, and compares what it prints with what it says.
 * @returns how many blocks ran
 */
export async function runDocument(document: string, env: Readonly<Record<string, string>>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'cloudtill-recipe-'));
  try {
    symlinkSync(join(ROOT, 'scripts'), join(folder, 'scripts'));
    copyFileSync(join(ROOT, 'scripts/cloudtill.mjs'), join(folder, 'cloudtill.mjs'));
    const blocks = blocksOf(document);
    for (const { lang, text } of blocks) {
      const name = lang === 'js' ? /^\/\/ (\S+\.mjs)/.exec(text)?.[1] : undefined;
      if (name) writeFileSync(join(folder, name), text);
    }
    const steps = blocks
      .map((block, index) => ({ block, next: blocks[index + 1] }))
      .filter(({ block }) => block.lang === 'bash' && (HAS_CURL || !/\bcurl\b/.test(block.text)));
    const script = steps.map(({ block }, index) => `printf '${MARK}${index}\\n'\n${block.text}\n`).join('');
    const { code, out, err } = await shell(`set -euo pipefail\n${script}`, folder, env);
    const printed = out.split(MARK).slice(1);
    if (code !== 0) {
      const { block } = steps[printed.length - 1]!;
      throw new Error(`${document}:${block.line} ended with ${code}\n${block.text}\n${err}${printed.at(-1)}`);
    }
    for (const [index, { block, next }] of steps.entries()) {
      if (next?.lang === 'json' || next?.lang === 'text') compare(`${document}:${block.line}`, printed[index]!.replace(/^\d+\n/, ''), next);
    }
    return steps.length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In its own process, without blocking this one: the server that it asks may live here. */
function shell(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<{ code: number | null; out: string; err: string }> {
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const child = spawn('bash', ['-c', script], { cwd, env: { PATH: path, HOME: cwd, LANG: 'C.UTF-8', ...env } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve, reject) => child.on('close', (code) => resolve({ code, out, err })).on('error', reject));
}

function compare(where: string, printed: string, { lang, text }: Block): void {
  const plain = (given: string): string => (lang === 'json' ? JSON.stringify(inOrder(JSON.parse(given)), null, 2) : given.trim());
  const [actual, wanted] = [plain(printed).split('\n'), plain(text).split('\n')];
  // A line that fits its pattern counts as equal, so that the message shows the lines that do not.
  const seen = actual.map((line, index) => (patternOf(wanted[index] ?? '').test(line) ? wanted[index] : line));
  expect(`${where}\n${seen.join('\n')}`).toBe(`${where}\n${wanted.join('\n')}`);
}

/** The order of an object's keys says nothing. */
function inOrder(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(inOrder);
  if (given === null || typeof given !== 'object') return given;
  return Object.fromEntries(
    Object.entries(given)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, inOrder(value)]),
  );
}

function patternOf(line: string): RegExp {
  return new RegExp(
    `^${line
      .split('…')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
      .join('.*')}$`,
  );
}
