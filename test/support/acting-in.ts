const CODE = /:[\p{L}\p{N}_+'-]+:/gu;
/** A sign with no letter before it, something between, and the same sign with no letter behind it. */
const STYLE = /(?<![\p{L}\p{N}])([*_~`])(?!\s)[^\n]*?\1(?![\p{L}\p{N}])/gu;

/** What Slack would act on in mrkdwn beyond links and mentions: emoji codes, styles, directions that nobody ends. */
export function actingIn(mrkdwn: string): string[] {
  const begun = mrkdwn.match(/[\u202a\u202b\u202d\u202e]/g) ?? [];
  const ended = mrkdwn.match(/\u202c/g) ?? [];
  return [
    ...(mrkdwn.match(CODE) ?? []),
    ...(mrkdwn.match(STYLE) ?? []),
    ...begun.slice(ended.length).map((sign) => `unclosed U+${sign.codePointAt(0)?.toString(16)}`),
  ];
}
