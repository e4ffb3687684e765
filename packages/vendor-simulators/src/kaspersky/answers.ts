/** How KORM says no. Its own error codes are not public; those here start with SIM so that nobody takes them for real. */
import { newUuid, type Reply } from '../frame/simulator.ts';

const STATUS = {
  'SIM.REQUEST_INVALID': 400,
  'SIM.SKU_UNKNOWN': 400,
  'SIM.BAND_MISMATCH': 400,
  'SIM.QTY_DECREASE_NOT_ALLOWED': 400,
  'SIM.APPROVAL_CODE_INVALID': 400,
  'SIM.RESELLER_UNKNOWN': 400,
  'SIM.SUBSCRIPTION_UNKNOWN': 404,
  'SIM.METHOD_NOT_ALLOWED': 405,
  'SIM.SUBSCRIPTION_TERMINATED': 409,
  'SIM.SUBSCRIPTION_EXPIRED': 409,
} as const;
export type ErrorCode = keyof typeof STATUS;

export const refused = (code: ErrorCode, message: string): Reply => ({
  status: STATUS[code],
  body: { ErrorId: newUuid(), Message: message, ErrorCode: code },
});

/** Done, and nothing to say about it. */
export const DONE: Reply = { status: 200 };
