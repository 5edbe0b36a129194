/** The variables without which nothing starts. */
export const MINIMAL_ENV = {
  SLACK_BOT_TOKEN: "xoxb-s3cr3t-1",
  SLACK_SIGNING_SECRET: "s3cr3t-2",
  SLACK_CHANNEL: "C0123456789",
  PARLEY_SERVICE_IDENTIFICATION: "svc",
  PARLEY_ACCOUNT_IDENTIFICATION: "acct",
  PARLEY_SHARED_SECRET: "s3cr3t-3",
  PARLEY_CALLBACK_TOKEN: "s3cr3t-4",
};
