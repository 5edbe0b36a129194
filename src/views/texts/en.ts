import type { AlarmName } from "../../alarms.ts";

/**
 * All that the team reads, in English. Grouped by the view that shows it. Texts are Slack's mrkdwn unless they say
 * otherwise: views make foreign values literal before they hand them over, and put emoji in front.
 */
export const en = {
  number: (value: number) => value.toLocaleString("en", { maximumFractionDigits: 1 }),
  bytes: (count: number) => (count === 1 ? "1 byte" : `${count} bytes`),
  duration: {
    underAMinute: "under a minute",
    minutes: (count: number) => `${count} min`,
    hours: (count: number) => `${count} h`,
    days: (count: number) => `${count} days`,
  },
  /** Literal text: how a User without a name is called. */
  user: (id: string) => `User ${id}`,

  /** The first message of a thread. What is not a whole line is literal text. */
  root: {
    newConversation: "New conversation",
    anonymous: "Anonymous",
    unverified: "(given by the user, not verified)",
    language: "language",
    customer: "customer",
    userId: "Parley User",
    reason: "Reason",
    furtherReason: "Then",
    transcript: "Before the handover",
    moreBelow: (count: number) => `… ${count} more, see below`,
    earlierBelow: (count: number) => `… ${count} earlier, see below`,
    ownerUnverified:
      "Parley did not say whether this User is ours. If another Service answers too, hand back.",
    lost: (link: string) =>
      `This conversation goes on here, because <${link}|its earlier thread> is not there any more. Please answer here.`,
    previous: "Earlier conversation with this User",
    next: "Later conversation with this User",
    handBack: "Hand back",
    open: (since: string) => `*Open* · since ${since}`,
    handedBack: (to: string, by: string | undefined, at: string) =>
      `*Handed back* to ${to}${by === undefined ? "" : ` by ${by}`} · ${at}`,
    note: (note: string) => `Note: ${note}`,
    takenAway: (to: string, at: string) => `*Taken over* by ${to} · ${at}`,
    merged: (link: string | undefined, at: string) =>
      `*Goes on in ${link === undefined ? "another thread" : `<${link}|another thread>`}* · ${at}`,
    anotherService: "another Service",
    /** In front of the notification of a root that has ended. */
    ended: {
      "handed-back": "Handed back: ",
      "taken-away": "Taken over: ",
      merged: "Goes on elsewhere: ",
    },
  },

  conversations: {
    none: "No open conversations.",
    count: (count: number) => (count === 1 ? "1 open conversation" : `${count} open conversations`),
    answered: "answered",
    waiting: (time: string) => `*waiting ${time}*`,
    more: (count: number) => `… and ${count} more`,
  },

  home: {
    nobodyWaits: "Nobody is waiting",
    /** `advice` is for whoever runs the bridge, and always in English. */
    alarm: (time: string, { advice }: { name: AlarmName; advice: string }) =>
      `For ${time}: ${advice}. Whoever runs the bridge has to repair this.`,
    delayed: (count: number, towards: "Slack" | "Parley", time: string) =>
      `Delivery is delayed: ${count} waiting for ${towards}, the oldest for ${time}. Nothing is lost.`,
    dead: (count: number) =>
      `${count} could not be delivered. Whoever runs the bridge finds them with \`npm run dead-letters -- list\`.`,
    footer: (channel: string) =>
      `Threads open in ${channel}. \`/parley-owner help\` says how to move a User. This page is as of when you opened it.`,
  },

  furtherHandover: {
    reason: (reason: string) =>
      `Handed over with a reason: ${reason}. The first message of this thread has the details.`,
    details: "The handover brought more details. The first message of this thread has them.",
    transcript:
      "The handover brought what was written before it. The first message of this thread has it.",
  },

  ended: {
    takenAway: (service: string) =>
      `This User is now with ${service}. Replies here no longer reach them.`,
    handedBack: (agent: string, service: string) =>
      `${agent} handed this User back to ${service}. Replies here no longer reach them.`,
    nameStays: (cause: string) => `The User's app may still show the agent's name (${cause}).`,
  },

  handBackFailed: {
    failed: (agent: string, cause: string) => `${agent}, handing back did not work (${cause}).`,
    stages: {
      "nothing-done": "Nothing was sent; the conversation goes on here. Try again in a moment.",
      "message-begun":
        "Only the beginning of your last message was sent; the conversation goes on here. Hand back again, with what the User does not have yet.",
      "message-uncertain":
        "Nobody can tell whether your last message arrived; the conversation goes on here. Hand back again, without the message if the User has it.",
      "message-sent":
        "Your last message was sent; the conversation goes on here. Hand back again, without the message.",
    },
    isWith: (service: string) => `Nothing to hand back: this User is with ${service} already.`,
    hasLeft: "Nothing to hand back: this User left this thread already.",
    messageNotSent: "Your last message was not sent.",
  },

  merged: {
    away: (link: string) =>
      `This User has registered and goes on in <${link}|another thread>. Please answer there.`,
    in: (link: string) =>
      `The same User also wrote in <${link}|an earlier thread> before registering.`,
    renamed: (userId: string) => `This User has registered and is now Parley User ${userId}.`,
  },

  /** In what is left of a thread that has lost its first message. */
  goesOnElsewhere: (link: string) =>
    `The first message of this thread was deleted, so the conversation goes on in <${link}|another thread>. Please answer there.`,

  notShown: (cause: string) =>
    `A message of this User could not be shown here (${cause}). Whoever runs the bridge finds it with \`npm run dead-letters -- list\`.`,

  /** In the place of a User's file that could not be brought into Slack. Literal text. */
  fileTroubles: {
    "not-ready": "(not available yet)",
    "login-page": "(could not be fetched)",
    "wrong-size": "(did not arrive whole)",
    "wrong-type": "(is not what it says, not shown)",
    "too-large": "(too large to be shown here)",
    empty: "(an empty file)",
    program: "(a program: not shared, because opening it could do harm)",
    gone: "(no longer there)",
    refused: "(could not be fetched)",
  },

  /** Of parts of a reply that do not go to the User. */
  notSent: {
    files: "*Not sent.* This does not reach the User:",
    parts: "*Not sent.* Only Slack can show:",
    restGoes: "The rest of your message goes to the User.",
    otherWay: "Write it in words, or send it as a file.",
  },

  /** What became of a reply, and what its writer can do. Names of buttons are literal text. */
  reply: {
    headlines: {
      refused: "*Not sent.*",
      failed: "*Not delivered.*",
      uncertain: "*Perhaps not delivered.*",
    },
    toThread: (link: string) => `<${link}|Go to that thread>.`,
    notReached: (agent: string) =>
      `A reply by ${agent} did not reach the User. It is marked above.`,
    uncertain: (agent: string) =>
      `It is not certain that a reply by ${agent} reached the User. It is marked above.`,
    sentFromElsewhere: (agent: string, link: string, writer: string) =>
      `${agent} took this User over, and <${link}|a reply> that ${writer} wrote in an earlier thread went to them.`,
    notSentYet: "This stays inside. Start a message with `>>` to send it to the User at once.",
    undoable: (seconds: number) => `This goes to the User in ${seconds} s.`,
    editedNews: "The User does not have this message. Shall they get it as it is now?",
    edited:
      "The User has the text as it was before, and Parley cannot change it. Shall the new text go out as a correction?",
    sentAlready:
      "The User has this message already, and Parley cannot take it back. You can write a correction.",
    buttons: {
      sendAgain: "Send again",
      dismiss: "Dismiss",
      itArrived: "It arrived",
      undo: "Undo",
      takeOver: "Take over and send",
      leaveIt: "Leave it",
      sendToUser: "Send to user",
      keepInside: "Keep inside",
      sendCorrection: "Send correction",
    },
    takeOverConfirmation: {
      title: "Take the User over?",
      text: "The User comes to us from whoever has them now, a new thread opens for them, and exactly this reply goes to them.",
      confirm: "Take over and send",
      deny: "Cancel",
    },
  },

  /** The form to hand a User back. Literal text. */
  handBackForm: {
    title: "Hand back",
    submit: "Hand back",
    close: "Cancel",
    intro: (user: string) =>
      `${user} goes on with the Service you choose. Replies in this thread no longer reach them.`,
    missing: (count: number) =>
      `${count} more Services do not fit in here; /parley-owner knows them.`,
    destination: "Hand back to",
    note: "Note for the bot",
    notePlaceholder: "What was it about, and what was done?",
    lastMessage: "Last message to the User",
    lastMessagePlaceholder: "Sent before the hand-back",
  },

  serviceChoice: {
    none: (wanted: string, services: string) =>
      `There is no Service ${wanted}. Services: ${services}.`,
    many: (wanted: string, services: string) =>
      `Many Services match ${wanted}. Services: ${services}.`,
    wasItThis: (wanted: string, user: string) =>
      `No Service is called ${wanted}, so nothing was changed. Was this one meant for ${user}?`,
    whichOne: (wanted: string, user: string) =>
      `No Service is called ${wanted}, so nothing was changed. Which one was meant for ${user}?`,
    quoted: (text: string) => `“${text}”`,
  },
};

/** The same keys in every language, with texts or functions of the same values. */
export interface Texts extends TextsLike<typeof en> {}

type TextsLike<Given> = Given extends string
  ? string
  : Given extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof Given]: TextsLike<Given[Key]> };
