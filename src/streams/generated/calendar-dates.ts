/** Weekday names, Monday first as in ISO 8601. */
export const WEEKDAYS = [
  ...['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
] as const;

/** Month names. */
export const MONTH_NAMES = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September'],
  ...['October', 'November', 'December'],
] as const;

/** Whether a year of the Gregorian calendar has 366 days. */
export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/**
 * Days of a month.
 *
 * @param month - From 1 to 12.
 */
export function daysInMonth(month: number, year: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/**
 * Place of a date in its year, from 1.
 *
 * @param month - From 1 to 12.
 */
export function dayOfYear(day: number, month: number, year: number): number {
  let days = day;
  for (let before = 1; before < month; before++) days += daysInMonth(before, year);
  return days;
}

/**
 * Weekday of a date of the Gregorian calendar, 0 for Monday.
 *
 * @param month - From 1 to 12.
 * @param year - At least 1.
 */
export function weekdayOf(day: number, month: number, year: number): number {
  // 1 January of the year 1 would have been a Monday.
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  return (past * 365 + leapDays + dayOfYear(day, month, year) - 1) % 7;
}
