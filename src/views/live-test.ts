import type { SlackMessage } from "../convert/to-slack/slack-message.ts";
import { mention, notice, quiet } from "./notice.ts";
import type { Texts } from "./texts/en.ts";

/**
 * The first message of a thread that only shows that it can be opened. Without buttons: there is nothing to press for. Without
 * `who` it names nobody.
 */
export const renderTestRoot = (who: string | undefined, { liveTest }: Texts): SlackMessage =>
  notice(`:test_tube: ${liveTest.started(who && mention(who))}`);

/** The same once it is over. */
export const renderTestRootOver = ({ liveTest }: Texts): SlackMessage =>
  notice(`:test_tube: ${liveTest.handedBack}`);

/** What stands in its thread in the place of an answer. */
export const renderTestAnswer = ({ liveTest }: Texts): SlackMessage => quiet(liveTest.answer);

/** The last message in its thread. */
export const renderTestOver = (who: string | undefined, { liveTest }: Texts): SlackMessage =>
  notice(`:leftwards_arrow_with_hook: ${liveTest.over(who && mention(who))}`);
