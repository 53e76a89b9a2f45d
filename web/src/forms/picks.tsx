/* Texts that are chosen from a list the server has, each with what it means: an operator's roles and further rights. */
import { json } from "../api/client";
import { useQuery } from "../api/query";
import type { List, Right, Role } from "../api/views";
import { FieldError } from "../ui/field";
import { Skeleton } from "../ui/page";
import type { Path } from "./schema";
import type { Form } from "./state";

export interface PickPlace {
	form: Form;
	path: Path;
	name: string;
	label: string;
	disabled?: boolean;
}

export const useRoles = () => useQuery<List<Role>>("roles", () => json("/api/v1/roles"));
export const useRights = () => useQuery<List<Right>>("rights", () => json("/api/v1/rights"));

const texts = (form: Form, path: Path) => (form.get(path) ?? []) as string[];

interface Pick {
	value: string;
	label: string;
	help?: string;
	/* Chosen by something else already. */
	by?: string;
}

function Ticks({ place, picks }: { place: PickPlace; picks: Pick[] }) {
	const { form, path } = place;
	const chosen = texts(form, path);
	const strangers = chosen.filter((value) => !picks.some((pick) => pick.value === value)).map((value): Pick => ({ value, label: value, help: "This program doesn’t know it" }));
	const set = (value: string, on: boolean) => form.set(path, on ? [...chosen, value] : chosen.filter((each) => each !== value));
	return (
		<ul class="ticks" data-path={place.name}>
			{[...picks, ...strangers].map((pick) => (
				<li key={pick.value}>
					<label class="tick">
						<input
							type="checkbox"
							value={pick.value}
							checked={chosen.includes(pick.value) || !!pick.by}
							disabled={place.disabled || (!!pick.by && !chosen.includes(pick.value))}
							onChange={(event) => set(pick.value, event.currentTarget.checked)}
						/>
						<span>{pick.label}</span>
						{(pick.help || pick.by) && <small>{pick.by && !chosen.includes(pick.value) ? pick.by : pick.help}</small>}
					</label>
				</li>
			))}
		</ul>
	);
}

function Errors({ place }: { place: PickPlace }) {
	const found = Object.entries(place.form.errors).find(([name, text]) => text && (name === place.name || name.startsWith(place.name + "/")));
	return found ? <FieldError>{found[1]}</FieldError> : null;
}

/* What the roles allow, in words: said once, for all that are chosen. */
function Together({ roles, chosen, rights }: { roles: Role[]; chosen: string[]; rights: Right[] }) {
	const have = new Set(roles.filter((role) => chosen.includes(role.name)).flatMap((role) => role.rights));
	const words = rights.filter((right) => have.has(right.name)).map((right) => right.label);
	return (
		<div class="together" aria-live="polite">
			<strong>{chosen.length === 0 ? "No role: they can sign in, and see nothing." : have.size === rights.length ? "They may do everything." : "They may:"}</strong>
			{have.size > 0 && have.size < rights.length && (
				<ul>
					{words.map((word) => (
						<li key={word}>{word}</li>
					))}
				</ul>
			)}
		</div>
	);
}

export function RolesField(place: PickPlace) {
	const roles = useRoles().data?.items;
	const rights = useRights().data?.items;
	if (!roles || !rights) return <Skeleton rows={3} />;
	return (
		<fieldset class="field is-whole picks">
			<legend class="field-label">{place.label}</legend>
			<Errors place={place} />
			<div class="picks-beside">
				<Ticks place={place} picks={roles.map((role) => ({ value: role.name, label: role.label, help: role.help }))} />
				<Together roles={roles} chosen={texts(place.form, place.path)} rights={rights} />
			</div>
		</fieldset>
	);
}

export function RightsField(place: PickPlace) {
	const roles = useRoles().data?.items ?? [];
	const rights = useRights().data?.items;
	const chosen = texts(place.form, place.path);
	const ofRoles = texts(place.form, ["roles"]);
	if (!rights) return null;
	const by = (right: string) => roles.find((role) => ofRoles.includes(role.name) && role.rights.includes(right))?.label;
	const refused = Object.keys(place.form.errors).some((name) => place.form.errors[name] && name.startsWith(place.name));
	return (
		<details class="is-whole more" open={chosen.length > 0 || refused}>
			<summary>{chosen.length ? `${chosen.length} ${chosen.length === 1 ? "right" : "rights"} beyond the roles` : "Single rights beyond the roles"}</summary>
			<fieldset class="more-body picks">
				<legend class="seen-only-by-readers">{place.label}</legend>
				<Errors place={place} />
				<Ticks
					place={place}
					picks={rights.map((right) => {
						const role = by(right.name);
						return { value: right.name, label: right.label, help: right.name, by: role && `By the role ${role.toLowerCase()}` };
					})}
				/>
			</fieldset>
		</details>
	);
}
