import type { GuideStep } from "../../wire.ts";

interface Step {
  readonly step: GuideStep;
  readonly title: string;
  readonly how: string;
}

interface Chapter {
  /** On the button that leads here, too. */
  readonly name: string;
  readonly steps: readonly Step[];
}

/** What the guide leads through, in this order. */
export const CHAPTERS: readonly Chapter[] = [
  {
    name: "First steps",
    steps: [
      {
        step: "asked",
        title: "Ask the bot something hard",
        how: "left, as Ada: “Can you fix my toaster?”",
      },
      { step: "answered", title: "Answer in the thread", how: "right, as Anna or Ben" },
      { step: "handedBack", title: "Hand back", how: "with the thread's button or any ⋯ menu" },
    ],
  },
  {
    name: "At the desk",
    steps: [
      { step: "claimed", title: "Take a User", how: "ask again as Ada, press Take as Anna" },
      { step: "collided", title: "Answer as Ben, too", how: "both are told of each other" },
      { step: "noted", title: "Write a note", how: "“note: can you look?” stays inside" },
      { step: "corrected", title: "Correct yourself", how: "⋯ Edit, then Send correction" },
      { step: "quicklyAnswered", title: "Quick answer", how: "in the first message's menu ⋯" },
    ],
  },
  {
    name: "When things go wrong",
    steps: [
      { step: "reminded", title: "Let nobody answer", how: "+ a customer, ask, 10 minutes later" },
      { step: "wentHome", title: "Look at the desk", how: "in Slack: App Home" },
      { step: "troubled", title: "Slack is down", how: "switch it on, ask something, and off" },
      { step: "revived", title: "Kill the bridge", how: "kill -9, ask, and Start again" },
    ],
  },
  {
    name: "Two teams",
    steps: [
      {
        step: "askedForMoney",
        title: "Ask for your money back",
        how: "left: “I want a refund”; see #billing",
      },
      { step: "advised", title: "Advise as Carla", how: "no agent: her reply stays inside" },
      { step: "moved", title: "Move the User as Ben", how: "⋯ beside Hand back, then Move…" },
      {
        step: "broughtBack",
        title: "Archive a channel",
        how: "then bring it back; Ben is told",
      },
    ],
  },
  {
    name: "What the bot knows",
    steps: [
      { step: "toldWait", title: "Ask for a person", how: "+ a customer: the bot says who waits" },
      { step: "sawWaiting", title: "Let them wait", how: "10 minutes later: see above the chat" },
      { step: "rated", title: "Rate it", how: "answer, hand back, press a number" },
    ],
  },
];
