import type { AlarmName } from "../../alarms.ts";
import type { USER_TEXTS } from "../../config/desk-rules.ts";
import type { MessageWords } from "../../convert/to-slack/message-words.ts";

const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 1 });

/**
 * All that the team reads, in English. Grouped by the view that shows it. Texts are Slack's mrkdwn unless they say
 * otherwise: views make foreign values literal before they hand them over, and put emoji in front.
 */
export const en = {
  number,
  bytes: (count: number) => (count === 1 ? "1 byte" : `${count} bytes`),
  duration: {
    underAMinute: "under a minute",
    minutes: (count: number) => `${count} min`,
    hours: (count: number) => `${count} h`,
    days: (count: number) => `${count} days`,
  },
  /** Literal text: how a User without a name is called. */
  user: (id: string) => `User ${id}`,
  /** The same where a name is expected. */
  visitor: (id: string) => `Visitor ${id}`,

  /** The first message of a thread, and the details below it. What is not a whole line is literal text. */
  root: {
    newConversation: "New conversation",
    /** In place of a reason: an agent asked for the handover. */
    takenOver: "Taken over by agent",
    anonymous: "Anonymous",
    unverified: "(given by the user, not verified)",
    language: "language",
    customer: "customer",
    userId: "Parley User",
    reason: "Reason",
    furtherReason: "Then",
    /** In notifications, in place of the details. */
    details: "All about this conversation",
    field: "Field",
    value: "Value",
    fields: (count: number) => `Metadata · ${count} fields`,
    transcriptOf: (count: number) =>
      `Before the handover · ${count === 1 ? "1 message" : `${count} messages`}`,
    moreBelow: (count: number) => `… ${count} more, see below`,
    earlierBelow: (count: number) => `… ${count} earlier, see below`,
    ownerUnverified:
      "Parley did not say whether this User is ours. If another Service answers too, hand back.",
    lost: (link: string) =>
      `This conversation goes on here, because <${link}|its earlier thread> is not there any more. Please answer here.`,
    expires: (moment: string) => `Without an answer this User goes back to the bot: ${moment}`,
    previous: "Earlier conversation with this User",
    previousShort: "earlier conversation",
    next: "Later conversation with this User",
    buttons: {
      take: "Take",
      release: "Release",
      assign: "Assign…",
      handBack: "Hand back",
      move: "Move…",
      quickAnswer: "Quick answer…",
      decline: "Not for us…",
    },
    movedFrom: (link: string, by: string, team: string | undefined) =>
      `Moved here${team === undefined ? "" : ` from ${team}`} by ${by} · <${link}|earlier thread>`,
    movedTo: (link: string | undefined, by: string, team: string | undefined) =>
      `*Moved* to ${team ?? "another team"} by ${by}${link === undefined ? "" : ` · <${link}|goes on there>`}`,
    movedInVain: (link: string | undefined, by: string) =>
      `*Not moved here*: ${by} wanted to, but the conversation ended or went elsewhere before${link === undefined ? "" : ` · <${link}|its thread>`}`,
    /** `time` is what has surely passed; missing: it has just come. */
    waiting: (time: string | undefined) =>
      time === undefined ? "*waiting*" : `*waiting* for over ${time}`,
    unclaimed: "answered, and nobody has it now",
    /** `waiting`: the User waits for `by` longer than this. */
    answers: (by: string, waiting: string | undefined) =>
      `${by} answers${waiting === undefined ? "" : ` · *silent* for over ${waiting}`}`,
    handedBack: (to: string | undefined, by: string | undefined, at: string) =>
      `*Handed back* to ${to ?? "another Service"}${by === undefined ? "" : ` by ${by}`} · ${at}`,
    declined: (to: string | undefined, by: string | undefined, at: string) =>
      `*Declined*${by === undefined ? "" : ` by ${by}`}, back to ${to ?? "another Service"} · ${at}`,
    note: (note: string) => `Note: ${note}`,
    takenAway: (by: string | undefined, at: string) =>
      `*Taken over* by ${by ?? "another Service"} · ${at}`,
    merged: (link: string | undefined, at: string) =>
      `*Goes on in ${link === undefined ? "another thread" : `<${link}|another thread>`}* · ${at}`,
    /** In front of the notification of a root that has ended. */
    ended: {
      "handed-back": "Handed back: ",
      "taken-away": "Taken over: ",
      declined: "Declined: ",
      merged: "Goes on elsewhere: ",
      moved: "Moved: ",
    },
  },

  conversations: {
    none: "No open conversations.",
    count: (count: number) => (count === 1 ? "1 open conversation" : `${count} open conversations`),
    answered: "answered",
    waiting: (time: string) => `*waiting ${time}*`,
    more: (count: number) => `… and ${count} more`,
    /** Who answers, in a list. */
    mine: "you answer",
    unclaimed: "nobody answers yet",
    others: (who: string) => `${who} answers`,
    /** When the User wrote last. */
    wrote: (time: string) => `wrote ${time} ago`,
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
      `Threads open in ${channel}. \`/parley-owner help\` says how to move a User.`,
    asOf: (moment: string) =>
      `As of ${moment}: this page changes only when you open it, refresh it or press a button on it.`,
    show: {
      all: (count: number) => `All (${count})`,
      mine: (count: number) => `Mine (${count})`,
      unclaimed: (count: number) => `Unclaimed (${count})`,
    },
    groups: {
      mine: (count: number) => `You answer (${count})`,
      unclaimed: (count: number) => `Nobody answers yet (${count})`,
      others: (count: number) => `Colleagues answer (${count})`,
    },
    allTeams: "All your teams",
    erase: "Erase a User…",
    refresh: "Refresh",
    noneSuch: "There are none of these.",
    page: (page: number, of: number) => `Page ${page} of ${of}`,
    previous: "Previous",
    next: "Next",
  },

  /** About a channel of a team, to one person who answers for the team. `name` and `team` are inert. */
  channel: {
    trouble: {
      archived: (name: string, team: string) =>
        `The channel ${name} of the team ${team} is archived.`,
      deleted: (name: string, team: string) =>
        `The channel ${name} of the team ${team} is deleted.`,
      removed: (name: string, team: string) =>
        `I am not in the channel ${name} of the team ${team} any more.`,
      unseen: (name: string, team: string) =>
        `I cannot see the channel ${name} of the team ${team} any more: it is deleted, or I am not in it.`,
      shared: (name: string, team: string) =>
        `The channel ${name} of the team ${team} is shared with another company, whose people can read there what Users write.`,
    },
    waiting: (count: number) =>
      count === 0
        ? "No User is waiting for an answer. What arrives now is kept and shown later."
        : `${count === 1 ? "1 User is" : `${count} Users are`} waiting for an answer. Nothing is lost: what arrives now is kept and shown later.`,
    goesOn: "Conversations go on there as before.",
    toDo: {
      archived:
        "Please unarchive it, or have whoever runs the bridge set another channel. It then goes on by itself.",
      deleted:
        "Please have whoever runs the bridge set another channel. The open conversations then go on there.",
      removed:
        "Please invite me again: write `/invite` in the channel and choose the app. It then goes on by itself.",
      unseen:
        "Please invite me again, with `/invite` in the channel, or have whoever runs the bridge set another one. It then goes on by itself.",
      shared:
        "Please end that, or have whoever runs the bridge allow it for the team (`allow-shared`).",
    },
    back: (name: string, team: string) =>
      `The channel ${name} of the team ${team} is back. What waited is shown there now.`,
    unshared: (name: string, team: string) =>
      `The channel ${name} of the team ${team} is not shared with another company any more.`,
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
    /** An agent has sent the User back without an answer. */
    declined: (agent: string, service: string) =>
      `${agent} declined this User, who is with ${service} again. Replies here no longer reach them.`,
    /** After a hand-back that nobody asked for in Slack, by its reason. */
    handedBackFor: {
      handed_back: (service: string) => `This User is with ${service} again.`,
      nobody_available: (service: string) =>
        `Nobody answered in time, so this User went back to ${service}.`,
      outside_hours: (service: string) =>
        `The team is not there at this time, so this User went back to ${service}.`,
      user_silent: (service: string) =>
        `The User has not written for long, and went back to ${service}.`,
      user_ended: (service: string) =>
        `The User ended the conversation, and is with ${service} again.`,
      declined: (service: string) => `This User was declined, and went back to ${service}.`,
      expired: (service: string) =>
        `Nobody answered in the time that the handover gave, so this User went back to ${service}.`,
    },
    outcome: (outcome: string) => `Outcome: ${outcome}`,
    tags: (tags: string) => `Tags: ${tags}`,
    messageForUser: "The bot may show the User:",
    nameStays: (cause: string) => `The User's app may still show the agent's name (${cause}).`,
  },

  /** In a thread, about those who wait. `user`, `agent` and durations are whole words; names are literal text. */
  reminder: {
    nobodyAnswered: (user: string, time: string) =>
      `${user} has been waiting for ${time}, and nobody has answered yet.`,
    owesAnswer: (user: string, time: string) =>
      `${user} has been waiting for ${time} for an answer.`,
    direct: (user: string, time: string, link: string) =>
      `<${link}|${user}> has been waiting for ${time} for an answer.`,
    released: (agent: string, time: string) =>
      `${agent} has not answered for ${time}, so this User is free for others. Who takes over?`,
  },

  /** In a thread, above the words that the bridge has sent to the User by itself. */
  toldUser: {
    told: "Sent to the User automatically:",
    uncertain: "Sent to the User automatically, but Parley gave no clear answer. They may have it:",
    failed: (cause: string) => `The User could not be told this (${cause}):`,
  },

  /** What Users are told by the bridge itself, as Markdown, by the names that the configuration uses. */
  toUser: {
    waiting:
      "Thank you for waiting. We have not forgotten you: somebody will answer as soon as they can.",
    "outside-hours":
      "Thank you for your message. We are not here at the moment; we are back on {opensAt} and will answer you here.",
    "still-there": "Are you still there? If you need anything else, just write.",
    "nobody-available":
      "We are sorry: nobody could answer you in time. Please write again, or try later.",
    ended:
      "We have not heard from you for a while, so we end this conversation here. You can always write again.",
  } satisfies Record<(typeof USER_TEXTS)[number], string>,
  /** What stands in a text for the User in place of `{opensAt}` if nobody knows. */
  toUserValues: { later: "a later day" },

  handBackFailed: {
    failed: (agent: string, cause: string) => `${agent}, handing back did not work (${cause}).`,
    failedByItself: (cause: string) => `Handing the User back did not work (${cause}).`,
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
    moved: (link: string | undefined) =>
      `Not handed back: this User had been moved to another team before. Hand back in ${link === undefined ? "their thread there" : `<${link}|their thread there>`}.`,
    messageNotSent: "Your last message was not sent.",
    answered: "This User was not declined: an agent has answered them. Hand them back instead.",
  },

  moved: {
    away: (agent: string, team: string, link: string) =>
      `${agent} moved this User to ${team}: the conversation goes on in <${link}|a thread there>. Replies here no longer reach them.`,
    note: (agent: string) => `${agent} says to you, not to the User:`,
    notMoved: (team: string) => `This User was not moved to ${team}.`,
    noteNotPosted: "Your note was not posted:",
    refusals: {
      ended: "The conversation is over; the first message of this thread says where the User is.",
      failed:
        "Something went wrong inside the bridge, or Slack was away for too long. Try again; if it keeps failing, tell whoever runs this bridge.",
      "no-team": "There is no such team any more.",
      there: (team: string) => `They are with ${team} already.`,
      elsewhere: (team: string, by: string | undefined, link: string | undefined) =>
        `${by === undefined ? "They are with" : `${by} was faster and moved them to`} ${team}${link === undefined ? "" : `: <${link}|their thread>`}.`,
      refused: (reason: string) =>
        `Slack does not let the bridge post in that team's channel (${reason}). The conversation goes on here; tell whoever runs this bridge.`,
    },
  },

  rated: (stars: number, most: number) =>
    `The User has rated this conversation: ${stars} of ${most}.`,

  claims: {
    taken: (who: string, before: string | undefined) =>
      before === undefined
        ? `${who} answers this User.`
        : `${who} answers this User instead of ${before}.`,
    released: (by: string | undefined, before: string | undefined) =>
      by === undefined
        ? `Nobody answers this User now${before === undefined ? "" : `: ${before} is no agent of the team any more`}.`
        : `${by} released this User${before === undefined ? "" : `, whom ${before} had`}: nobody answers now.`,
    assigned: (by: string, to: string, before: string | undefined) =>
      `${by} gave this User to ${to}${before === undefined ? "" : `; until now ${before} answered`}.`,
    assignedByTurns: (to: string) => `It is the turn of ${to} to answer this User.`,
    assignedToYou: (by: string | undefined, user: string, link: string) =>
      `${by === undefined ? "It is your turn to answer" : `${by} asks you to answer`} ${user} in <${link}|their thread>.`,
    notClaimed: (to: string) => `${to} does not answer this User.`,
    notReleased: "This User was not released.",
    noteNotPosted: "Your note was not posted:",
    losses: {
      overtaken: (by: string) => `${by} was faster and answers them.`,
      nobody: "They were released meanwhile: nobody answers them now.",
      ended: "The conversation is over; the first message of this thread says where the User is.",
      moved: (team: string) => `They were moved to ${team} meanwhile.`,
      failed:
        "Something went wrong inside the bridge, or Slack was away for too long. Try again; if it keeps failing, tell whoever runs this bridge.",
    },
    answersAlready: (who: string) => `${who} answers this User already.`,
    instead: {
      button: "Answer instead",
      title: "Answer instead?",
      text: "The thread tells your colleague that you answer this User from now on.",
      confirm: "Answer instead",
      deny: "Cancel",
    },
  },

  /** Why nobody was asked to answer a User, or not to. Literal text. */
  claimProblems: {
    "not-open": "This User has no open conversation with us, so there is nobody to answer.",
    unclaimed: "Nobody answers this User, so there is nothing to release.",
    "has-already": "They answer this User already.",
    yours: "You answer this User already.",
    overtaken:
      "Meanwhile somebody has taken this User or released them, so nothing was done. Look at the thread, and try again.",
    "not-agent": (team: string) =>
      `They are not one of the agents of the team ${team}, so they cannot answer this User.`,
    "not-known":
      "Slack does not say right now whether they belong to the team. Nothing was done; try again in a moment.",
  },

  /** The form to give a User to a colleague. Literal text. */
  assignForm: {
    title: "Assign",
    submit: "Assign",
    close: "Cancel",
    intro: (user: string, team: string) =>
      `Who of ${team} answers ${user} from now on? They are told, with your note; the User notices nothing.`,
    agent: "Who answers",
    note: "Note for them",
    notePlaceholder: "What do they have to know?",
    noConversation:
      "This message is not part of a conversation with a Parley User, so there is nobody to answer.",
    sentAlready: "This form was sent already; the thread says what became of it.",
  },

  /** Erasing somebody: from the App Home of those who lead a team. Literal text. */
  eraseForm: {
    title: "Erase a User",
    find: "Next",
    submit: "Erase for good",
    close: "Cancel",
    intro:
      "Everything that the bridge has of one User is erased, and its messages and files in their threads are deleted. You see first what that is.",
    name: "Parley's id, the customer id or the e-mail address of the User",
    nobody: "Nothing is kept of a User who is named so.",
    several: (ids: string) => `Several Users are named so: ${ids}. Give the id of one of them.`,
    busy: {
      open: "The User has an open conversation. Hand them back first.",
      waiting: "Something of the User has not been delivered yet. Try again in a moment.",
    },
    plan: (ids: string, conversations: number, threads: number) =>
      `User ${ids}. Conversations: ${conversations}. Threads in Slack: ${threads}.`,
    undelivered: (count: number) =>
      `Messages that could not be delivered, which are erased too: ${count}.`,
    consequences:
      "This cannot be undone. What people wrote in the threads only people can delete: you get the links in a direct message when it is done.",
    confirm: (id: string) => `Type ${id} to confirm`,
    notConfirmed: "That is not the User's id. Nothing was erased.",
  },

  /** To whoever had a User erased. */
  erasedReport: {
    done: (messages: number, files: number, records: number) =>
      `The User is erased. Messages of mine deleted: ${messages}, files: ${files}. Records of who did what that no longer name the User: ${records}. Backups, logs and Parley are not reached.`,
    byPeople: "What is left in these threads only people can delete:",
    left: (link: string, count: number) =>
      `<${link}|This thread>: ${count === 1 ? "1 message" : `${count} messages`}`,
    unseen: (link: string) => `<${link}|This thread>, into which Slack does not let me see`,
  },

  /** Where two agents answer the same User. */
  collision: {
    toWriter: (who: string) =>
      `${who} answers this User. Your message has gone to them too; agree with each other who goes on.`,
    toClaimant: (who: string) =>
      `${who} has written to this User too, whom you answer. Agree with each other who goes on.`,
    held: (who: string | undefined) =>
      `Not sent: ${who ?? "a colleague"} answers this User. Shall the User get your message all the same?`,
    buttons: { sendAnyway: "Send anyway", keepAsNote: "Keep as note" },
  },

  soFar: {
    headline: (link: string) => `The conversation so far, from <${link}|the earlier thread>`,
    onlyEnd: (count: number, fileName: string) =>
      `This is only the end. All ${number(count)} messages follow as \`${fileName}\`.`,
    fileRefused: (fileName: string) =>
      `Slack did not take \`${fileName}\`. The earlier thread has the rest.`,
    cannotRead: (link: string) =>
      `Slack did not let the bridge read what was written so far. <${link}|The earlier thread> has it.`,
    beginningMissing: "What was written before this is in the earlier threads.",
    inside: "stayed inside",
    failed: "did not reach the User",
    uncertain: "perhaps did not reach the User",
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

  /** Among what a User wrote. */
  message: {
    file: (name: string) => `[file: ${name}]`,
    namelessFile: "file without a name",
    emptyMessage: "(empty message)",
    lateCaption: (moment: string) => `Delayed; written ${moment}`,
    beginningCaption: (characters: number, fileName: string) =>
      `This is only the beginning. All ${number(characters)} characters follow as \`${fileName}\`.`,
    cutCaption: (charactersLeft: number, fileName: string) =>
      `Slack did not take \`${fileName}\`. The last ${number(charactersLeft)} characters are not shown here.`,
  } satisfies MessageWords,

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

  /** Why the User's app cannot show a file of an agent. Literal text. */
  whyNotShown: {
    gone: "it is no longer in Slack",
    elsewhere: "it is kept outside of Slack",
    empty: "it is empty",
    type: (type: string) => `files of type ${type} cannot be shown in the User's app`,
    size: (size: string, most: string) => `it has ${size}, and ${most} is the most`,
  },

  /** Parts of an agent's message that only Slack can show. Literal text. */
  lostParts: {
    known: {
      actions: "buttons",
      button: "a button",
      call: "a call",
      file: "a file that is kept outside of Slack",
      input: "a form",
      video: "a video",
      "private picture": "a picture that only Slack can show",
      "withheld message": "a forwarded message that Slack does not give out",
    },
    unknown: (kind: string) => `something that the bridge does not know (${kind})`,
  },

  /** Of a post that may be in Slack already, where Slack does not let us look. */
  possibleRepeat: {
    short: "may be a repeat",
    caption: "May be a repeat: Slack did not say whether this was posted before.",
  },

  /** What became of a reply, and what its writer can do. Names of buttons are literal text. */
  reply: {
    headlines: {
      refused: "*Not sent.*",
      failed: "*Not delivered.*",
      uncertain: "*Perhaps not delivered.*",
    },
    toThread: (link: string) => `<${link}|Go to that thread>.`,
    staysInside:
      "What you write in this thread stays inside, for the team to read; you see a :lock: on it.",
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

  /** What an agent can do about a reply that did not, or not surely, reach the User. Literal text. */
  advice: {
    elsewhere:
      "Another Service has this User now. Use /parley-owner to see which, or to take the User back.",
    notTakenOver:
      "Parley did not give us this User, so nothing was sent. Try again in a moment; if it keeps failing, tell whoever runs this bridge.",
    empty: "There is nothing in it for the User: mentions of people in Slack stay inside.",
    uncertain:
      "Parley gave no clear answer to this, so it may or may not have arrived. If the User does not react to it, send it again.",
    awayTooLong: "Parley could not be reached for too long. Send it again when it is back.",
    refusedAltogether:
      "Parley refuses this bridge altogether. Tell whoever runs this bridge, and send it again afterwards.",
    refused: (reason: string) =>
      `Parley refused it (${reason}). Change the text and write again; if it keeps failing, tell whoever runs this bridge.`,
    defect:
      "Something went wrong inside the bridge. Send it again; if it keeps failing, tell whoever runs this bridge.",
    begun:
      "A part of it has reached the User, or may have, and does not go again; the rest was not sent.",
    file: (name: string, why: string) => `About your file ${name}: ${why}`,
    onlyMissing: "Send again sends only what is missing.",
    fileTroubles: {
      "not-ready": "Slack still works on it and does not give it out yet.",
      "login-page":
        "Slack gave a page to sign in instead of it. Whoever runs this bridge has to check the scope files:read and the bot token.",
      "wrong-size": "What Slack gave is not as long as the file.",
      "wrong-type": "What is inside is not what its type says.",
      "too-large": "It is too large.",
      empty: "It is empty.",
      program: "It is a program.",
      gone: "It is no longer in Slack.",
      refused: "It could not be fetched from Slack.",
    },
    noRecord:
      "The bridge has no record of this thread: it was deleted after its time, or lost when an older state was restored. The first message says who the User is; /parley-owner with that id tells where the User is now, with a link to the newer thread if there is one.",
    moved: (team: string) =>
      `This User was moved to ${team}, so nothing that is written here reaches them any more. Please answer there.`,
    withUsElsewhere: "This User goes on with us in another thread. Please answer there.",
    merged: "This User goes on in another thread. Please answer there.",
    takenAway: (service: string | undefined, userId: string) =>
      `${service ?? "Another Service"} has this User now. To answer again, take the User back with /parley-owner ${userId} and the name of our Service.`,
    handedBack: (service: string | undefined, userId: string) =>
      `This User was handed back to ${service ?? "another Service"}. To answer again, take the User back with /parley-owner ${userId} and the name of our Service.`,
  },

  /** To somebody who may not act for the team. Literal text. */
  refusals: {
    "other-company":
      "Only members of the workspace that runs this bridge can answer Users. Ask one of them to write it.",
    deactivated: "This account is deactivated in Slack, so it cannot answer Users.",
    guest:
      "Guests of this workspace cannot answer Users. Ask a member to write it, or whoever runs this bridge to allow it (GUESTS_MAY_ANSWER).",
    "no-person": "Only people can answer Users.",
    "not-known":
      "Slack does not say right now whether you belong to the team, so nothing was done. Try again in a moment.",
    "not-agent": {
      missing: (team: string) =>
        `This User is with the team ${team}, and you are not one of its agents.`,
      missingAny: "This is for agents of a team, and you are in none.",
      nobody: (team: string) =>
        `This User is with the team ${team}, and nobody is an agent of that team now: its groups have no members. Ask whoever runs this bridge.`,
    },
    "not-lead": {
      missing: (team: string) => `This is for those who lead the team ${team}.`,
      missingAny:
        "This User is in none of your threads, and only those who lead a team may do this then.",
      nobody: (team: string) =>
        `This is for those who lead the team ${team}, and nobody leads it now: its groups have no members. Ask whoever runs this bridge.`,
    },
    ask: (who: string) => `You can ask ${who}.`,
  },

  /** What went wrong with Parley, for the middle of a sentence. Literal text. */
  causes: {
    refused: "Parley refused it",
    refusedWith: (reason: string) => `Parley refused it: ${reason}`,
    trouble: (reason: string) => `Parley has trouble: ${reason}`,
    unreachable: "Parley could not be reached",
    unclear: "Parley gave no clear answer",
    elsewhere: "another Service has the User",
    goingElsewhere: "somebody else is giving the User to another Service at this moment",
    unchanged: "Parley still has the User where they were",
  },

  /** To whoever pressed a button or called up a shortcut. */
  notDone:
    "The bridge could not do this. Try again in a moment; if it keeps failing, tell whoever runs this bridge.",

  /** After a press on a button under a reply. */
  decided: {
    elsewhere: "This button belongs to another thread. Press it there.",
    settled: "This was sent or dismissed already.",
    onItsWay: "On its way.",
    takingOver: "Taking the User over; your reply goes as soon as their new thread is open.",
    undone: "Not sent. Write it again when you are ready.",
    tooLate: "Too late: it is on its way to the User already.",
  },

  /** The form to hand a User back. Literal text. */
  handBackForm: {
    title: "Hand back",
    submit: "Hand back",
    close: "Cancel",
    intro: (user: string) =>
      `${user} goes on with the Service you choose. Replies in this thread no longer reach them.`,
    missing: (count: number) =>
      count === 1
        ? "1 more Service does not fit in here; /parley-owner knows it."
        : `${count} more Services do not fit in here; /parley-owner knows them.`,
    destination: "Hand back to",
    note: "Note for the bot",
    notePlaceholder: "What was it about, and what was done?",
    noteHint: "Only the bot gets it; the User does not see it.",
    messageForUser: "Summary for the User",
    messageForUserPlaceholder: "Your refund is on its way; it takes three days.",
    messageForUserHint: "The bot gets it, and may show it to the User.",
    outcome: "Outcome",
    outcomePlaceholder: "How did it end?",
    tags: "Tags",
    tagsPlaceholder: "refund, parcel",
    tagsHint: "For the bot; a comma between two.",
    tooManyTags: "At most 10 tags, of 40 characters each.",
    lastMessage: "Last message to the User",
    lastMessagePlaceholder: "Sent before the hand-back",
    lastMessageHint: "The bridge sends it to the User now, in your name.",
    /** Stands for the Service where Parley did not name it in time. */
    bot: "The bot",
    isOver: "This conversation is over. The first message of its thread says where the User is.",
    noConversation:
      "This message is not part of a conversation with a Parley User, so there is nobody to hand back. Use the shortcut on a message of a handover's thread.",
    lastMessageIsNote:
      "This begins as a note among colleagues, so it does not go to the User. Say it in other words, or in the note for the bot.",
    serviceUnknown:
      "Parley did not say in time which Service this is. Nothing was done; try again in a moment.",
    answerWaits:
      "A quick answer to this User is on its way. Hand back again in a moment, so that it goes first.",
    sentAlready: "This form was sent already; the thread says what became of it.",
    notStored: "The bridge could not store this. Nothing was done; try again in a moment.",
  },

  /** The form with the quick answers. Literal text, but for `sentBy`. */
  answerForm: {
    title: "Quick answer",
    submit: "Send",
    close: "Cancel",
    intro: (user: string) => `${user} gets it like a reply of yours in the thread.`,
    choice: "Answer",
    choicePlaceholder: "Look for a name or a keyword",
    text: "Message to the User",
    textHint: "Change it as you like. It is Markdown: **bold**, _italic_, [text](https://…).",
    /** Slack's mrkdwn. */
    sentBy: (agent: string) => `${agent} sent this to the User with *Quick answer…*`,
    none: "There are no quick answers. Whoever runs this bridge can add some (answers in bridge.yaml).",
    empty: "There is nothing in it for the User. Choose an answer, or write one.",
    sentAlready: "This form was sent already; the thread shows the answer.",
    tooLate:
      "Your quick answer was not sent: this User has left this thread, or Slack did not take it. It said:",
  },

  /** The form to send a User straight back. Literal text. */
  declineForm: {
    title: "Not for us",
    submit: "Send back",
    close: "Cancel",
    intro: (user: string) =>
      `${user} goes straight back, without a word from you. Replies in this thread no longer reach them.`,
    destination: "Send back to",
    reason: "Why are they not for this team?",
    reasonPlaceholder: "This belongs to billing; ask for the invoice number first.",
    reasonHint: "The bot and your colleagues read it; the User does not.",
    reasonMissing: "Say why.",
    answered: "An agent has answered this User already, so hand them back instead.",
  },

  /** The form to move a User to another team. Literal text. */
  moveForm: {
    title: "Move",
    submit: "Move",
    close: "Cancel",
    intro: (user: string, team: string) =>
      `${user} is with ${team}. A thread opens in the channel of the team you choose, with what was written so far; the User notices nothing. Replies in this thread no longer reach them.`,
    destination: "Move to",
    note: "Note for the colleagues there",
    notePlaceholder: "What do they have to know?",
    onlyOneTeam: "There is only one team here, so there is nowhere to move this User to.",
    noConversation:
      "This message is not part of a conversation with a Parley User, so there is nobody to move. Use the shortcut on a message of a handover's thread.",
    teamGone: "There is no such team any more. Nothing was done; choose another one.",
    sentAlready: "This form was sent already; the thread says what became of it.",
  },

  /** Of a thread that its conversation has left for another team, in a form or where one was to open. */
  leftThread: {
    /** Slack's mrkdwn. */
    withLink: (team: string, link: string) =>
      `This User was moved to ${team}. Please go on in <${link}|their thread there>.`,
    /** Literal text. */
    unlinked: (team: string) =>
      `This User was moved to ${team}. Please go on in their thread there.`,
  },

  formNotOpened: {
    busy: "Slack is busy right now. Please try again in a moment.",
    noAnswer: "Slack did not answer when the form was to open. Please try again.",
    tooLate: "Slack did not open the form in time. Please try again.",
    notAllowed: (reason: string) =>
      `Slack does not let this app open forms (${reason}). Trying again will not help; please tell whoever runs this bridge. Until then \`/parley-owner\` moves the User too.`,
    refused: (reason: string) =>
      `Slack refused the form (${reason}). Trying again will not help; please tell whoever runs this bridge. Until then \`/parley-owner\` moves the User too.`,
  },

  ownerCommand: {
    help: `*/parley-owner* shows and changes which Service a User is with.
• \`/parley-owner\` or \`/parley-owner list\` lists the open conversations, those who wait longest first
• \`/parley-owner &lt;user&gt;\` shows who has the User now
• \`/parley-owner &lt;user&gt; &lt;service&gt;\` gives the User to a Service, by its whole name or id
• \`/parley-owner &lt;user&gt; take\` and \`… release\` say that you answer the User, or nobody; \`… assign &lt;agent&gt;\` gives the User to a colleague, by name or member id
• \`/parley-owner &lt;user&gt; move &lt;team&gt;\` moves the User to another of our teams
• \`/parley-owner &lt;user&gt; decline &lt;reason&gt;\` sends a User whom nobody has answered straight back
• \`/parley-owner services\` lists the Services
\`&lt;user&gt;\` is a Parley User id, a customer id, or the link of a thread; \`user:…\` and \`customer:…\` say which id is meant. It does not work inside threads: Slack allows no commands there.`,
    slow: "Parley is slow right now. The answer comes here as soon as there is one.",
    noServices: "Parley names no Services for this account.",
    standard: "default",
    thisBridge: "this bridge",
    openThread: "open thread",
    ownerUnknown: (user: string) => `Parley did not say who has ${user}.`,
    isWith: (user: string, service: string) => `${user} is with ${service}`,
    already: (user: string, service: string) => `${user} is with ${service} already.`,
    given: (user: string, service: string) => `${user} is with ${service} now.`,
    taken: (user: string, service: string) =>
      `${user} is with ${service} now. A thread opens in the support channel.`,
    declining: (user: string) =>
      `Heard: the thread of ${user} says in a moment whether they went back.`,
    claiming: (user: string) =>
      `Heard: the thread of ${user} says in a moment who answers them now, or who was faster.`,
    nobodyCalled: (whom: string, team: string) =>
      `Nobody of ${team} is called ${whom}, or not only one. Nothing was changed. Write the member id instead: it is in the profile in Slack, under *Copy member ID*.`,
    moving: (user: string, team: string) =>
      `${user} goes to ${team}: a thread opens there in a moment, and the one they have now says where.`,
    overtaken: (user: string, service: string) =>
      `${user} did not go to ${service}: somebody else was faster, and is giving the User away, or has just done so.`,
    problems: {
      "no-id":
        "That is no id: one has at most 200 characters, no control characters, and is no path of dots.",
      "no-thread": "That link is no thread of a Parley conversation.",
      "no-message-link":
        "That link is no Slack message. Copy the link of a thread's first message.",
      "service-gone": "This Service is no longer there. Nothing was changed.",
      "unknown-customer": (id: string) => `No conversation with customer ${id} is known here.`,
      ambiguous: (id: string) =>
        `${id} could be a Parley User or a customer. Write \`user:${id}\` or \`customer:${id}\`.`,
    },
    failures: {
      refusedAltogether: "Parley refuses this bridge altogether. Please tell whoever runs it.",
      refused: (reason: string) =>
        `Parley does not know this User, or refuses the change (${reason}).`,
      notStored: "The bridge could not store this. Nothing was changed; try again in a moment.",
      unreachable:
        "Parley cannot be reached right now. Nothing was changed as far as we know; try again in a moment.",
    },
  },

  /** Why nobody was asked to move a User. Literal text. */
  moveProblems: {
    "not-open": "This User has no open conversation with us, so there is nothing to move.",
    "not-ready": "The thread of this conversation is not open yet. Try again in a moment.",
    "one-team": "There is only one team here, so there is nowhere to move this User to.",
    "team-gone": "There is no such team any more. Nothing was changed.",
    "with-team": (team: string) => `This User is with ${team} already.`,
  },

  teamChoice: {
    none: (wanted: string, teams: string) => `There is no team ${wanted}. Teams: ${teams}.`,
    wasItThis: (wanted: string, user: string) =>
      `No team is called ${wanted}, so nothing was changed. Was this one meant for ${user}?`,
    whichOne: (wanted: string, user: string) =>
      `No team is called ${wanted}, so nothing was changed. Which one was meant for ${user}?`,
  },

  /** Of the doctor, who opens a thread to show that it can. */
  liveTest: {
    started: (who: string | undefined) =>
      `*A test*${who === undefined ? "" : `, started for ${who}`}: there is no User behind this thread, nothing in it goes to anybody, and nobody has to do anything.`,
    answer: "Here agents would answer. Nobody gets this.",
    handedBack: "*A test*, handed back: it is over, and nobody has to do anything.",
    over: (who: string | undefined) =>
      `Handed back: the test is over${who === undefined ? "" : `, ${who}`}.`,
  },

  /** Slack shows it behind the app's name: "Parley customer is typing…". Literal text. */
  typing: "customer is typing…",
  /** In place of a message about a User who was erased, where Slack does not let us delete it. */
  erased: "Erased, because somebody asked for it.",
  /** In place of a stray post that Slack does not let us delete, e.g. because it carries the User's name. */
  astray:
    "_This belonged into a thread that is not there any more; the conversation goes on in another one._",

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
