import type { PersonRow } from "../../wire.ts";

/** As whom one looks and acts, with what the start file lets them do. */
export function Who(props: {
  readonly people: readonly PersonRow[];
  readonly me: PersonRow;
  readonly onChoose: (id: string) => void;
}) {
  return (
    <fieldset className="who">
      <legend>You are</legend>
      {props.people.map(({ id, name, role }) => (
        <label key={id}>
          <input
            type="radio"
            name="member"
            aria-label={name}
            checked={id === props.me.id}
            onChange={() => props.onChoose(id)}
          />
          {name} {role && <small>{role}</small>}
        </label>
      ))}
    </fieldset>
  );
}
