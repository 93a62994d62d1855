import { expect, it } from "vitest";
import { completeText, lengthOf } from "./limit";

it("counts code points and refuses nothing but empty and long texts", () => {
  expect(lengthOf("🌾ä")).toBe(2);
  const schema = { kind: "text", most_characters: 3 } as const;
  expect(completeText(schema, "🌾🌾🌾")).toBe(true);
  expect(completeText(schema, "four")).toContain("too long by 1 character");
  expect(completeText(schema, " \n")).toContain("Write something");
});
