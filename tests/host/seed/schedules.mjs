// The backup schedules.

export function makeSchedules(dice, now, users) {
  const at = new Date(now.getTime() - 380 * 86_400_000).toISOString();
  const schedule = (facts) => ({
    id: dice.uuid(), enabled: true, notify_emails: [], notify_on_success: false, last_run_at: null, created_by: users[0].id, created_at: at, updated_at: at, ...facts,
  });
  return {
    daily: schedule({
      name: 'Daily', cron: '0 3 * * *', timezone: 'America/New_York', retention: { keepLast: 3, daily: 7, weekly: 4, monthly: 12 },
      notify_emails: ['it@example.test', 'Ada.Lindqvist@example.test'],
    }),
    weekly: schedule({
      name: 'Weekly', cron: '30 4 * * 0', timezone: 'Europe/Berlin', retention: { keepLast: 2, daily: 0, weekly: 8, monthly: 6 }, notify_on_success: true,
    }),
    disabled: schedule({
      name: 'Before the move (off)', enabled: false, cron: '0 1 1 * *', timezone: null, retention: { keepLast: 1, daily: 0, weekly: 0, monthly: 24 },
    }),
  };
}
