/* A button that opens a list of actions; arrow keys move, Escape closes. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";

export interface MenuItem {
	label: string;
	icon?: IconName;
	danger?: boolean;
	checked?: boolean;
	disabled?: boolean;
	run: () => void;
}

interface MenuProps {
	label: string;
	icon?: IconName;
	items: (MenuItem | null)[];
	children?: ComponentChildren;
	up?: boolean;
	className?: string;
}

function move(list: HTMLElement, step: number): void {
	const items = [...list.querySelectorAll<HTMLElement>("[role^=menuitem]:not([disabled])")];
	const at = items.indexOf(document.activeElement as HTMLElement);
	items[(at + step + items.length) % items.length]?.focus();
}

export function Menu({ label, icon = "more", items, children, up, className }: MenuProps) {
	const [open, setOpen] = useState(false);
	const box = useRef<HTMLDivElement>(null);
	const id = useId();
	useLayoutEffect(() => {
		if (!open) return undefined;
		box.current!.querySelector<HTMLElement>("[role^=menuitem]:not([disabled])")?.focus();
		const away = (event: Event) => !box.current?.contains(event.target as Node) && setOpen(false);
		document.addEventListener("pointerdown", away);
		return () => document.removeEventListener("pointerdown", away);
	}, [open]);
	const close = () => {
		setOpen(false);
		box.current?.querySelector<HTMLElement>("button")?.focus();
	};
	const keys = (event: KeyboardEvent) => {
		if (event.key === "Escape") close();
		else if (event.key === "ArrowDown") move(box.current!, 1);
		else if (event.key === "ArrowUp") move(box.current!, -1);
		else if (event.key === "Tab") return setOpen(false);
		else return;
		event.preventDefault();
		event.stopPropagation();
	};
	return (
		<div class="menu-box" ref={box} onKeyDown={open ? keys : undefined}>
			<button
				type="button"
				class={className ?? "icon-button"}
				aria-haspopup="menu"
				aria-expanded={open}
				aria-controls={open ? id : undefined}
				aria-label={children ? undefined : label}
				title={children ? undefined : label}
				onClick={() => setOpen(!open)}
			>
				{children ?? <Icon name={icon} size={18} />}
			</button>
			{open && (
				<div class={`menu${up ? " is-up" : ""}`} role="menu" id={id} aria-label={label}>
					{items.map((item, i) =>
						item ? (
							<button
								key={item.label}
								type="button"
								role={item.checked === undefined ? "menuitem" : "menuitemradio"}
								aria-checked={item.checked}
								class={`menu-item${item.danger ? " is-danger" : ""}`}
								disabled={item.disabled}
								tabIndex={-1}
								onClick={() => {
									close();
									item.run();
								}}
							>
								{item.icon && <Icon name={item.icon} size={18} />}
								<span>{item.label}</span>
								{item.checked && <Icon name="check" size={16} />}
							</button>
						) : (
							<div key={i} class="menu-line" role="separator" />
						),
					)}
				</div>
			)}
		</div>
	);
}
