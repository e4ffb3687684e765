export const catalog = {
  policy: { MAX_OF_MONTH: 'Max of month', PAYG: 'Pay as you go', YEARLY: 'Yearly' },
  policyNote: {
    MAX_OF_MONTH: 'The largest number held in a month, for the whole month.',
    PAYG: 'The exact days each number was held.',
    YEARLY: 'A year in advance.',
  },
  cycle: { CALENDAR: 'Calendar months', ANNIVERSARY: 'Months from activation' },
  dailyQuantity: { CLOSING: 'The last of the day', PEAK: 'The largest of the day' },
  band: { of: '{min} to {max} licenses', from: 'from {min, plural, one {# license} other {# licenses}}' },
  status: { ACTIVE: 'On sale', RETIRED: 'Retired' },
};
