import { describe, expect, it } from "vitest";
import type { ParleyMessage } from "../../src/convert/to-slack/parley-message.ts";
import { isSystemMessage } from "../../src/convert/to-slack/parley-message.ts";
import type { Json } from "../../src/json.ts";
import { parseMessage } from "../../src/parley/parse-message.ts";

describe("parsing messages", () => {
  // Source: the fixture with all parts of Parley's own web client (getMessageWithAllPartsResponse).
  it("reads every part of a message", () => {
    expect(
      parseMessage({
        id: 10737,
        time: 1536739259,
        message: "Lorem *ipsum*",
        image: null,
        typeId: 2,
        agent: { id: 2, name: "Tracebuzz", avatar: "https://a.example/6033.jpg" },
        carousel: [{ title: "Card", buttons: [] }, {}, "no card"],
        quickReplies: ["Yes", "No", 7],
        custom: [],
        title: "This is a title",
        media: {
          id: "img/364/2023/6/6/41ce.png",
          mimeType: "image/png",
          year: "2023",
          month: 6,
          day: "6",
          filename: "41ce.png",
          description: "photo.png",
          size: 7,
        },
        buttons: [
          { title: "open app", payload: "https://developers.parley.nu", type: "webUrl" },
          { title: "Call us", payload: "tel://+31123456789", type: "phoneNumber" },
          { payload: "I have a question" },
          { type: "reply" },
          "no button",
        ],
        status: 2,
      }),
    ).toEqual({
      id: "10737",
      time: 1536739259,
      typeId: 2,
      title: "This is a title",
      text: "Lorem *ipsum*",
      media: {
        id: "img/364/2023/6/6/41ce.png",
        mimeType: "image/png",
        year: "2023",
        month: "6",
        day: "6",
        filename: "41ce.png",
        description: "photo.png",
      },
      buttons: [
        { type: "webUrl", title: "open app", payload: "https://developers.parley.nu" },
        { type: "phoneNumber", title: "Call us", payload: "tel://+31123456789" },
        { type: "reply", payload: "I have a question" },
      ],
      carousel: [{ title: "Card" }],
      quickReplies: ["Yes", "No"],
    });
  });

  it.each<[string, Json, ParleyMessage]>([
    ["a bare text", "Hi", { typeId: 1, text: "Hi" }],
    ["`text` instead of `message`", { text: "Hi" }, { typeId: 1, text: "Hi" }],
    ["only a title", { title: "Hi" }, { typeId: 1, title: "Hi" }],
    ["a text that is a number", { message: 42 }, { typeId: 1, text: "42" }],
    ["only quick replies", { quickReplies: ["Yes"] }, { typeId: 1, quickReplies: ["Yes"] }],
    ["only cards", { carousel: [{ text: "A" }] }, { typeId: 1, carousel: [{ text: "A" }] }],
    [
      "a legacy image's address",
      { image: "https://a.example/1.png" },
      { typeId: 1, media: { url: "https://a.example/1.png" } },
    ],
    ["a legacy image's id", { image: 17 }, { typeId: 1, media: { id: "17" } }],
    ["a medium's id", { media: "da0cb973" }, { typeId: 1, media: { id: "da0cb973" } }],
    ["a type as text", { message: "x", typeId: "4" }, { typeId: 4, text: "x" }],
    ["a time that is none", { message: "x", time: "soon" }, { typeId: 1, text: "x" }],
  ])("reads %s", (_, value, message) => {
    expect(parseMessage(value)).toEqual(message);
  });

  it.each<[string, Json | undefined]>([
    ["nothing", undefined],
    ["null", null],
    ["an empty text", ""],
    ["a number", 7],
    ["a list", ["Hi"]],
    ["an empty object", {}],
    ["an id without content", { id: 1, time: 2, typeId: 1 }],
    ["empty parts", { message: "", title: null, media: {}, buttons: [], carousel: [{}] }],
  ])("finds nothing to read in %s", (_, value) => {
    expect(parseMessage(value)).toBeUndefined();
  });

  it.each([
    [1, "Hi", false],
    [2, "Hi", false],
    [3, "Hi", true],
    [4, "Hi", true],
    [5, "Hi", true],
    [1, "user_registered", true],
  ])("takes type %i with the text %s for a system message: %s", (typeId, text, system) => {
    expect(isSystemMessage({ typeId, text })).toBe(system);
  });
});
