/* Buttons: one primary action a page, the rest plain or quiet; what destroys is red and asks first. */
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icon";

export type Look = "primary" | "plain" | "quiet" | "danger";

interface Props {
	look?: Look;
	icon?: IconName;
	busy?: boolean;
	small?: boolean;
	children?: ComponentChildren;
}

export function Button({
	look = "plain",
	icon,
	busy,
	small,
	children,
	type = "button",
	disabled,
	...rest
}: Props & Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "size">) {
	return (
		<button
			{...rest}
			type={type}
			class={`button is-${look}${small ? " is-small" : ""}${busy ? " is-busy" : ""}`}
			disabled={disabled}
			aria-disabled={busy ? "true" : undefined}
			onClick={busy ? (event) => event.preventDefault() : rest.onClick}
		>
			{busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} size={18} />}
			{children && <span>{children}</span>}
		</button>
	);
}

export function ButtonLink({
	look = "plain",
	icon,
	small,
	wide,
	children,
	href,
	...rest
}: Props & { href: string; wide?: boolean } & Omit<JSX.AnchorHTMLAttributes<HTMLAnchorElement>, "icon" | "href">) {
	return (
		<a {...rest} href={href} class={`button is-${look}${small ? " is-small" : ""}${wide ? " is-wide" : ""}`}>
			{icon && <Icon name={icon} size={18} />}
			{children && <span>{children}</span>}
		</a>
	);
}

/* A button that is an icon alone: `label` is what readers hear and the tooltip says. */
export function IconButton({
	icon,
	label,
	...rest
}: { icon: IconName; label: string } & Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "icon" | "label">) {
	return (
		<button type="button" {...rest} class="icon-button" aria-label={label} title={label}>
			<Icon name={icon} size={18} />
		</button>
	);
}
