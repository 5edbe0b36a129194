import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { notice } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/** What has become of an erasure. Links are addresses of threads, with how many messages there are left. */
export interface ErasedView {
  readonly messages: number;
  readonly files: number;
  readonly records: number;
  readonly left: readonly { readonly link: string; readonly count: number }[];
  /** Threads into which Slack does not let us see. */
  readonly unseen: readonly string[];
}

/** As many links as a post has room for. */
const LINKS = 10;

/** To whoever wanted it, in as many messages as it takes: what was deleted, and what people have to remove. */
export function renderErased(view: ErasedView, { erasedReport: words }: Texts): SlackMessage[] {
  const lines = [
    ...view.left.map(({ link, count }) => words.left(link, count)),
    ...view.unseen.map((link) => words.unseen(link)),
  ].map((line) => `• ${line}`);
  const head = `:wastebasket: ${words.done(view.messages, view.files, view.records)}`;
  const first = lines.length > 0 ? `${head}\n${words.byPeople}` : head;
  const pages: SlackMessage[] = [];
  for (let page = 0; page === 0 || page * LINKS < lines.length; page++) {
    const some = lines.slice(page * LINKS, (page + 1) * LINKS);
    pages.push(notice([...(page === 0 ? [first] : []), ...some].join("\n")));
  }
  return pages;
}
