import { pino, type Logger } from 'pino';

export type { Logger };

/** JSON lines on standard error: standard output stays free for what a person reads. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      redact: {
        paths: ['*.password', '*.authorization', '*.cookie', '*.token', '*.key', 'req.headers.authorization', 'req.headers.cookie'],
        censor: '[hidden]',
      },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}
