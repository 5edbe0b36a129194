/** Limits of Block Kit and of messages, in characters unless the name says otherwise. Source: docs.slack.dev, 2026. */
export const SLACK_LIMITS = {
  /** Advised for `text`; Slack cuts above 40,000. */
  text: 4_000,
  section: 3_000,
  header: 150,
  buttonText: 75,
  buttonValue: 2_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  modalTitle: 24,
  containerTitle: 150,
  containerChildren: 10,
  optionText: 75,
  optionsPerSelect: 100,
  blocksPerMessage: 50,
  /** In all blocks of a message together, about; undocumented. Source: slackapi/bolt-js issue 2509. */
  blockTextPerMessage: 13_200,
  blocksPerView: 100,
  privateMetadata: 3_000,
} as const;
