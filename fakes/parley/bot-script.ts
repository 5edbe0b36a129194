/** What the scripted bot does about one text of a User. */
export type BotMove =
  | { readonly kind: "answer"; readonly message: string; readonly quickReplies?: readonly string[] }
  | {
      readonly kind: "hand-over";
      readonly reason: Reason;
    };

type Reason =
  | "invoice_question"
  | "question_too_complex"
  | "refund_requested"
  | "user_asked_for_human";

/** The bot's whole knowledge; whatever it does not cover is too complex. Pure. */
export function toBotMove(text: string): BotMove {
  const money = MONEY.find(({ pattern }) => pattern.test(text));
  if (money) return { kind: "hand-over", reason: money.reason };
  if (HUMAN.test(text)) return { kind: "hand-over", reason: "user_asked_for_human" };
  const known = ANSWERS.find(({ pattern }) => pattern.test(text));
  if (known) return { kind: "answer", message: known.message };
  if (GREETING.test(text)) {
    return {
      kind: "answer",
      message: "Hello! I am the bot of this shop. Ask me something, or ask for a person.",
      quickReplies: [
        "When are you open?",
        "Where is my order?",
        "I want a refund",
        "I want to talk to a human",
      ],
    };
  }
  return { kind: "hand-over", reason: "question_too_complex" };
}

/** A matter for those who can send money back. */
const MONEY: readonly { pattern: RegExp; reason: Reason }[] = [
  { pattern: /\b(refund|my money back|geld terug)\b/i, reason: "refund_requested" },
  { pattern: /\b(invoice|factuur)\b/i, reason: "invoice_question" },
];
const HUMAN = /\b(human|person|people|agent|employee|colleague|someone|mens|medewerker)\b/i;
const GREETING = /^\W*(hi|hello|hey|good (morning|afternoon|evening)|hallo|hoi|goede\w*)\b/i;
const ANSWERS = [
  {
    pattern: /\b(open|opening hours|openingstijden)\b/i,
    message: "We are open from Monday to Saturday, **9:00 to 18:00**.",
  },
  {
    pattern: /\b(where is my (order|parcel)|track|delivery time|shipping)\b/i,
    message: "Orders arrive within two working days; your mail holds a link to follow the parcel.",
  },
  {
    pattern: /\b(return|send (it|this) back|retour\w*)\b/i,
    message: "You can return everything within 30 days, with the label that came in the box.",
  },
  {
    pattern: /\b(pay|payment|ideal|credit ?card)\b/i,
    message: "You can pay with iDEAL, by card, or within 14 days after delivery.",
  },
];
