/** Numbers that are sent as exactly these digits, however many: a float would round some of them. */
const json = JSON as unknown as { rawJSON(text: string): object; isRawJSON(value: unknown): boolean };

/** @param digits a number as JSON has it: "0.085" */
export const exactNumber = (digits: string): object => json.rawJSON(digits);
export const isExactNumber = (value: unknown): boolean => json.isRawJSON(value);
