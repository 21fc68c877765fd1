// Alarm severity, in EPICS' words. Unknown stays unknown, and is never good news.

export type Severity = 'none' | 'minor' | 'major' | 'invalid' | 'unknown';

/** `code` is the peer's number when `severity` is `unknown`; `status` is its word for the reason, e.g. `HIHI`. */
export type Alarm = {
  readonly severity: Severity;
  readonly status: string;
  readonly code?: number;
};

/** What a source without alarms reports. */
export const NO_ALARM: Alarm = { severity: 'none', status: '' };
